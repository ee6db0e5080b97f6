/// The frames of a bundle file: an exchange written down, to be carried by hand (docs/wire-protocol.md §7).
///
/// A file is ``magic``, then frames, all but a first ``BundleEnvelope`` encrypted where there is one. A frame is a kind byte, its payload's length, the payload, and a digest that covers all the file's
/// frames up to and with this one, so that a frame that was changed, left out, repeated or cut short is seen.
public enum BundleFormat {
  /// The first eight bytes of every bundle.
  public static let magic: [UInt8] = Array("SYNCBNDL".utf8)

  /// What a frame holds; the numbers are the file's.
  public enum Kind: UInt8, Sendable {
    /// A ``BundleHeader``, always the first frame.
    case header = 1
    /// An ``ExchangeResponse/changes(_:omissions:rejections:statements:isComplete:)`` message.
    case changes = 2
    /// Nothing: the bundle is whole.
    case end = 3
    /// A ``BundleEnvelope``: what follows is encrypted. The first frame, or none is.
    case envelope = 4
    /// A ``BundledFile``: the pieces that follow are its.
    case file = 5
    /// Bytes of a file, which follow those of the piece before.
    case piece = 6
  }

  /// The first eight bytes of a single file that is encrypted as a bundle is: an envelope, a ``Kind/file``, its pieces, the end.
  public static let copyMagic: [UInt8] = Array("SYNCCOPY".utf8)
  /// How many bytes of a file a piece has at most.
  public static let pieceBytes = 1 << 20

  /// The digest that the first frame's is chained to.
  public static let seed = [UInt8](repeating: 0, count: 32)

  /// Encodes a frame.
  /// - Parameters:
  ///   - kind: what the frame holds.
  ///   - payload: its bytes.
  ///   - chain: the digest of the frame before; becomes that of this one.
  ///   - codec: digests.
  public static func frame(_ kind: Kind, _ payload: [UInt8], chain: inout [UInt8], codec: Codec) -> [UInt8] {
    var out = ByteWriter(reserving: payload.count + 48)
    out.write(byte: kind.rawValue)
    out.write(varint: UInt64(payload.count))
    out.write(bytes: payload)
    chain = codec.digest(chain + out.bytes)
    out.write(bytes: chain)
    return out.bytes
  }
}

/// What a bundle says of itself before its changes.
public struct BundleHeader: Hashable, Sendable {
  public static let version: UInt64 = 1

  /// Who wrote the bundle.
  public let site: SiteID
  /// When, by the writer's clock, in milliseconds since 1970.
  public let wallClock: Int64
  /// What the changes presuppose that the reader holds, and up to where they lead.
  public let scopes: [Span]

  /// The reach of a bundle in one scope.
  public struct Span: Hashable, Sendable {
    public let scope: ScopeID
    public let from: VersionVector
    public let to: VersionVector

    public init(scope: ScopeID, from: VersionVector, to: VersionVector) {
      self.scope = scope
      self.from = from
      self.to = to
    }
  }

  public init(site: SiteID, wallClock: Int64, scopes: [Span]) {
    self.site = site
    self.wallClock = wallClock
    self.scopes = scopes
  }

