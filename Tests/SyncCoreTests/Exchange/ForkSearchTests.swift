import SyncCore
import Testing

@Suite struct ForkSearchTests {
  private static let (scope, site) = (ScopeID(literal: "case-1"), SiteID.number(1))

  /// Found by worlds of copied devices: it asked the relay for a changeset that the relay does not have, at each exchange again.
  @Test func whatWasRefusedForItsPredecessorForksBeforeIt() {
    let fork = Fork(scope: Self.scope, site: Self.site, here: 3, there: 2)
    var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.site, seq: 1)]), isOwn: true)
    #expect(search.next() == nil)
    #expect(search.common == 0)
  }

  private static func changeset(_ seq: UInt64) -> [UInt8] {
    ChangesetHeader(
      scope: scope, dot: Dot(site: site, seq: seq), time: HybridTime(rawValue: seq << 16), wallClock: 5, author: "lin",
      transaction: .init(id: [UInt8](repeating: 1, count: 16), part: 0, parts: 1), schema: 1, certificate: [],
      previous: seq == 1 ? [] : [UInt8](repeating: 3, count: 32), needs: VersionVector(), note: "",
      parts: [.init(rows: 1, bytes: 3, digest: [UInt8](repeating: 2, count: 32))]
    ).encoded
  }

  /// What the other side has left out cannot be compared; what it has acknowledged need not be.
  @Test(arguments: [true, false]) func whatOfOnesOwnHasBeenLeftOutThereIsAnotherBranchUnlessItWasAcknowledged(_ isOwn: Bool) throws {
    for acknowledged in 0...6 as ClosedRange<UInt64> {
      let fork = Fork(scope: Self.scope, site: Self.site, here: 9, there: 9, acknowledged: acknowledged)
      var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.site, seq: 9)]), isOwn: isOwn)
      while let question = search.next() {
        guard case .pull(let wants, _) = question else { return #expect(Bool(false)) }
        let asked = wants[0].holdings.vector[Self.site] + 1
        #expect(asked > acknowledged)
        // From the fourth to the eighth there is nothing there, and all before is the same.
        let header = Self.changeset(asked < 4 ? asked : 9)
        try search.answered(
          .changes([Fragment(header: header, signature: [], firstPart: 0, parts: [])], isComplete: false), digest: { $0 },
          hash: Self.changeset)
      }
      #expect(search.common == (isOwn ? max(3, acknowledged) : 8))
    }
  }

  @Test func aForkThatIsKnownToBeginAtTheEndAsksForTheEnd() {
    let fork = Fork(scope: Self.scope, site: Self.site, here: 5, there: 5)
    var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.site, seq: 5)]), isOwn: true)
    guard case .pull(let wants, _)? = search.next() else {
      Issue.record("nothing is asked")
      return
    }
    #expect(wants.map(\.holdings.vector) == [VersionVector([Dot(site: Self.site, seq: 3)])])
  }
}
