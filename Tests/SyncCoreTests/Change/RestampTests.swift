import Testing

@testable import SyncCore

/// What becomes of the losing branch of a fork is a pure function of the branch (I-12).
@Suite struct RestampTests {
  private static func site(_ number: UInt64, life: UInt32 = 1) -> SiteID { SiteID(deviceHigh: 7, deviceLow: number, incarnation: life) }
  private static let (author, other) = (site(1), site(2))

  private static func header(_ dot: Dot, needs: [Dot] = [], ends: [UInt8] = [], previous: [UInt8] = []) -> ChangesetHeader {
    ChangesetHeader(
      scope: ScopeID(literal: "case-1"), dot: dot, time: HybridTime(rawValue: dot.seq << 16), wallClock: 5, author: "lin",
      transaction: .init(id: [UInt8](repeating: 1, count: 16), part: 0, parts: 1), schema: 1, certificate: [], previous: previous,
      needs: VersionVector(needs), ends: ends, note: "", parts: [.init(rows: 1, bytes: 3, digest: [UInt8](repeating: 2, count: 32))])
  }

  @Test func aBranchHasOneNameWhoeverGivesIt() {
    let names = [[UInt8](repeating: 9, count: 32), [UInt8](repeating: 0xf9, count: 32)].map {
      Restamp(from: Self.author, after: 4, hash: $0).to
    }
    #expect(names[0] != names[1])
    for name in names {
      #expect(name.incarnation >= SiteID.leastDerivedIncarnation)
      #expect((name.deviceHigh, name.deviceLow) == (Self.author.deviceHigh, Self.author.deviceLow))
    }
  }

  @Test func aChangesetOfTheBranchIsCalledByItsNewNameAndNeedsWhatItNeeded() throws {
    let branch = Restamp(from: Self.author, after: 4, hash: [1, 2, 3, 4])
    let written = Self.header(Dot(site: Self.author, seq: 6), needs: [Dot(site: Self.other, seq: 2)], previous: [1])
    let renamed = try #require(written.restamped([branch], encoded: written.encoded, hashes: [Dot(site: branch.to, seq: 1): [2]]))
    #expect(renamed.dot == Dot(site: branch.to, seq: 2))
    #expect(renamed.needs == VersionVector([Dot(site: Self.author, seq: 4), Dot(site: Self.other, seq: 2)]))
    #expect(renamed.previous == [2] && renamed.time == written.time && renamed.parts == written.parts)
    #expect(try ChangesetHeader(decoding: renamed.encoded) == renamed)
    #expect(try renamed.restamps == [branch])
    #expect(Self.header(Dot(site: Self.author, seq: 4)).restamped([branch], encoded: [], hashes: [:]) == nil)
  }

