import Crypto

/// A secret key of X25519, by which a device reads bundles that were encrypted for it.
public struct EncryptionKey: Sendable {
  let key: Curve25519.KeyAgreement.PrivateKey

  /// What is public of it.
  public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }
}

extension SigningKey {
  /// The device's key for encryption, derived from the one secret that it keeps (HKDF, RFC 5869).
  public var encryptionKey: EncryptionKey {
    let secret = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: bytes), info: Array("synckit encryption 1".utf8), outputByteCount: 32)
    let bytes = secret.withUnsafeBytes { Array($0) }
    // Any 32 bytes are a key of X25519.
    guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { preconditionFailure("32 bytes are a key") }
    return EncryptionKey(key: key)
  }
}
