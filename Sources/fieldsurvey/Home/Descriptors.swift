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

  /// How many files a command may have to open: two databases, each with its log and several readers, and a few of the libraries'.
  private static let least: rlim_t = 64

  /// Makes sure that enough files may be opened. Where one too many is asked for in the midst of a command, SQLite says that a file cannot
  /// be opened, as it says of one that may not be written.
  static func requireEnough() throws {
    var limit = rlimit()
    guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < least else { return }
    let allowed = min(least, limit.rlim_max)
    limit.rlim_cur = allowed
    guard allowed == least, setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw Failure(
        "too-few-descriptors", .notConfigured,
        Text(
          "系统只允许本程序同时打开 \(allowed) 个文件,至少需要 \(least) 个。",
          "The system lets this program open only \(allowed) files at once; it needs \(least)."), kept: Failure.nothingChanged,
        next: Text("请放宽限制:ulimit -n \(least)。", "Raise the limit: ulimit -n \(least)."), details: ["limit": String(allowed)])
    }
  }

  /// Has a file's greatest size (`ulimit -f`) reported as an error: by default the kernel ends the program without a word.
  static func reportFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }
}
