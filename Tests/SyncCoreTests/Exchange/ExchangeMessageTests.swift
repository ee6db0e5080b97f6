import Testing

@testable import SyncCore

@Suite struct ExchangeMessageTests {
  static let scope = ScopeID(literal: "case-1")

  static let holdings = ScopeHoldings(
    scope: scope,
    holdings: Holdings(
      vector: VersionVector([Dot(site: .number(1), seq: 3), Dot(site: .number(2), seq: 1)]),
      partial: [.init(dot: Dot(site: .number(2), seq: 2), parts: 4)]))
  static let fragments = [
    Fragment(header: ChangesetHeaderTests.header().encoded, signature: [], firstPart: 0, parts: [[1, 2], []]),
    Fragment(header: [0xa0], signature: [3], firstPart: 7, parts: [[UInt8](repeating: 0, count: 5000)]),
  ]
  static let requests: [ExchangeRequest] = [
    .hello(epoch: [], token: [], scopes: []), .hello(epoch: [1], token: [2], scopes: [scope]), .push(fragments), .pull([holdings]),
    .pull([holdings], budget: 0), .pull([], budget: Limits.batchBytes - 1),
  ]
  static let responses: [ExchangeResponse] = [
    .heads(epoch: [1], token: [], scopes: [holdings]), .receipt([holdings], refused: []),
    .receipt([], refused: [Refusal(scope: scope, dot: Dot(site: .number(1), seq: 4), code: Refusal.Code.fork)]),
    .changes(fragments, isComplete: true), .changes([], isComplete: false),
  ]

