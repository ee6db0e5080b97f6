import SyncCore
import Testing

@Suite struct OmissionTests {
  private static func hash(_ seq: UInt64) -> [UInt8] { [UInt8](repeating: UInt8(truncatingIfNeeded: seq), count: Omission.hashBytes) }

  private static func run(_ first: UInt64, _ last: UInt64) -> Omission.Run { .init(first: first, last: last, hash: hash(last)) }

  @Test func runsThatTouchOrOverlapAreOne() {
    var runs: [Omission.Run] = []
    for (first, last) in [(4, 6), (10, 12), (7, 7), (1, 2), (9, 11)] as [(UInt64, UInt64)] { runs.add(Self.run(first, last)) }
    #expect(runs == [Self.run(1, 2), Self.run(4, 7), Self.run(9, 12)])
    runs.add(Self.run(2, 9))
    #expect(runs == [Self.run(1, 12)])
    #expect(runs.run(with: 12) == Self.run(1, 12))
    #expect(runs.run(with: 13) == nil)
  }

  /// Whatever comes in whatever order, the runs hold exactly what was put in, sorted and apart, each with the hash of its last.
  @Test(arguments: 0..<50) func runsAreTheSetOfWhatWasPutIn(_ seed: UInt64) {
    var random = Seeded(seed)
    var runs: [Omission.Run] = []
    var all: Set<UInt64> = []
    for _ in 0..<30 {
      let first = UInt64.random(in: 1...60, using: &random)
      let last = first + UInt64.random(in: 0...6, using: &random)
      runs.add(Self.run(first, last))
      all.formUnion(first...last)
      #expect(Set(runs.flatMap { $0.first...$0.last }) == all, "seed \(seed)")
      #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.last + 1 < $1.first }, "seed \(seed)")
      #expect(runs.allSatisfy { $0.hash == Self.hash($0.last) }, "seed \(seed)")
    }
  }

  @Test func anythingButWholeRunsIsRefused() throws {
    let scope = try #require(ScopeID("case-1"))
    let site = SiteID(deviceHigh: 1, deviceLow: 2, incarnation: 1)
    func decoded(_ fields: [CBOR]) -> SyncCoreError.Code? {
      let body = CBOR.map([0: .unsigned(1), 1: .unsigned(2), 2: .array([]), 3: .array([.array(fields)])])
      return SyncCoreError.Code.thrown { _ = try ExchangeRequest(decoding: [0] + body.encoded, codec: .test) }
    }
    let right: [CBOR] = [.text(scope.name), .bytes(site.bytes), .unsigned(3), .unsigned(5), .bytes(Self.hash(5))]
    #expect(decoded(right) == nil)
    let wrong: [(at: Int, CBOR)] = [
      (1, .bytes([1])), (2, .unsigned(0)), (2, .unsigned(6)), (3, .unsigned(UInt64(Int64.max))), (4, .bytes([1, 2])), (4, .text("")),
    ]
    for (at, field) in wrong {
      var fields = right
      fields[at] = field
      #expect(decoded(fields) == .malformed, "\(at) \(field)")
    }
    #expect(decoded(Array(right.dropLast())) == .malformed)
  }
}
