import Testing

@testable import SyncSimulator

/// Worlds under fixed seeds, and tests of the simulator itself.
@Suite struct SimulationTests {
  @Test(arguments: 0..<12)
  func aWorldKeepsEveryLawAndConverges(seed: Int) {
    let outcome = Simulation.play(seed: seed)
    #expect(outcome.failure == nil, "make reproduce SEED=\(seed)")
  }

  /// Two to eight replicas and fifty steps or more, without relay or exchange.
  @Test(arguments: 0..<12)
  func aHistoryByHandKeepsEveryLawAndEndsAlike(seed: Int) {
    let outcome = Simulation.play(seed: seed, kind: .histories)
    #expect(outcome.failure == nil, "make reproduce SEED=\(seed) WORLD=histories")
  }

  /// Every word that any copy wrote is there in the end.
  @Test(arguments: [WorldOptions.Fault.clones, .deviceRestores], 0..<4)
  func copiedAndRestoredDevicesEndAlike(accident: WorldOptions.Fault, seed: Int) {
    let outcome = Simulation.play(seed: seed, kind: .with(accident))
    #expect(outcome.failure == nil, "make reproduce SEED=\(seed) WORLD=\(accident)")
  }

  /// What a device writes whose enrolment was ended stays whole on it, and comes with it when it is enrolled anew, or by another's device.
  @Test(arguments: 0..<4)
  func devicesThatAreRefusedLoseNothing(seed: Int) {
    let outcome = Simulation.play(seed: seed, kind: .with(.revocations))
    #expect(outcome.failure == nil, "make reproduce SEED=\(seed) WORLD=revocations")
  }

  @Test(arguments: [1, 5, 23])
  func theSameSeedHasTheSameTrace(seed: Int) {
    let (first, second) = (Simulation.play(seed: seed), Simulation.play(seed: seed))
    #expect(first.trace == second.trace)
    #expect(first.coverage.counts == second.coverage.counts)
    #expect(Simulation.play(seed: seed + 1).trace != first.trace)
  }

  /// Neighbouring seeds once gave the same numbers, one place apart.
  @Test func neighbouringSeedsHaveNothingInCommon() {
    var all: Set<UInt64> = []
    for seed in -50..<50 {
      var random = SeededGenerator(seed: seed)
      for _ in 0..<100 { all.insert(random.next()) }
    }
    #expect(all.count == 10_000)
  }

  @Test func whatAWorldIsForcedToHaveItHas() {
    for seed in 0..<50 { #expect(WorldOptions(seed: seed, kind: .with(.clocks)).has(.clocks)) }
    #expect(WorldOptions.Kind("clocks") == .with(.clocks) && WorldOptions.Kind("histories") == .histories && WorldOptions.Kind("no") == nil)
  }

  @Test func historiesAreDrawnFromTheSeedAloneAndCanBeWrittenDown() throws {
    let options = WorldOptions(seed: 7)
    let actions = ActionSource.history(options)
    #expect(actions == ActionSource.history(options))
    let failure = WorldFailure(step: 0, invariant: "I-0", message: "")
    let lines = Report.test(Shrinker.Story(options: options, actions: actions), failure).split(separator: "\n")
      .map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("{") }
    let story = try Report.story(options: String(lines[0]), actions: lines.dropFirst().joined(separator: "\n"))
    #expect(story.options == options)
    #expect(story.actions == actions)
  }

  /// A judge that is wrong about which candidate is displayed is contradicted by the first replica that displays one.
  @Test func aWrongJudgeIsNoticedAndItsHistoryShrinksToFewSteps() throws {
    for seed in 0..<200 {
      let options = WorldOptions(seed: seed)
      let actions = ActionSource.history(options)
      guard let failure = Simulation.play(options, actions, judging: .earliestWins).failure else { continue }
      #expect(failure.invariant == "I-3")
      var shrinker = Shrinker(Shrinker.Story(options: options, actions: actions), failure, runs: 150, judging: .earliestWins)
      shrinker.shrink()
      #expect(shrinker.story.actions.count <= 6, "\(shrinker.story.actions)")
      #expect(shrinker.failure.invariant == "I-3")
      #expect(Simulation.play(shrinker.story.options, shrinker.story.actions).failure == nil)
      return
    }
    Issue.record("no world noticed")
  }
}
