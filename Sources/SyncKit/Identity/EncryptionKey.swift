import Crypto

/// A secret key of X25519, by which a device reads bundles that were encrypted for it.
public struct EncryptionKey: Sendable {
  let key: Curve25519.KeyAgreement.PrivateKey

  /// What is public of it.
  public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  /// A key that follows from a secret which lies elsewhere, such as on paper.
  /// - Parameter secret: at least 128 random bits, in any form; no passphrase that somebody thought of, which could be guessed.
  public init(recovery secret: [UInt8]) { self.init(secret, "synckit recovery 1") }

  fileprivate init(_ secret: [UInt8], _ purpose: String) {
    let derived = HKDF<SHA256>.deriveKey(inputKeyMaterial: SymmetricKey(data: secret), info: Array(purpose.utf8), outputByteCount: 32)
    let bytes = derived.withUnsafeBytes { Array($0) }
    // Any 32 bytes are a key of X25519.
    guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { preconditionFailure("32 bytes are a key") }
    self.key = key
  }
}

extension SigningKey {
  /// The device's key for encryption, derived from the one secret that it keeps (HKDF, RFC 5869).
  public var encryptionKey: EncryptionKey { EncryptionKey(bytes, "synckit encryption 1") }
}
