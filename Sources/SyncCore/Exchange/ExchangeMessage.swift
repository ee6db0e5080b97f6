/// A question of the exchange. Every one may be asked again without harm.
public enum ExchangeRequest: Hashable, Sendable {
  /// What has changed since `token`, and what do you have of `scopes`?
  case hello(epoch: [UInt8], token: [UInt8], scopes: [ScopeID])
  /// Please keep these, and what was left out before them, as is stated.
  case push([Fragment], omissions: [Omission] = [], statements: [SignedStatement] = [])
  /// I have this of these scopes: what am I missing? About so many bytes of it are asked for.
  case pull([ScopeHoldings], budget: Int = Limits.batchBytes)
}

/// An answer of the exchange.
public enum ExchangeResponse: Hashable, Sendable {
  /// The store's identity, the token to ask with next time, what the store has of the scopes that changed or were asked for, whether
  /// it is a relay (of two branches of a fork, the relay's keeps its name), what is stated about the asker's own device, and what the asker
  /// may not hold any more.
  case heads(
    epoch: [UInt8], token: [UInt8], scopes: [ScopeHoldings], isRelay: Bool = false, statements: [SignedStatement] = [],
    withdrawn: [WithdrawnScope] = [])
  /// What the store now holds durably of the scopes that were pushed to, and what it would not take.
  case receipt([ScopeHoldings], refused: [Refusal])
  /// Some of what was missing, what has been left out, what was rejected, and what is stated of either; `isComplete` when that was all.
  case changes(
    [Fragment], omissions: [Omission] = [], rejections: [Rejection] = [], statements: [SignedStatement] = [], isComplete: Bool)
}

extension ExchangeRequest {
  /// The version of the protocol.
  public static let version: UInt64 = 1

  /// Where the request goes over HTTP.
  public var path: String {
    switch self {
    case .hello: "/v1/hello"
    case .push: "/v1/push"
    case .pull: "/v1/pull"
    }
  }

  public func encoded(codec: Codec) -> [UInt8] {
    let body: CBOR
    switch self {
    case .hello(let epoch, let token, let scopes):
      body = .map([
        0: .unsigned(Self.version), 1: .unsigned(1), 2: epoch.isEmpty ? nil : .bytes(epoch), 3: token.isEmpty ? nil : .bytes(token),
        4: .array(scopes.map { .text($0.name) }),
      ])
    case .push(let fragments, let omissions, let statements):
      body = .map([
        0: .unsigned(Self.version), 1: .unsigned(2), 2: .array(fragments.map(\.cbor)),
        3: omissions.isEmpty ? nil : .array(omissions.map(\.cbor)), 4: statements.isEmpty ? nil : .array(statements.map(\.cbor)),
      ])
    case .pull(let scopes, let budget):
      body = .map([
        0: .unsigned(Self.version), 1: .unsigned(3), 2: .array(scopes.map(\.cbor)),
        3: budget < Limits.batchBytes ? .unsigned(UInt64(max(budget, 0))) : nil,
      ])
    }
    return MessageFrame.encode(body, codec: codec)
  }

  public init(decoding bytes: [UInt8], codec: Codec) throws(SyncCoreError) {
    let map = try MessageFrame.decode(bytes, codec: codec)
    switch try CBOR.require(map[1]?.unsigned, "kind of request") {
    case 1:
      self = .hello(
        epoch: try map.optional(2, "epoch") { $0.bytes }, token: try map.optional(3, "token") { $0.bytes },
        scopes: try CBOR.require(map[4]?.array, "scopes").map { (field) throws(SyncCoreError) in try ScopeID(decoding: field) })
    case 2:
      self = .push(try Fragment.list(map[2]), omissions: try Omission.list(map[3]), statements: try SignedStatement.list(map[4]))
    case 3:
      let budget = try map[3].map { (field) throws(SyncCoreError) in Int(clamping: try CBOR.require(field.unsigned, "budget")) }
      self = .pull(try ScopeHoldings.list(map[2]), budget: min(budget ?? Limits.batchBytes, Limits.batchBytes))
    default: throw SyncCoreError(.unsupportedVersion, "kind of request")
    }
  }
}

