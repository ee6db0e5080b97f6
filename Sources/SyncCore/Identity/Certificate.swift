/// What the office signed about a device: its key, and who works on it, as what. A changeset cites the one that it was written under, so
/// that every replica judges it alike, whoever brings it (docs/wire-protocol.md §3.1).
public struct Certificate: Hashable, Sendable {
  /// The version of the certificate's format.
  public static let version: UInt64 = 1
  /// The length of a public key, in bytes: Ed25519 (RFC 8032).
  public static let keyBytes = 32
  /// The length of a public key for encryption, in bytes: X25519 (RFC 7748).
  public static let encryptionKeyBytes = 32
  /// The length of a signature, in bytes.
  public static let signatureBytes = 64

  /// The device's identifier: the 16 bytes that its sites have in common.
  public let device: [UInt8]
  /// The device's public key.
  public let key: [UInt8]
  /// Who writes on it: the author of its changesets.
  public let user: String
  /// What the user works as, as the office words it; empty where it says nothing.
  public let role: String
  /// What the user has a say in.
  public let authority: Authority
  /// From when on, in milliseconds since 1970. Authors' clocks may be wrong, so that no replica judges by it.
  public let from: Int64
  /// The public key of who issued it.
  public let issuer: [UInt8]
  /// The device's public key for encryption, for whom bundles can be encrypted; empty where it has none.
  public let encryptionKey: [UInt8]

  public init(
    device: [UInt8], key: [UInt8], user: String, role: String, authority: Authority = .all, from: Int64, issuer: [UInt8],
    encryptionKey: [UInt8] = []
  ) {
    self.device = device
    self.key = key
    self.user = user
    self.role = role
    self.authority = authority
    self.from = from
    self.issuer = issuer
    self.encryptionKey = encryptionKey
  }

  /// The bytes that are signed and hashed.
  public var encoded: [UInt8] {
    CBOR.map([
      0: .unsigned(Self.version), 1: .bytes(device), 2: .bytes(key), 3: .text(user), 4: role.isEmpty ? nil : .text(role),
      5: .unsigned(UInt64(max(0, from))), 6: .bytes(issuer), 7: authority.withheldFields, 8: authority.onlyFields,
      9: authority.settlesFields, 10: encryptionKey.isEmpty ? nil : .bytes(encryptionKey),
    ]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    guard bytes.count <= Limits.certificateBytes else { throw SyncCoreError(.tooLarge, "certificate") }
    let map = try CBOR(decoding: bytes)
    guard try CBOR.require(map[0]?.unsigned, "certificate version") == Self.version else {
      throw SyncCoreError(.unsupportedVersion, "certificate")
    }
    let device = try CBOR.require(map[1]?.bytes, "device")
    let key = try CBOR.require(map[2]?.bytes, "key")
    let issuer = try CBOR.require(map[6]?.bytes, "issuer")
    let from = try CBOR.require(map[5]?.unsigned, "from")
    let user = try CBOR.require(map[3]?.text, "user")
    let encryptionKey = try map[10].map { (key) throws(SyncCoreError) in try CBOR.require(key.bytes, "encryption key") }
    guard encryptionKey.map({ $0.count == Self.encryptionKeyBytes }) ?? true else { throw SyncCoreError(.malformed, "certificate") }
    guard device.count == SiteID.deviceByteCount, key.count == Self.keyBytes, issuer.count == Self.keyBytes, from <= UInt64(Int64.max)
    else { throw SyncCoreError(.malformed, "certificate") }
    guard user.utf8.count <= Limits.authorBytes else { throw SyncCoreError(.tooLarge, "author") }
    self.init(
      device: device, key: key, user: user, role: try map.optional(4, "role") { $0.text },
      authority: try Authority(withheld: map[7], only: map[8], settles: map[9]), from: Int64(from), issuer: issuer,
      encryptionKey: encryptionKey ?? [])
  }
}

/// A certificate's bytes, with its issuer's signature over them.
public struct SignedCertificate: Hashable, Sendable {
  public let bytes: [UInt8]
  public let signature: [UInt8]

  public init(bytes: [UInt8], signature: [UInt8]) {
    self.bytes = bytes
    self.signature = signature
  }

  /// Issues a certificate.
  public init(_ certificate: Certificate, by issuer: Signer) throws {
    self.init(bytes: certificate.encoded, signature: try issuer.sign(Self.context + certificate.encoded))
  }

  /// What stands before the bytes that are signed, so that a signature of one thing is never one of another.
  static let context = Array("synckit certificate 1\0".utf8)
}

/// A key that signs: what is public of it, and how it signs. The secret half stays with whoever hands this in.
public struct Signer: Sendable {
  public let publicKey: [UInt8]
  public let sign: @Sendable ([UInt8]) throws -> [UInt8]

  public init(publicKey: [UInt8], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
    self.publicKey = publicKey
    self.sign = sign
  }
}

/// Whose certificates are believed.
public struct Trust: Hashable, Sendable {
  /// The public keys of those who may issue certificates.
  public let issuers: Set<[UInt8]>

  public init(issuers: Set<[UInt8]>) { self.issuers = issuers }

  /// What a certificate says; nil when nobody who is trusted issued it.
  public func certificate(_ signed: SignedCertificate, codec: Codec) -> Certificate? {
    guard let certificate = try? Certificate(decoding: signed.bytes), issuers.contains(certificate.issuer),
      codec.isSigned(signed.signature, SignedCertificate.context + signed.bytes, certificate.issuer)
    else { return nil }
    return certificate
  }
}
