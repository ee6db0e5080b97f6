import Foundation
import SurveyModel

/// Files that appear whole or not at all, and take no other's place unless that is asked for.
enum OutputFile {
  /// Writes a file by a body that is given where to write: a name beside it, which takes the file's own when it is done.
  static func write(to path: String, replacing: Bool, _ body: (String) throws -> Void) throws {
    try requireFree(path, replacing)
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    do {
      try body(temporary)
      try keep(temporary)
      try requireFree(path, replacing)
      guard rename(temporary, path) == 0 else { throw unwritable(path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Writes several files into a folder, which is made where there is none: all are written before the first takes its place.
  static func write(_ names: [String], into folder: String, replacing: Bool, _ body: (String, String) throws -> Void) throws -> [String] {
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw unwritable(folder) }
    let paths = names.map { folder + "/" + $0 }
    for path in paths { try requireFree(path, replacing) }
    let temporaries = paths.map { "\($0).\(getpid()).new" }
    defer { for path in temporaries { unlink(path) } }
    for (name, path) in zip(names, temporaries) {
      try body(name, path)
      try keep(path)
    }
    for (temporary, path) in zip(temporaries, paths) {
      guard rename(temporary, path) == 0 else { throw unwritable(path) }
    }
    return paths
  }

  /// Puts bytes into a new file.
  static func put(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch {
      throw unwritable(path)
    }
  }

  /// Adds a line to a file.
  static func append(_ line: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritable(path) }
    defer { close(descriptor) }
    guard Foundation.write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else { throw unwritable(path) }
  }

  private static func requireFree(_ path: String, _ replacing: Bool) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    if isFolder.boolValue { throw SurveyError(.fileUnwritable, ["path": path, "errno": String(EISDIR)]) }
    if !replacing { throw SurveyError(.fileExists, ["path": path]) }
  }

  /// Makes what was written outlive a loss of power; what an export holds is its owner's alone.
  private static func keep(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable(path) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw unwritable(path) }
  }

  private static func unwritable(_ path: String) -> SurveyError {
    SurveyError(.fileUnwritable, ["path": path, "errno": String(errno)])
  }
}
