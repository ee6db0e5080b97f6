import SyncCore

/// Valid messages, changed and repaired, given to real replicas and a real relay.
public struct WireTrials: Trials {
  public static let kind = (name: "G2", title: "forged messages: changed, with every length, digest and hash repaired")
  /// How many messages are played against one world.
  public static let perStage = 256

  private var stage: (number: Int, WireStage)?

  public init() {}

  public mutating func play(seed: Int) -> TrialOutcome {
    var outcome = TrialOutcome(count: 0)
    do {
      let number = seed / Self.perStage
      if stage?.number != number {
        outcome = end()
        stage = (number, try WireStage(number))
      }
      guard let stage = stage?.1 else { return outcome }
      var trial = WireTrial(stage, seed: seed)
      try trial.play()
      outcome.coverage.note(trial.outcome)
      outcome.count += 1
    } catch {
      outcome.failures.append("simulate wire --from \(seed) --seeds 1: \(error)")
      // Whatever it did must not be blamed on the next.
      stage = nil
    }
    return outcome
  }

  public mutating func end() -> TrialOutcome {
    var outcome = TrialOutcome(count: 0)
    guard let (number, last) = stage else { return outcome }
    stage = nil
    do { try last.expectUnhurt() } catch {
      outcome.failures.append("simulate wire --from \(number * Self.perStage) --seeds \(Self.perStage): \(error)")
    }
    return outcome
  }
}
