import Foundation

/// Why a file could not be kept or read: a stable code, the place, and what the system said.
public struct BlobError: Error, Hashable, Sendable {
  /// Which kind of thing went wrong. A struct, so that a new code breaks no caller.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
  }

  public let code: Code
  /// The file or folder, or what it was meant to be.
  public let place: String
  /// The system's number; 0 where it was not the system.
  public let errno: Int32

  public init(_ code: Code, _ place: String) {
    self.code = code
    self.place = place
    errno = 0
  }

  init(errno number: Int32, _ place: String) {
    code =
      switch number {
      case ENOSPC, EDQUOT: .noRoom
      case ENOENT: .notFound
      case EISDIR, ENOTDIR, ELOOP: .notAFile
      case EACCES, EPERM, EROFS: .notPermitted
      default: .failed
      }
    self.place = place
    errno = number
  }
}

extension BlobError.Code {
  /// No room is left on the disk, or none that this user may take.
  public static let noRoom = Self(rawValue: "no-room")
  /// There is no such file.
  public static let notFound = Self(rawValue: "not-found")
  /// What stands there is no file, or leads elsewhere.
  public static let notAFile = Self(rawValue: "not-a-file")
  /// It may not be read, or not be written.
  public static let notPermitted = Self(rawValue: "not-permitted")
  /// The file is larger than is taken.
  public static let tooLarge = Self(rawValue: "too-large")
  /// What has arrived is something else than was said.
  public static let wrongDigest = Self(rawValue: "wrong-digest")
  /// Another number of bytes has arrived than the one after which these should follow.
  public static let otherOffset = Self(rawValue: "other-offset")
  /// An encrypted file is not what was written: cut short, or changed.
  public static let damaged = Self(rawValue: "damaged")
  /// The file was encrypted by another key.
  public static let wrongKey = Self(rawValue: "wrong-key")
  /// The file was encrypted by a newer version.
  public static let newerFormat = Self(rawValue: "newer-format")
  /// The system could not read or write.
  public static let failed = Self(rawValue: "failed")
  /// A test ended it.
  static let stopped = Self(rawValue: "stopped")
}
