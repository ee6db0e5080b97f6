/// A pack as a relay offers it: what it would answer to who has nothing of some scopes, written down beforehand, under the digest of its bytes
/// (docs/wire-protocol.md §9.4).
public struct Pack: Hashable, Sendable {
  /// The SHA-256 of the pack's bytes.
  public let digest: [UInt8]
  /// How many bytes it has.
  public let bytes: Int
  /// The issuer's signature: that each changeset in it was judged. Empty where the relay's log is not signed.
  public let signature: [UInt8]

  public init(digest: [UInt8], bytes: Int, signature: [UInt8]) {
    self.digest = digest
    self.bytes = bytes
    self.signature = signature
  }

  /// Signs a pack: for who has judged every changeset in it.
  public init(digest: [UInt8], bytes: Int, by issuer: Signer?) throws {
    self.init(digest: digest, bytes: bytes, signature: try issuer?.sign(Self.context + digest) ?? [])
  }

  static let context = Array("synckit pack 1\0".utf8)
}

extension Trust {
  /// Whether somebody who may issue certificates says that each changeset of a pack was judged.
  ///
  /// Who can sign so could as well issue certificates for keys of their own: nothing rests on this that did not rest on the issuer before.
  public func vouches(for pack: Pack, codec: Codec) -> Bool {
    issuers.contains { codec.isSigned(pack.signature, Pack.context + pack.digest, $0) }
  }
}

/// What gives packs: a relay, over a network or in this process.
public protocol PackSource {
  /// The packs that hold some scopes, in the order in which they are to be taken; none of which anything is kept from the asker.
  func packs(of scopes: [ScopeID]) throws -> [Pack]
  /// Some bytes of a pack from a place on, at least one; no more than ``Limits/blobPieceBytes``.
  func read(pack digest: [UInt8], at offset: Int) throws -> BlobPiece
}

/// Asks for the packs of scopes of which the asker has nothing.
public struct PackQuestion: Hashable, Sendable {
  public let scopes: [ScopeID]

  public init(_ scopes: [ScopeID]) { self.scopes = scopes }

  /// Where it goes over HTTP; a pack's bytes stand below, under the digest's hexadecimal digits.
  public static let path = "/v1/packs"

  public func encoded(codec: Codec) -> [UInt8] {
    MessageFrame.encode(
      .map([0: .unsigned(ExchangeRequest.version), 1: .unsigned(4), 2: .array(scopes.map { .text($0.name) })]), codec: codec)
  }

  public init(decoding bytes: [UInt8], codec: Codec) throws(SyncCoreError) {
    let map = try MessageFrame.decode(bytes, codec: codec)
    guard map[1]?.unsigned == 4 else { throw SyncCoreError(.unsupportedVersion, "kind of request") }
    scopes = try CBOR.require(map[2]?.array, "scopes").map { (field) throws(SyncCoreError) in try ScopeID(decoding: field) }
  }
}

/// The packs, in the order in which they are to be taken.
public struct PackAnswer: Hashable, Sendable {
  public let packs: [Pack]

  public init(_ packs: [Pack]) { self.packs = packs }

  public func encoded(codec: Codec) -> [UInt8] {
    MessageFrame.encode(
      .map([
        0: .unsigned(ExchangeRequest.version), 1: .unsigned(4),
        2: .array(packs.map { .array([.bytes($0.digest), .unsigned(UInt64($0.bytes)), .bytes($0.signature)]) }),
      ]), codec: codec)
  }

  public init(decoding bytes: [UInt8], codec: Codec) throws(SyncCoreError) {
    let map = try MessageFrame.decode(bytes, codec: codec)
    guard map[1]?.unsigned == 4 else { throw SyncCoreError(.unsupportedVersion, "kind of response") }
    packs = try CBOR.require(map[2]?.array, "packs").map { (entry) throws(SyncCoreError) in
      guard let fields = entry.array, fields.count == 3, let digest = fields[0].bytes, digest.count == BlobName.digestBytes,
        let bytes = fields[1].unsigned.flatMap({ Int(exactly: $0) }), (1...Limits.messageBytes).contains(bytes),
        let signature = fields[2].bytes
      else { throw SyncCoreError(.malformed, "a pack") }
      return Pack(digest: digest, bytes: bytes, signature: signature)
    }
  }
}