  public var encoded: [UInt8] {
    CBOR.map([
      0: .unsigned(Self.version), 1: .bytes(site.bytes), 2: .unsigned(UInt64(clamping: wallClock)),
      3: .array([]), 4: .array(scopes.map { .array([.text($0.scope.name), $0.from.cbor, $0.to.cbor]) }),
    ]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    let map = try CBOR(decoding: bytes)
    guard try CBOR.require(map[0]?.unsigned, "bundle version") == Self.version else { throw SyncCoreError(.unsupportedVersion, "bundle") }
    guard let site = SiteID(bytes: try CBOR.require(map[1]?.bytes, "site")) else { throw SyncCoreError(.malformed, "site") }
    self.site = site
    wallClock = Int64(clamping: try CBOR.require(map[2]?.unsigned, "wall clock"))
    // The place in which bundles of a version that never was would have named their recipients.
    guard try CBOR.require(map[3]?.array, "recipients").isEmpty else { throw SyncCoreError(.malformed, "recipients") }
    scopes = try CBOR.require(map[4]?.array, "scopes").map { (entry) throws(SyncCoreError) in
      guard let fields = entry.array, fields.count == 3 else { throw SyncCoreError(.malformed, "a bundle's scope") }
      return Span(
        scope: try ScopeID(decoding: fields[0]), from: try VersionVector(decoding: fields[1]), to: try VersionVector(decoding: fields[2]))
    }
  }
}

/// A file that a bundle carries, by what it holds.
public struct BundledFile: Hashable, Sendable {
  /// The file's SHA-256.
  public let digest: [UInt8]
  /// Its length.
  public let bytes: Int
  /// What belongs to it and is for its readers alone; empty for a file of a bundle's.
  public let label: [UInt8]
  /// The longest label, in bytes.
  public static let labelBytes = 1024

  public init(digest: [UInt8], bytes: Int, label: [UInt8] = []) {
    self.digest = digest
    self.bytes = bytes
    self.label = label
  }

  public var encoded: [UInt8] {
    CBOR.map([0: .bytes(digest), 1: .unsigned(UInt64(bytes)), 2: .bytes(label)]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    let map = try CBOR(decoding: bytes)
    digest = try CBOR.require(map[0]?.bytes, "digest")
    let count = try CBOR.require(map[1]?.unsigned, "length")
    label = try CBOR.require(map[2]?.bytes, "label")
    guard digest.count == BlobName.digestBytes, count <= UInt64(Int64.max), label.count <= Self.labelBytes else {
      throw SyncCoreError(.malformed, "a file")
    }
    self.bytes = Int(count)
  }
}

/// For whom a bundle is encrypted: the key of its frames, sealed for each of them.
public struct BundleEnvelope: Hashable, Sendable {
  public static let version: UInt64 = 1
  /// For how many devices a bundle may be encrypted.
  public static let maximumRecipients = 1024

  /// A device that can read the bundle.
  public struct Recipient: Hashable, Sendable {
    /// Its public key for encryption.
    public let key: [UInt8]
    /// What belongs to the sealed key, from which the device finds what it was sealed with (RFC 9180: `enc`).
    public let encapsulated: [UInt8]
    /// The frames' key, sealed.
    public let sealedKey: [UInt8]

    public init(key: [UInt8], encapsulated: [UInt8], sealedKey: [UInt8]) {
      self.key = key
      self.encapsulated = encapsulated
      self.sealedKey = sealedKey
    }
  }

  public let recipients: [Recipient]

  public init(recipients: [Recipient]) { self.recipients = recipients }

  public var encoded: [UInt8] {
    let each = recipients.map { CBOR.array([.bytes($0.key), .bytes($0.encapsulated), .bytes($0.sealedKey)]) }
    return CBOR.map([0: .unsigned(Self.version), 1: .array(each)]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    let map = try CBOR(decoding: bytes)
    guard try CBOR.require(map[0]?.unsigned, "envelope version") == Self.version else {
      throw SyncCoreError(.unsupportedVersion, "envelope")
    }
    let all = try CBOR.require(map[1]?.array, "recipients")
    guard all.count <= Self.maximumRecipients else { throw SyncCoreError(.tooLarge, "recipients") }
    recipients = try all.map { (entry) throws(SyncCoreError) in
      guard let fields = entry.array, fields.count == 3, let key = fields[0].bytes, let encapsulated = fields[1].bytes,
        let sealed = fields[2].bytes
      else { throw SyncCoreError(.malformed, "a recipient") }
      return Recipient(key: key, encapsulated: encapsulated, sealedKey: sealed)
    }
  }
}
