/// That a device takes no part any more, or takes part again: of a revoked device's work nothing is believed but what the relay had by
/// then, which its ``ChainEnd``s tell (docs/decisions/0030).
public struct Revocation: Hashable, Sendable {
  /// The device's identifier.
  public let device: [UInt8]
  /// The place in the relay's log. Of two that speak of one device the later counts.
  public let arrival: UInt64
  /// Whether it takes no part any more; false for one that was enrolled again, of which all counts once more.
  public let isRevoked: Bool

  public init(device: [UInt8], arrival: UInt64, isRevoked: Bool) {
    self.device = device
    self.arrival = arrival
    self.isRevoked = isRevoked
  }

  var cbor: CBOR { .array([.bytes(device), .unsigned(arrival), .bool(isRevoked)]) }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 3, let device = fields[0].bytes, device.count == SiteID.deviceByteCount,
      let arrival = fields[1].unsigned, arrival <= UInt64(Int64.max), let isRevoked = fields[2].bool
    else { throw SyncCoreError(.malformed, "revocation") }
    self.init(device: device, arrival: arrival, isRevoked: isRevoked)
  }
}

/// Where the writing of a revoked device ends in a scope: what its site wrote there up to this place counts, and nothing after it.
public struct ChainEnd: Hashable, Sendable {
  public let scope: ScopeID
  public let site: SiteID
  /// The last that counts; 0 where nothing does.
  public let seq: UInt64
  /// The hash of its header; empty where nothing counts.
  public let hash: [UInt8]
  /// The place in the relay's log at which this was stated.
  public let arrival: UInt64

  public init(scope: ScopeID, site: SiteID, seq: UInt64, hash: [UInt8], arrival: UInt64) {
    self.scope = scope
    self.site = site
    self.seq = seq
    self.hash = hash
    self.arrival = arrival
  }

  var cbor: CBOR { .array([.text(scope.name), .bytes(site.bytes), .unsigned(seq), .bytes(hash), .unsigned(arrival)]) }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 5, let bytes = fields[1].bytes, let site = SiteID(bytes: bytes),
      let seq = fields[2].unsigned, seq < UInt64(Int64.max), let hash = fields[3].bytes,
      hash.count == (seq == 0 ? 0 : Omission.hashBytes), let arrival = fields[4].unsigned, arrival <= UInt64(Int64.max)
    else { throw SyncCoreError(.malformed, "a chain's end") }
    self.init(scope: try ScopeID(decoding: fields[0]), site: site, seq: seq, hash: hash, arrival: arrival)
  }
}
