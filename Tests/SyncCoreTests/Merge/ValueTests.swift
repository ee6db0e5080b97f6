import SyncCore
import Testing

@Suite struct ValueTests {
  private let ascending: [Value] = [
    .null, .real(-.infinity), .integer(.min), .integer(-1), .integer(0), .real(-0.0), .real(0.0), .real(.leastNonzeroMagnitude),
    .integer(1), .real(1),
    .real(1.5), .integer(.max), .real(.infinity), .text([]), .text([0]), .text("a"), .text([0xff]), .blob([]), .blob([0]), .blob([0xff]),
  ]

  @Test func everyTwoValuesHaveOneOrder() {
    for (at, a) in ascending.enumerated() {
      for (place, b) in ascending.enumerated() {
        #expect((a < b) == (at < place), "\(a) \(b)")
        #expect((a == b) == (at == place))
      }
    }
  }

  @Test func equalMeansEqualToTheLastBit() {
    #expect(Value.real(0.0) != .real(-0.0))
    #expect(Value.integer(1) != .real(1))
    #expect(Value.text([]) != .blob([]))
    #expect(Value.text("") != .null)
    #expect(Set(ascending).count == ascending.count)
    // Two spellings of one letter are two values.
    #expect(Value.text("\u{e9}") != .text("e\u{301}"))
  }
}

@Suite struct MergePolicyTests {
  @Test func whatIsShownDependsOnTheSetAlone() {
    var random = Seeded(5)
    let values: [Value] = [.null, .integer(1), .integer(2), .real(1), .text("a"), .text("b"), .blob([1])]
    for _ in 0..<2000 {
      let dots = Set((0..<random.below(5) + 1).map { _ in Dot(site: .number(UInt64(random.below(3))), seq: UInt64(random.below(3) + 1)) })
      var candidates = dots.sorted().map {
        Candidate(dot: $0, time: HybridTime(rawValue: UInt64(random.below(3))), value: random.pick(values))
      }
      for policy in MergePolicy.allCases {
        let shown = candidates[policy.shown(among: candidates)]
        candidates.shuffle(using: &random)
        #expect(candidates[policy.shown(among: candidates)] == shown)
      }
    }
  }

  @Test func eachPolicyShowsWhatItsNameSays() {
    let candidates = [
      Candidate(dot: Dot(site: .number(1), seq: 1), time: HybridTime(rawValue: 9), value: .integer(5)),
      Candidate(dot: Dot(site: .number(2), seq: 1), time: HybridTime(rawValue: 9), value: .integer(3)),
      Candidate(dot: Dot(site: .number(3), seq: 1), time: HybridTime(rawValue: 8), value: .integer(7)),
    ]
    #expect(MergePolicy.keep.shown(among: candidates) == 1)
    #expect(MergePolicy.latest.shown(among: candidates) == 1)
    #expect(MergePolicy.max.shown(among: candidates) == 2)
    #expect(MergePolicy.min.shown(among: candidates) == 1)
  }

  @Test func onlyKeptCandidatesAreAConflictForPeople() {
    #expect(MergePolicy.allCases.filter(\.raisesConflict) == [.keep])
  }
}
