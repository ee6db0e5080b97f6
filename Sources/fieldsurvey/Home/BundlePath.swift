import Foundation

/// The file that a bundle is written to or read from, looked at beforehand.
enum BundlePath {
  /// Fails for what is there and is no ordinary file: the finished bundle would take a folder's, a device's or a pipe's place.
  static func requireWritable(_ path: String) throws {
    guard let status = FileStatus(path) else { return }
    guard status.isOrdinaryFile else { throw notAFile(path, .cannotWrite) }
  }

  /// Fails for what is not there, may not be read, or is no ordinary file: a pipe might never end.
  static func requireReadable(_ path: String) throws {
    guard let status = FileStatus(path) else { throw Failure(posix: errno, path: path) }
    guard status.isOrdinaryFile else { throw notAFile(path, .badInput) }
    guard access(path, R_OK) == 0 else { throw Failure(posix: errno, path: path) }
  }

  private static func notAFile(_ path: String, _ status: ExitStatus) -> Failure {
    Failure(
      "not-a-file", status, Text("\(path) 不是普通文件。", "\(path) is no ordinary file."), kept: Failure.nothingChanged,
      next: Text("请写出文件的完整路径。", "Name the file itself."), details: ["path": path])
  }
}
