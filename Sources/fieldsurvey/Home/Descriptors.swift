import Foundation

/// What the program makes sure of before it opens anything.
enum Descriptors {
  /// Fills standard streams that whoever started us has closed: the first file that is opened would become the standard output, and
  /// what is printed would be written into it. They are opened the wrong way round, so that using them fails as it should.
  static func fillStandardStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest free number is the one that is missing.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Has a file's greatest size (`ulimit -f`) reported as an error: by default the kernel ends the program without a word.
  static func reportFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }
}
