import SyncCore
import Testing

@Suite struct ForkSearchTests {
  private static let (scope, site) = (ScopeID(literal: "case-1"), SiteID.number(1))

  /// Found by worlds of copied devices: it asked the relay for a changeset that the relay does not have, at each exchange again.
  @Test func whatWasRefusedForItsPredecessorForksBeforeIt() {
    let fork = Fork(scope: Self.scope, site: Self.site, here: 3, there: 2)
    var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.site, seq: 1)]))
    #expect(search.next() == nil)
    #expect(search.common == 0)
  }

  @Test func aForkThatIsKnownToBeginAtTheEndAsksForTheEnd() {
    let fork = Fork(scope: Self.scope, site: Self.site, here: 5, there: 5)
    var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.site, seq: 5)]))
    guard case .pull(let wants, _)? = search.next() else {
      Issue.record("nothing is asked")
      return
    }
    #expect(wants.map(\.holdings.vector) == [VersionVector([Dot(site: Self.site, seq: 3)])])
  }
}