  @Test func everyMessageReturnsAsItWas() throws {
    for request in Self.requests { #expect(try ExchangeRequest(decoding: request.encoded(codec: .test), codec: .test) == request) }
    for response in Self.responses { #expect(try ExchangeResponse(decoding: response.encoded(codec: .test), codec: .test) == response) }
  }

  @Test func eachRequestHasItsPath() { #expect(Set(Self.requests.map(\.path)) == ["/v1/hello", "/v1/push", "/v1/pull"]) }

  @Test func onlyALongMessageIsCompressed() {
    #expect(Self.requests[1].encoded(codec: .test)[0] == 0)
    #expect(Self.requests[2].encoded(codec: .test)[0] == 1)
  }

  @Test func keysOfALaterVersionAreReadPast() throws {
    let map = try CBOR(decoding: Array(Self.responses[4].encoded(codec: .test).dropFirst()))
    guard case .map(let entries) = map else { return }
    let later = [0] + CBOR.map(entries + [(50, .text("later"))]).encoded
    #expect(try ExchangeResponse(decoding: later, codec: .test) == Self.responses[4])
  }

  @Test func aMessageOfALaterProtocolOrKindIsRefusedAsSuch() {
    for body in [CBOR.map([0: .unsigned(2), 1: .unsigned(1)]), .map([0: .unsigned(1), 1: .unsigned(9)])] {
      let bytes = [0] + body.encoded
      #expect(SyncCoreError.Code.thrown { _ = try ExchangeRequest(decoding: bytes, codec: .test) } == .unsupportedVersion)
      #expect(SyncCoreError.Code.thrown { _ = try ExchangeResponse(decoding: bytes, codec: .test) } == .unsupportedVersion)
    }
  }

  @Test(arguments: [[], [2, 0xa0], [1, 3, 1, 1], [0], [0, 0xa0], [1, 0xff, 0xff, 0xff, 0x07, 1, 1]] as [[UInt8]])
  func whatIsNoMessageIsRefused(_ bytes: [UInt8]) {
    #expect(SyncCoreError.Code.thrown { _ = try ExchangeRequest(decoding: bytes, codec: .test) } != nil)
  }

  /// I-10: kept, such a number is read again as a negative one.
  @Test func aRefusalOfAChangesetThatCannotBeIsRefused() {
    let site = CBOR.bytes([UInt8](repeating: 1, count: 20))
    for (seq, isOne) in [(UInt64(Int64.max), true), (UInt64(Int64.max) + 1, false), (0, false)] {
      let refusal = CBOR.array([.text("case-1"), site, .unsigned(seq), .text("fork")])
      let bytes = [0] + CBOR.map([0: .unsigned(1), 1: .unsigned(2), 2: .array([]), 3: .array([refusal])]).encoded
      #expect(((try? ExchangeResponse(decoding: bytes, codec: .test)) != nil) == isOne)
    }
  }

  @Test(arguments: [(1, 2, .text("x")), (1, 3, .bytes([])), (3, 3, .text("x"))] as [(UInt64, UInt64, CBOR)])
  func aFieldThatMayBeLeftOutIsOfItsKind(_ kind: UInt64, _ key: UInt64, _ value: CBOR) {
    let bytes =
      [0]
      + CBOR.map([
        0: .unsigned(1), 1: .unsigned(kind), 2: key == 2 ? value : kind == 3 ? .array([]) : nil, 3: key == 3 ? value : nil, 4: .array([]),
      ]).encoded
    #expect(SyncCoreError.Code.thrown { _ = try ExchangeRequest(decoding: bytes, codec: .test) } == .malformed)
  }

  @Test func aMessageThatInflatesToMoreThanItSaysIsRefused() {
    let raw = [UInt8](repeating: 0, count: 300)
    let lying = [1] + [UInt8(100)] + Codec.test.compress(raw)
    #expect(SyncCoreError.Code.thrown { _ = try ExchangeRequest(decoding: lying, codec: .test) } == .malformed)
  }
}

@Suite struct BundleFormatTests {
  private static let header = BundleHeader(
    site: .number(4), wallClock: 1_760_000_000_000,
    scopes: [.init(scope: ExchangeMessageTests.scope, from: VersionVector(), to: ExchangeMessageTests.holdings.holdings.vector)])

  @Test func whatABundleSaysOfItselfReturns() throws { #expect(try BundleHeader(decoding: Self.header.encoded) == Self.header) }

  @Test func forWhomABundleIsEncryptedReturnsAndHasALimit() throws {
    let one = BundleEnvelope.Recipient(key: [1], encapsulated: [2], sealedKey: [3])
    func code(_ count: Int) -> SyncCoreError.Code? {
      let envelope = BundleEnvelope(recipients: Array(repeating: one, count: count))
      return SyncCoreError.Code.thrown {
        let read = try BundleEnvelope(decoding: envelope.encoded)
        #expect(read == envelope)
      }
    }
    #expect(code(BundleEnvelope.maximumRecipients) == nil)
    #expect(code(BundleEnvelope.maximumRecipients + 1) == .tooLarge)
  }

  @Test func aBundleOfALaterVersionIsRefusedAsSuch() throws {
    guard case .map(var entries) = try CBOR(decoding: Self.header.encoded) else { return }
    entries[0] = (0, .unsigned(2))
    let bytes = CBOR.map(entries).encoded
    #expect(SyncCoreError.Code.thrown { _ = try BundleHeader(decoding: bytes) } == .unsupportedVersion)
  }

  @Test func aFrameIsItsKindItsLengthItsPayloadAndADigestOfAllBefore() {
    var chain = BundleFormat.seed
    let first = BundleFormat.frame(.changes, [7, 8], chain: &chain, codec: .test)
    #expect(Array(first.prefix(4)) == [2, 2, 7, 8])
    #expect(Array(first.suffix(32)) == Codec.test.digest(BundleFormat.seed + [2, 2, 7, 8]) && chain == Array(first.suffix(32)))
    var after = chain
    let second = BundleFormat.frame(.end, [], chain: &after, codec: .test)
    #expect(Array(second) == [3, 0] + Codec.test.digest(chain + [3, 0]))
    var alone = BundleFormat.seed
    #expect(BundleFormat.frame(.end, [], chain: &alone, codec: .test) != second)
  }
}
