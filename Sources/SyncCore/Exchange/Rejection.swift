/// A changeset that counts as applied without having any effect, anywhere: the office's answer to one that a relay or a replica cannot take
/// (docs/decisions/0013).
///
/// What it made was never made, so that whatever names its rows by it has no effect either. Its author keeps the text.
public struct Rejection: Hashable, Sendable {
  public let scope: ScopeID
  public let dot: Dot
  /// The hash of its header: what stands under this name with another is not meant.
  public let hash: [UInt8]
  /// Why, in the words of whoever rejected it. At most ``Limits/reasonBytes`` bytes of UTF-8.
  public let reason: String

  public init(scope: ScopeID, dot: Dot, hash: [UInt8], reason: String) {
    self.scope = scope
    self.dot = dot
    self.hash = hash
    self.reason = reason
  }

  /// The reason of what a relay rejects by itself: it came after its author's role had changed, and was the old one's to write.
  public static let superseded = "certificate-superseded"
  /// The reason of what counts for nothing without having been rejected: its device was revoked before the relay had it.
  public static let revoked = "device-revoked"

  /// About how many bytes this takes in a batch.
  public var byteCount: Int { scope.name.utf8.count + reason.utf8.count + 80 }
}

extension Rejection {
  var cbor: CBOR { .array([.text(scope.name), .bytes(dot.site.bytes), .unsigned(dot.seq), .bytes(hash), .text(reason)]) }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 5, let bytes = fields[1].bytes, let site = SiteID(bytes: bytes),
      let seq = fields[2].unsigned, seq > 0, seq < UInt64(Int64.max), let hash = fields[3].bytes, hash.count == Omission.hashBytes,
      let reason = fields[4].text
    else { throw SyncCoreError(.malformed, "rejection") }
    guard reason.utf8.count <= Limits.reasonBytes else { throw SyncCoreError(.tooLarge, "a rejection's reason") }
    self.init(scope: try ScopeID(decoding: fields[0]), dot: Dot(site: site, seq: seq), hash: hash, reason: reason)
  }

  static func list(_ cbor: CBOR?) throws(SyncCoreError) -> [Rejection] {
    guard let cbor else { return [] }
    let items = try CBOR.require(cbor.array, "rejections")
    guard !items.isEmpty else { throw SyncCoreError(.malformed, "rejections") }
    return try items.map { (item) throws(SyncCoreError) in try Rejection(decoding: item) }
  }
}
