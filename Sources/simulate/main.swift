import Foundation
import SyncSimulator

/// Plays worlds by their seeds:
///
///     simulate --seeds 200 --from 0 [--stop] [--commit abc1234] [--json file]
///     simulate --reproduce 42 [--no-shrink]
struct Arguments {
  var seeds = 200
  var from = 0
  var reproduce: Int?
  var stops = false
  var shrinks = true
  var commit = "unknown"
  var json: String?
  /// Stop after so many seconds; nil for never.
  var limit: Double?

  init(_ words: [String]) {
    var words = words[...]
    while let word = words.popFirst() {
      switch word {
      case "--seeds": seeds = words.popFirst().flatMap { Int($0) } ?? seeds
      case "--from": from = words.popFirst().flatMap { Int($0) } ?? from
      case "--reproduce": reproduce = words.popFirst().flatMap { Int($0) }
      case "--seconds": limit = words.popFirst().flatMap { Double($0) }
      case "--stop": stops = true
      case "--no-shrink": shrinks = false
      case "--commit": commit = words.popFirst() ?? commit
      case "--json": json = words.popFirst()
      default:
        say("simulate: unknown argument \(word)")
        exit(64)
      }
    }
  }
}

/// Prints at once, into a pipe too: a run may take hours.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

func reproduce(_ seed: Int, shrinks: Bool) -> Bool {
  let options = WorldOptions(seed: seed)
  let actions = ActionSource.history(options)
  say("world \(seed): \(Report.line(options))")
  let outcome = Simulation.playTwice(seed: seed)
  guard let failure = outcome.failure else {
    say("no failure in \(outcome.steps) steps, trace \(String(outcome.trace, radix: 16))")
    return true
  }
  if failure.step < actions.count { say("step \(failure.step) of \(actions.count): \(actions[failure.step])") }
  say("FAILS \(failure.invariant) (docs/invariants.md): \(failure.message)")
  guard shrinks, failure.invariant != "I-14" else { return false }
  var shrinker = Shrinker(Shrinker.Story(options: options, actions: actions), failure)
  shrinker.shrink()
  say("shrunk to \(shrinker.story.actions.count) steps and \(shrinker.story.options.replicas) devices: \(shrinker.failure)")
  for (at, action) in shrinker.story.actions.enumerated() { say("  \(at): \(action)") }
  say("\nA regression test:\n\n\(Report.test(shrinker.story, shrinker.failure))")
  return false
}

func run(_ arguments: Arguments) -> Bool {
  say("worlds \(arguments.from)..<\(arguments.from + arguments.seeds) at commit \(arguments.commit)")
  var summary = RunSummary(commit: arguments.commit, from: arguments.from)
  let start = ContinuousClock.now
  func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
  for seed in arguments.from..<arguments.from + arguments.seeds {
    if let limit = arguments.limit, elapsed() > limit { break }
    let isRepeated = seed % 100 == 0
    let outcome = isRepeated ? Simulation.playTwice(seed: seed) : Simulation.play(seed: seed)
    summary.add(outcome, isRepeated: isRepeated)
    guard let failure = outcome.failure else { continue }
    say("make reproduce SEED=\(seed) COMMIT=\(arguments.commit)  # \(failure)\n  \(Report.line(WorldOptions(seed: seed)))")
    if arguments.stops { break }
  }
  summary.seconds = (elapsed() * 1000).rounded() / 1000
  say(summary.json)
  if let path = arguments.json { try? Data((summary.json + "\n").utf8).write(to: URL(fileURLWithPath: path)) }
  return summary.failures.isEmpty
}

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
let isClean = arguments.reproduce.map { reproduce($0, shrinks: arguments.shrinks) } ?? run(arguments)
exit(isClean ? 0 : 1)
