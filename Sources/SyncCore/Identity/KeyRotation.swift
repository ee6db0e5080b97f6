/// That a device gives itself another key: what it asks its office to certify, signed by the key that it had and by the one that it takes
/// (docs/decisions/0030).
public struct KeyRotation: Hashable, Sendable {
  /// The device's identifier.
  public let device: [UInt8]
  /// The hash of the certificate that it has.
  public let former: [UInt8]
  /// The public key that it takes: Ed25519.
  public let key: [UInt8]
  /// The public key for encryption that goes with it: X25519.
  public let encryptionKey: [UInt8]

  /// - Throws: `malformed` where a field has not its length.
  public init(device: [UInt8], former: [UInt8], key: [UInt8], encryptionKey: [UInt8]) throws(SyncCoreError) {
    guard device.count == SiteID.deviceByteCount, former.count == Omission.hashBytes, key.count == Certificate.keyBytes,
      encryptionKey.count == Certificate.encryptionKeyBytes
    else { throw SyncCoreError(.malformed, "key rotation") }
    self.device = device
    self.former = former
    self.key = key
    self.encryptionKey = encryptionKey
  }

  /// Signs it, once by each of the keys.
  public func signature(by signer: Signer) throws -> [UInt8] { try signer.sign(message) }

  /// Whether the holder of a key has signed it.
  public func isSigned(_ signature: [UInt8], by key: [UInt8], codec: Codec) -> Bool {
    signature.count == Certificate.signatureBytes && codec.isSigned(signature, message, key)
  }

  private var message: [UInt8] {
    Array("synckit key 1\0".utf8) + CBOR.array([.bytes(device), .bytes(former), .bytes(key), .bytes(encryptionKey)]).encoded
  }
}