extension ExchangeResponse {
  public func encoded(codec: Codec) -> [UInt8] {
    let body: CBOR
    switch self {
    case .heads(let epoch, let token, let scopes, let isRelay, let statements, let withdrawn):
      body = .map([
        0: .unsigned(ExchangeRequest.version), 1: .unsigned(1), 2: .bytes(epoch), 3: .bytes(token), 4: .array(scopes.map(\.cbor)),
        5: isRelay ? .bool(true) : nil, 6: statements.isEmpty ? nil : .array(statements.map(\.cbor)),
        7: withdrawn.isEmpty ? nil : .array(withdrawn.map(\.cbor)),
      ])
    case .receipt(let scopes, let refused):
      body = .map([
        0: .unsigned(ExchangeRequest.version), 1: .unsigned(2), 2: .array(scopes.map(\.cbor)),
        3: refused.isEmpty ? nil : .array(refused.map(\.cbor)),
      ])
    case .changes(let fragments, let omissions, let rejections, let statements, let isComplete):
      body = .map([
        0: .unsigned(ExchangeRequest.version), 1: .unsigned(3), 2: .array(fragments.map(\.cbor)), 3: .bool(isComplete),
        4: omissions.isEmpty ? nil : .array(omissions.map(\.cbor)), 5: rejections.isEmpty ? nil : .array(rejections.map(\.cbor)),
        6: statements.isEmpty ? nil : .array(statements.map(\.cbor)),
      ])
    }
    return MessageFrame.encode(body, codec: codec)
  }

  public init(decoding bytes: [UInt8], codec: Codec) throws(SyncCoreError) {
    let map = try MessageFrame.decode(bytes, codec: codec)
    switch try CBOR.require(map[1]?.unsigned, "kind of response") {
    case 1:
      self = .heads(
        epoch: try CBOR.require(map[2]?.bytes, "epoch"), token: try CBOR.require(map[3]?.bytes, "token"),
        scopes: try ScopeHoldings.list(map[4]), isRelay: map[5]?.bool ?? false, statements: try SignedStatement.list(map[6]),
        withdrawn: try map.optional(7, "withdrawn") { $0.array }.map { (item) throws(SyncCoreError) in try WithdrawnScope(decoding: item) })
    case 2:
      self = .receipt(
        try ScopeHoldings.list(map[2]),
        refused: try map.optional(3, "refused") { $0.array }.map { (field) throws(SyncCoreError) in try Refusal(decoding: field) })
    case 3:
      self = .changes(
        try Fragment.list(map[2]), omissions: try Omission.list(map[4]), rejections: try Rejection.list(map[5]),
        statements: try SignedStatement.list(map[6]), isComplete: try CBOR.require(map[3]?.bool, "whether that was all"))
    default: throw SyncCoreError(.unsupportedVersion, "kind of response")
    }
  }
}

/// How a message stands on the wire: one byte that says whether it is compressed, the inflated length if so, then the CBOR.
enum MessageFrame {
  /// A message shorter than this is left as it is.
  static let leastCompressed = 256

  static func encode(_ body: CBOR, codec: Codec) -> [UInt8] {
    let raw = body.encoded
    if raw.count >= leastCompressed {
      let compressed = codec.compress(raw)
      if compressed.count + 8 < raw.count {
        var out = ByteWriter(reserving: compressed.count + 8)
        out.write(byte: 1)
        out.write(varint: UInt64(raw.count))
        out.write(bytes: compressed)
        return out.bytes
      }
    }
    return [0] + raw
  }

  static func decode(_ bytes: [UInt8], codec: Codec) throws(SyncCoreError) -> CBOR {
    guard bytes.count <= Limits.messageBytes else { throw SyncCoreError(.tooLarge, "message") }
    var reader = ByteReader(bytes)
    let map: CBOR
    switch try reader.byte() {
    case 0: map = try CBOR(decoding: Array(try reader.take(reader.remaining)))
    case 1:
      let count = try reader.count(upTo: Limits.messageBytes)
      guard let raw = codec.inflate(try reader.take(reader.remaining), count), raw.count == count else {
        throw SyncCoreError(.malformed, "a message that does not inflate")
      }
      map = try CBOR(decoding: raw)
    default: throw SyncCoreError(.malformed, "the form of a message")
    }
    guard try CBOR.require(map[0]?.unsigned, "protocol version") == ExchangeRequest.version else {
      throw SyncCoreError(.unsupportedVersion, "protocol")
    }
    return map
  }
}

