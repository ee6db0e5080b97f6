import Crypto
public import SyncCore

/// A secret key of Ed25519, by which a device signs what is written on it, or an office the certificates that it issues.
///
/// Keep ``bytes`` where only their owner may read them: whoever has them writes in the owner's name.
public struct SigningKey: Sendable {
  /// The length of a key, in bytes.
  public static let byteCount = 32

  private let key: Curve25519.Signing.PrivateKey

  /// A new key, by the system's source of chance.
  public init() { key = Curve25519.Signing.PrivateKey() }

  /// A key that was kept; nil when it does not have its 32 bytes.
  public init?(bytes: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
    self.key = key
  }

  /// The secret's 32 bytes.
  public var bytes: [UInt8] { Array(key.rawRepresentation) }

  /// What is public of it.
  public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  /// The key as the core is handed it.
  public var signer: Signer {
    Signer(publicKey: publicKey) { Array(try key.signature(for: $0)) }
  }
}

/// By what a replica signs: the device's key, and the certificate that the office issued for it.
public struct Signing: Sendable {
  public let certificate: SignedCertificate
  public let signer: Signer

  public init(certificate: SignedCertificate, signer: Signer) {
    self.certificate = certificate
    self.signer = signer
  }
}
