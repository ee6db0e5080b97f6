import Foundation

/// A file that a person asked for: it appears whole or not at all, and takes no other's place unless that is asked for.
enum ResultFile {
  /// Fails for what is there already, and always for what is no ordinary file.
  static func requireFree(_ path: String, replacing: Bool) throws {
    guard let status = FileStatus(path) else { return }
    guard status.isOrdinaryFile else {
      throw Failure(
        "not-a-file", .cannotWrite, Text("\(path) 不是普通文件。", "\(path) is no ordinary file."), kept: Failure.nothingChanged,
        next: Text("请写出文件的完整路径。", "Name the file itself."), details: ["path": path])
    }
    guard replacing else {
      throw Failure(
        "file-exists", .cannotWrite, Text("文件已存在:\(path)", "The file is there already: \(path)"), kept: Failure.nothingChanged,
        next: Text("换一个名字,或加 --force 覆盖。", "Choose another name, or take its place with --force."), details: ["path": path])
    }
  }

  /// Writes beside the file and then takes its name. What it holds is about people: it is its owner's alone.
  static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.failure(errno, path) }
    do {
      try PrivateFile.fill(descriptor, bytes, path)
      try requireFree(path, replacing: replacing)
      guard rename(temporary, path) == 0 else { throw PrivateFile.failure(errno, path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }
}
