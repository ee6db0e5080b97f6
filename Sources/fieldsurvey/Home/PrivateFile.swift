import Foundation

/// Small files that only their owner may read.
enum PrivateFile {
  /// Puts bytes in a file's place, so that after a crash there is the old file or the new one.
  static func write(_ bytes: [UInt8], to url: URL) throws {
    let temporary = url.path + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure(errno, url.path) }
    do {
      try fill(descriptor, bytes, url.path)
      guard rename(temporary, url.path) == 0 else { throw failure(errno, url.path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Writes bytes durably into a file that was just opened, and closes it.
  /// - Parameter path: by what a failure calls it.
  static func fill(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws {
    var rest = bytes[...]
    var problem: Int32 = 0
    while problem == 0, !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 { rest = rest.dropFirst(written) } else if errno != EINTR { problem = errno }
    }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    close(descriptor)
    guard problem == 0 else { throw failure(problem, path) }
  }

  /// What a failed write is told as: no permission to write is not the same as none to read.
  static func failure(_ number: Int32, _ path: String) -> Failure {
    switch number {
    case EACCES, EPERM, EROFS: .readOnly(path, details: ["path": path, "errno": String(number)])
    default: Failure(posix: number, path: path)
    }
  }
}
