/// What came of one world.
public struct WorldOutcome: Sendable {
  public let seed: Int
  public let steps: Int
  public let failure: WorldFailure?
  /// Everything that happened, as one number.
  public let trace: UInt64
  public let coverage: Coverage
}

/// Plays worlds.
public enum Simulation {
  /// Plays the world of a seed.
  public static func play(seed: Int, kind: WorldOptions.Kind = .any) -> WorldOutcome {
    let options = WorldOptions(seed: seed, kind: kind)
    return play(options, ActionSource.history(options))
  }

  /// Plays a history in a world.
  public static func play(_ options: WorldOptions, _ actions: [Action], judging: Judging = .rightly) -> WorldOutcome {
    do {
      let world = try World(options, judging: judging)
      let failure = world.play(actions)
      return WorldOutcome(
        seed: options.seed, steps: actions.count, failure: failure, trace: world.traceHash, coverage: world.coverage)
    } catch {
      let failure = WorldFailure(step: 0, invariant: "setup", message: "the world cannot be made: \(error)")
      return WorldOutcome(seed: options.seed, steps: 0, failure: failure, trace: 0, coverage: Coverage())
    }
  }

  /// Plays the world of a seed twice and compares everything that happened (I-14).
  public static func playTwice(seed: Int, kind: WorldOptions.Kind = .any) -> WorldOutcome {
    let (first, second) = (play(seed: seed, kind: kind), play(seed: seed, kind: kind))
    if first.failure != nil || first.trace == second.trace { return first }
    let failure = WorldFailure(
      step: first.steps, invariant: "I-14", message: "the same seed has two traces: \(first.trace), \(second.trace)")
    return WorldOutcome(seed: seed, steps: first.steps, failure: failure, trace: first.trace, coverage: first.coverage)
  }
}
