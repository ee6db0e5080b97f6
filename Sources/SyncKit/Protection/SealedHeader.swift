import Crypto

/// What an encrypted file begins with, in clear: that it is one, what tells its keys from those of other files, and by what a wrong key is
/// known. One sector, so that it is on the disk whole or not at all.
struct SealedHeader: Equatable {
  /// How long it is, in bytes.
  static let byteCount = 512
  private static let magic = Array("SyncKit sealed\0".utf8)
  static let version: UInt8 = 1
  private static let saltRange = 16..<48
  private static let checkRange = 48..<64

  let salt: [UInt8]
  private let check: [UInt8]

  /// A new file's.
  init(_ key: StorageKey) {
    salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    check = Self.check(key, salt)
  }

  enum Reading: Equatable {
    case sealed(SealedHeader)
    /// By a newer version of the library.
    case newer(UInt8)
    case otherwise
  }

  /// Reads what a file begins with.
  static func read(_ bytes: [UInt8]) -> Reading {
    guard bytes.count >= byteCount, bytes.starts(with: magic) else { return .otherwise }
    guard bytes[magic.count] == version else { return .newer(bytes[magic.count]) }
    return .sealed(SealedHeader(salt: Array(bytes[saltRange]), check: Array(bytes[checkRange])))
  }

  private init(salt: [UInt8], check: [UInt8]) { (self.salt, self.check) = (salt, check) }

  var encoded: [UInt8] {
    let said = Self.magic + [Self.version] + salt + check
    return said + [UInt8](repeating: 0, count: Self.byteCount - said.count)
  }

  func fits(_ key: StorageKey) -> Bool { check == Self.check(key, salt) }

  private static func check(_ key: StorageKey, _ salt: [UInt8]) -> [UInt8] {
    key.derived(for: "check", salt: salt, byteCount: checkRange.count).withUnsafeBytes { Array($0) }
  }
}
