import Foundation

/// What the file system says of a path; links are followed.
struct FileStatus {
  /// The size, in bytes.
  let size: Int
  private let type: FileAttributeType?
  private let permissions: Int

  /// Nil when it cannot be told, with the reason in `errno`.
  init?(_ path: String) {
    // Foundation's attributes are a link's own, and its errors have no number.
    guard access(path, F_OK) == 0 else { return nil }
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let facts = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
    size = facts[.size] as? Int ?? 0
    type = facts[.type] as? FileAttributeType
    permissions = facts[.posixPermissions] as? Int ?? 0
  }

  var isFolder: Bool { type == .typeDirectory }
  var isOrdinaryFile: Bool { type == .typeRegular }
  /// Whether anybody has the right to write it.
  var isWritableByAnybody: Bool { permissions & 0o222 != 0 }
  /// Whether others than its owner may do anything with it.
  var isOpenToOthers: Bool { permissions & 0o077 != 0 }
}
