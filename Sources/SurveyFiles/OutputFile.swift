import Foundation
import SurveyModel

/// Files that appear whole or not at all, and take no other's place unless that is asked for. What they hold is about people: they are their
/// owner's alone.
public enum OutputFile {
  /// Writes a file.
  ///
  /// Throws ``SurveyError/Code/fileExists``, ``SurveyError/Code/notAFile`` and ``SurveyError/Code/fileUnwritable``.
  public static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
    try write(to: path, replacing: replacing) { try put(bytes, to: $0) }
  }

  /// Fails for what is there already, and always for what is no ordinary file.
  public static func requireFree(_ path: String, replacing: Bool) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    // The name of a file that is linked to is another's: it is not taken.
    guard status.st_mode & S_IFMT == S_IFREG else { throw SurveyError(.notAFile, ["path": path]) }
    if !replacing { throw SurveyError(.fileExists, ["path": path]) }
  }

  /// Writes a file by a body that is given where to write: a name beside it, which takes the file's own when it is done.
  static func write(to path: String, replacing: Bool, _ body: (String) throws -> Void) throws {
    try requireFree(path, replacing: replacing)
    let temporary = try begin(path)
    do {
      try body(temporary)
      try keep(temporary)
      try requireFree(path, replacing: replacing)
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
    for path in paths { try requireFree(path, replacing: replacing) }
    var temporaries: [String] = []
    defer { for path in temporaries { unlink(path) } }
    for (name, path) in zip(names, paths) {
      temporaries.append(try begin(path))
      try body(name, temporaries[temporaries.count - 1])
      try keep(temporaries[temporaries.count - 1])
    }
    for (temporary, path) in zip(temporaries, paths) {
      guard rename(temporary, path) == 0 else { throw unwritable(path) }
    }
    return paths
  }

  /// Puts bytes into a file.
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

  /// Makes the empty file beside another in which its content comes to be: nobody else may read it from its first byte on.
  private static func begin(_ path: String) throws -> String {
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw unwritable(path) }
    close(descriptor)
    return temporary
  }

  /// Makes what was written outlive a loss of power.
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
