import Crypto
import Foundation

/// The secret by which everything that an application keeps on the disk is encrypted: 32 random bytes, never a passphrase itself.
///
/// Each file has keys of its own, derived from this one and from what its header says. Keep it in ``KeyEnvelope``s.
public struct StorageKey: Sendable {
  /// How long a key is, in bytes.
  public static let byteCount = 32

  let secret: SymmetricKey

  /// A new key, from the system's source of chance.
  public init() { secret = SymmetricKey(size: .bits256) }

  /// A key as ``bytes`` gave it; nil unless there are ``byteCount`` of them.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    secret = SymmetricKey(data: bytes)
  }

  /// The key itself: a secret.
  public var bytes: [UInt8] { secret.withUnsafeBytes { Array($0) } }

  /// A key for one purpose in one file (HKDF, RFC 5869).
  /// - Parameter salt: what is the file's alone.
  func derived(for purpose: String, salt: [UInt8], byteCount: Int = Self.byteCount) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: secret, salt: salt, info: Array("synckit sealed \(purpose) 1".utf8), outputByteCount: byteCount)
  }
}