  /// I-5: what is needed is told by its hash under its new name, and so is what both branches have in common.
  @Test func whatIsNeededIsToldAsItIsCalledNow() throws {
    func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
    let branches = [
      Restamp(from: Self.author, after: 4, hash: [1, 2, 3, 4]), Restamp(from: Self.other, after: 1, hash: [5, 6, 7, 8]),
    ]
    let written = Self.header(
      Dot(site: Self.author, seq: 6), needs: [Dot(site: Self.other, seq: 3), Dot(site: Self.site(3), seq: 8)],
      ends: [7, 7, 7, 7, 8, 8, 8, 8], previous: [1])
    let renamed = try #require(
      written.restamped(
        branches, encoded: written.encoded,
        hashes: [
          Dot(site: Self.author, seq: 4): hash(0xa4), Dot(site: Self.other, seq: 1): hash(0xb1),
          Dot(site: branches[1].to, seq: 2): hash(0xb3),
        ]))
    for (need, end) in [
      (Dot(site: Self.author, seq: 4), 0xa4), (Dot(site: Self.other, seq: 1), 0xb1), (Dot(site: branches[1].to, seq: 2), 0xb3),
      (Dot(site: Self.site(3), seq: 8), 8),
    ] as [(Dot, UInt8)] {
      #expect(renamed.needs.entries.contains(need))
      #expect(!renamed.hasReadAnother { $0 == need ? hash(end) : nil })
      #expect(renamed.hasReadAnother { $0 == need ? hash(end + 1) : nil })
    }
    #expect(try ChangesetHeader(decoding: renamed.encoded) == renamed)
  }

  /// What the author could not tell, and what is not here any more, counts as equal.
  @Test func whatCannotBeComparedCountsAsEqual() {
    let written = Self.header(
      Dot(site: Self.author, seq: 6), needs: [Dot(site: Self.other, seq: 3), Dot(site: Self.site(3), seq: 8)],
      ends: [0, 0, 0, 0, 8, 8, 8, 8])
    #expect(!written.hasReadAnother { $0.site == Self.other ? [1, 2, 3, 4] : nil })
    #expect(written.hasReadAnother { _ in [8, 8, 8, 9] })
    #expect(ChangesetHeader.ends(of: written.needs) { $0.site == Self.other ? nil : [8, 8, 8, 8, 9] } == written.ends)
    #expect(ChangesetHeader.ends(of: written.needs) { _ in nil } == [])
  }

  @Test func aBranchOfABranchIsReadByBothItsOldNames() throws {
    let first = Restamp(from: Self.author, after: 4, hash: [1, 2, 3, 4])
    let written = Self.header(Dot(site: Self.author, seq: 8), previous: [1])
    let once = try #require(written.restamped([first], encoded: written.encoded, hashes: [:]))
    let second = Restamp(from: first.to, after: 1, hash: [5, 6, 7, 8])
    let twice = try #require(once.restamped([second], encoded: once.encoded, hashes: [:]))
    #expect(twice.dot == Dot(site: second.to, seq: 3))
    #expect(try twice.restamps == [first, second])
    #expect(twice.needs == VersionVector([Dot(site: Self.author, seq: 4), Dot(site: first.to, seq: 1)]))
    let sites = PartSites(
      numbers: [1], renamings: [.init(from: 1, after: 4, to: 2), .init(from: 2, after: 1, to: 3)])
    #expect(sites.name(LocalDot(site: 1, seq: 4)) == LocalDot(site: 1, seq: 4))
    #expect(sites.name(LocalDot(site: 1, seq: 5)) == LocalDot(site: 2, seq: 1))
    #expect(sites.name(LocalDot(site: 1, seq: 8)) == LocalDot(site: 3, seq: 3))
    var context: [LocalDot] = []
    sites.join(LocalDot(site: 1, seq: 8), to: &context)
    #expect(context == [LocalDot(site: 1, seq: 4), LocalDot(site: 2, seq: 1), LocalDot(site: 3, seq: 3)])
  }

  /// I-2: by whichever of its names a change was read, it was read.
  @Test func whatHasTwoNamesIsReadByBoth() {
    var aliases = Aliases()
    aliases[LocalDot(site: 2, seq: 1)] = LocalDot(site: 1, seq: 5)
    aliases[LocalDot(site: 2, seq: 2)] = LocalDot(site: 1, seq: 6)
    let sites = PartSites(numbers: [1], renamings: [.init(from: 3, after: 4, to: 2)], aliases: aliases)
    #expect(sites.name(LocalDot(site: 3, seq: 5)) == LocalDot(site: 1, seq: 5))
    #expect(sites.name(LocalDot(site: 2, seq: 3)) == LocalDot(site: 2, seq: 3))
    for (seq, known) in [(1, 5), (2, 6), (3, 6)] as [(UInt64, UInt64)] {
      var context: [LocalDot] = []
      sites.join(LocalDot(site: 2, seq: seq), to: &context)
      #expect(context == [LocalDot(site: 1, seq: known), LocalDot(site: 2, seq: seq)])
    }
  }

  @Test func anOriginThatSaysSomethingElseIsMalformed() throws {
    let branch = Restamp(from: Self.author, after: 4, hash: [1, 2, 3, 4])
    let written = Self.header(Dot(site: Self.author, seq: 6))
    for false_ in [
      Self.header(Dot(site: Self.author, seq: 7)), Self.header(Dot(site: Self.other, seq: 6)),
      Self.header(Dot(site: Self.author, seq: 3)),
    ] {
      let renamed = try #require(written.restamped([branch], encoded: false_.encoded, hashes: [:]))
      #expect(SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: renamed.encoded) } == .malformed)
    }
  }

  @Test(arguments: [Limits.restamps - 1, Limits.restamps, Limits.restamps + 1]) func branchesAreNamedUpToALimit(_ count: Int) throws {
    let branch = Restamp(from: Self.author, after: 4, hash: [1, 2, 3, 4])
    let others = (1..<count).map { Restamp(from: Self.site(UInt64(100 + $0)), after: 1, hash: [9, 9, 9, UInt8($0)]) }
    let written = Self.header(Dot(site: Self.author, seq: 6), needs: others.map { Dot(site: $0.from, seq: 2) })
    let renamed = try #require(written.restamped([branch] + others, encoded: written.encoded, hashes: [:]))
    #expect(renamed.origin?.restamps.count == count)
    let code = SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: renamed.encoded) }
    #expect(code == (count <= Limits.restamps ? nil : .tooLarge))
  }

  /// Every fork of two short chains is found, in a few questions.
  @Test func aForkIsFoundWhereverItBegins() throws {
    let scope = ScopeID(literal: "case-1")
    for (here, there) in (0...9).flatMap({ here in (1...9).map { (UInt64(here), UInt64($0)) } }) {
      for common in 0...min(here, there) where common < there {
        func changeset(_ seq: UInt64, isThere: Bool) -> [UInt8] {
          let needs = seq > common && isThere ? [Dot(site: Self.other, seq: 1)] : []
          return Self.header(Dot(site: Self.author, seq: seq), needs: needs, previous: seq == 1 ? [] : [1]).encoded
        }
        var search = ForkSearch(
          Fork(scope: scope, site: Self.author, here: here, there: there),
          known: VersionVector([Dot(site: Self.author, seq: there), Dot(site: Self.other, seq: 3)]), isOwn: true)
        var questions = 0
        while let question = search.next() {
          questions += 1
          guard case .pull(let wants, 1) = question, wants.count == 1, wants[0].holdings.vector[Self.other] == 3 else {
            throw SyncCoreError(.unexpected, "\(question)")
          }
          let seq = wants[0].holdings.vector[Self.author] + 1
          try #require(seq <= there)
          try search.answered(
            .changes([Fragment(header: changeset(seq, isThere: true), signature: [], firstPart: 0, parts: [])], isComplete: false),
            digest: { $0 }, hash: { changeset($0, isThere: false) })
        }
        #expect(search.common == common, "here \(here), there \(there)")
        #expect(questions <= 5)
      }
    }
  }

  @Test func anAnswerAboutSomethingElseEndsTheSearch() throws {
    let fork = Fork(scope: ScopeID(literal: "case-1"), site: Self.author, here: 5, there: 5)
    let other = Self.header(Dot(site: Self.other, seq: 5))
    for fragments in [[], [Fragment(header: other.encoded, signature: [], firstPart: 0, parts: [])]] {
      var search = ForkSearch(fork, known: VersionVector([Dot(site: Self.author, seq: 5)]), isOwn: true)
      _ = search.next()
      let code = SyncCoreError.Code.thrown {
        try search.answered(.changes(fragments, isComplete: false), digest: { $0 }, hash: { _ in [] })
      }
      #expect(code == .unexpected)
    }
  }
}
