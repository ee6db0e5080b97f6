/// What a relay tells a device that may not hold a scope any more (docs/decisions/0028).
public struct WithdrawnScope: Hashable, Sendable {
  public let scope: ScopeID
  /// When it was withdrawn, by the relay's clock, in milliseconds since 1970.
  public let at: Int64
  /// Whether the device is to let go of what it holds of it, once the relay holds all that was written there.
  public let isRemoved: Bool

  public init(scope: ScopeID, at: Int64, isRemoved: Bool) {
    self.scope = scope
    self.at = at
    self.isRemoved = isRemoved
  }
}

extension WithdrawnScope {
  var cbor: CBOR { .array([.text(scope.name), .unsigned(UInt64(clamping: at)), .bool(isRemoved)]) }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 3, let at = fields[1].unsigned, let isRemoved = fields[2].bool else {
      throw SyncCoreError(.malformed, "a withdrawn scope")
    }
    self.init(scope: try ScopeID(decoding: fields[0]), at: Int64(clamping: at), isRemoved: isRemoved)
  }
}
