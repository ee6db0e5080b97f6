import CDispatch
import Foundation

/// What the file system says of a path; links are followed.
///
/// In a file of its own: on Linux the header of `stat` counts as the module's that read it first. Which of the two that is depends on the
/// files that are compiled together, so that both are imported.
struct FileStatus {
  private let information: stat

  /// Nil when it cannot be told, with the reason in `errno`.
  init?(_ path: String) {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    self.information = information
  }

  /// The size, in bytes.
  var size: Int { Int(information.st_size) }
  var isFolder: Bool { information.st_mode & S_IFMT == S_IFDIR }
  var isOrdinaryFile: Bool { information.st_mode & S_IFMT == S_IFREG }
  /// Whether anybody has the right to write it.
  var isWritableByAnybody: Bool { information.st_mode & 0o222 != 0 }
  /// Whether others than its owner may do anything with it.
  var isOpenToOthers: Bool { information.st_mode & 0o077 != 0 }
}
