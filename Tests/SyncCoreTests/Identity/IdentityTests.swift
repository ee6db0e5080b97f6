import SyncCore
import Testing

@Suite struct IdentityTests {
  @Test func aSiteIsItsTwentyBytes() {
    let site = SiteID(deviceHigh: 0x0102_0304_0506_0708, deviceLow: 0x090a_0b0c_0d0e_0f10, incarnation: 0x1112_1314)
    #expect(site.bytes == Array(1...20))
    #expect(SiteID(bytes: site.bytes) == site)
    #expect(SiteID(bytes: site.bytes.dropLast()) == nil && SiteID(bytes: site.bytes + [0]) == nil)
    #expect(site.description == "0102030405060708090a0b0c0d0e0f10.286397204")
    #expect(SiteID(site.description) == site)
  }

  @Test(arguments: [
    "", ".1", "0102030405060708090a0b0c0d0e0f10", "0102030405060708090a0b0c0d0e0f10.", "0102.1", "x102030405060708090a0b0c0d0e0f10.1",
  ])
  func whatIsNoSiteIsNotReadAsOne(_ text: String) { #expect(SiteID(text) == nil) }

  @Test func sitesCompareAsTheirBytesDo() {
    var random = Seeded(3)
    for _ in 0..<500 {
      let (a, b) = (SiteID(bytes: random.bytes(20)), SiteID(bytes: random.bytes(20)))
      guard let a, let b else { continue }
      #expect((a < b) == a.bytes.lexicographicallyPrecedes(b.bytes))
    }
  }

  @Test func aDotReturnsFromItsText() {
    let dot = Dot(site: .number(7), seq: 12)
    #expect(Dot(dot.description) == dot)
    #expect(Dot("x#1") == nil && Dot("\(dot.site)#-1") == nil && Dot("\(dot.site)") == nil)
    #expect(Dot(site: .number(1), seq: 9) < Dot(site: .number(2), seq: 1) && dot < Dot(site: .number(7), seq: 13))
  }

  /// I-1: SQLite takes them for two, and C for what stands before the 0.
  @Test func scopesThatLookAlikeAreTwoAndNoneHasA0() throws {
    let (composed, decomposed) = (try #require(ScopeID("\u{e9}")), try #require(ScopeID("e\u{301}")))
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(ScopeID("case-1\0") == nil)
  }

  @Test func scopesCompareByTheirBytes() throws {
    let names = ["", "Z", "a", "z", "é", "中"].compactMap { ScopeID($0) }
    #expect(names.count == 5 && names == names.sorted())
  }
}

@Suite struct VersionVectorTests {
  private func random(_ random: inout Seeded) -> VersionVector {
    VersionVector((0..<random.below(6)).map { _ in Dot(site: .number(UInt64(random.below(4))), seq: UInt64(random.below(4))) })
  }

  @Test func joiningIsAnOrderFreeLeastUpperBound() {
    var seed = Seeded(4)
    for _ in 0..<1000 {
      let (a, b, c) = (random(&seed), random(&seed), random(&seed))
      func join(_ x: VersionVector, _ y: VersionVector) -> VersionVector {
        var out = x
        out.join(y)
        return out
      }
      #expect(join(a, b) == join(b, a))
      #expect(join(a, join(b, c)) == join(join(a, b), c))
      #expect(join(a, a) == a)
      #expect(join(a, b).covers(a) && join(a, b).covers(b))
      if c.covers(a), c.covers(b) { #expect(c.covers(join(a, b))) }
      #expect(a.covers(b) == (join(a, b) == a))
    }
  }

  @Test func whatIsContainedIsWhatWasInsertedAndAllBelowIt() {
    let vector = VersionVector([Dot(site: .number(2), seq: 3), Dot(site: .number(1), seq: 1), Dot(site: .number(2), seq: 2)])
    #expect(vector.entries == [Dot(site: .number(1), seq: 1), Dot(site: .number(2), seq: 3)])
    #expect(vector.contains(Dot(site: .number(2), seq: 1)) && !vector.contains(Dot(site: .number(2), seq: 4)))
    #expect(vector[.number(3)] == 0)
    #expect(VersionVector([Dot(site: .number(1), seq: 0)]).isEmpty)
  }

  @Test func aVectorReturnsFromTheWireAndDisorderIsRefused() throws {
    let vector = VersionVector([Dot(site: .number(2), seq: 3), Dot(site: .number(1), seq: 1)])
    #expect(try VersionVector(decoding: vector.cbor) == vector)
    let entries = try #require(vector.cbor.array)
    for wrong in [CBOR.array(entries.reversed()), .array(entries + entries.suffix(1)), .unsigned(1), .array([.array([])])] {
      #expect(SyncCoreError.Code.thrown { _ = try VersionVector(decoding: wrong) } == .malformed)
    }
    for seq in [0, UInt64(Int64.max) + 1] {
      let wrong = CBOR.array([.array([.bytes(SiteID.number(1).bytes), .unsigned(seq)])])
      #expect(SyncCoreError.Code.thrown { _ = try VersionVector(decoding: wrong) } == .malformed)
    }
  }
}