extension ScopeID {
  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let scope = ScopeID(try CBOR.require(cbor.text, "scope")) else { throw SyncCoreError(.tooLarge, "scope") }
    self = scope
  }
}

extension Fragment {
  var cbor: CBOR {
    .array([.bytes(header), .bytes(signature), .unsigned(UInt64(firstPart)), .array(parts.map { .bytes($0) })])
  }

  static func list(_ cbor: CBOR?) throws(SyncCoreError) -> [Fragment] {
    try CBOR.require(cbor?.array, "fragments").map { (entry) throws(SyncCoreError) in
      guard let fields = entry.array, fields.count == 4, let header = fields[0].bytes, let signature = fields[1].bytes,
        let first = fields[2].unsigned, first <= UInt64(UInt32.max), let parts = fields[3].array
      else { throw SyncCoreError(.malformed, "fragment") }
      return Fragment(
        header: header, signature: signature, firstPart: Int(first),
        parts: try parts.map { (part) throws(SyncCoreError) in try CBOR.require(part.bytes, "part") })
    }
  }
}

extension ScopeHoldings {
  var cbor: CBOR {
    .array(
      [
        .text(scope.name), holdings.vector.cbor,
        .array(holdings.partial.map { .array([.bytes($0.dot.site.bytes), .unsigned($0.dot.seq), .unsigned(UInt64($0.parts))]) }),
      ] + (holdings.ends.isEmpty && holdings.omitted == nil ? [] : [.array(holdings.ends.map { .bytes($0) })])
        + (holdings.omitted.map { [.unsigned($0)] } ?? []))
  }

  static func list(_ cbor: CBOR?) throws(SyncCoreError) -> [ScopeHoldings] {
    try CBOR.require(cbor?.array, "scopes").map { (entry) throws(SyncCoreError) in
      guard let fields = entry.array, (3...5).contains(fields.count), let partials = fields[2].array else {
        throw SyncCoreError(.malformed, "what is held of a scope")
      }
      let vector = try VersionVector(decoding: fields[1])
      var ends: [[UInt8]] = []
      if fields.count > 3 {
        ends = try CBOR.require(fields[3].array, "ends").map { (end) throws(SyncCoreError) in try CBOR.require(end.bytes, "an end") }
        guard ends.count == vector.entries.count || ends.isEmpty && fields.count == 5 else { throw SyncCoreError(.malformed, "ends") }
      }
      let omitted = fields.count == 5 ? try CBOR.require(fields[4].unsigned, "how many are left out") : nil
      var partial: [Holdings.Partial] = []
      for item in partials {
        guard let values = item.array, values.count == 3, let bytes = values[0].bytes, let site = SiteID(bytes: bytes),
          let seq = values[1].unsigned, seq > 0, seq <= UInt64(Int64.max), let parts = values[2].unsigned, parts <= UInt64(UInt32.max)
        else { throw SyncCoreError(.malformed, "what is held in part") }
        partial.append(Holdings.Partial(dot: Dot(site: site, seq: seq), parts: Int(parts)))
      }
      return ScopeHoldings(
        scope: try ScopeID(decoding: fields[0]), holdings: Holdings(vector: vector, partial: partial, ends: ends, omitted: omitted))
    }
  }
}

extension Refusal {
  var cbor: CBOR { .array([.text(scope.name), .bytes(dot.site.bytes), .unsigned(dot.seq), .text(code)]) }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 4, let bytes = fields[1].bytes, let site = SiteID(bytes: bytes),
      let seq = fields[2].unsigned, seq > 0, seq <= UInt64(Int64.max), let code = fields[3].text
    else { throw SyncCoreError(.malformed, "refusal") }
    self.init(scope: try ScopeID(decoding: fields[0]), dot: Dot(site: site, seq: seq), code: code)
  }
}
