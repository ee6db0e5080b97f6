import Foundation
import SyncSimulator

/// Plays worlds by their seeds:
///
///     simulate --seeds 200 --from 0 [--stop] [--commit abc1234] [--json file]
///     simulate --reproduce 42 [--no-shrink]
///
/// or a series of trials of one kind of fault, whose line of JSON is appended to the file:
///
///     simulate wire|cuts|repeats --seeds 10000 --from 0 [--stop] [--seconds 60] [--commit abc1234] [--json file]
struct Arguments {
  /// The kind of trials; nil for worlds.
  var trials: String?
  var seeds = 200
  var from = 0
  var reproduce: Int?
  var stops = false
  var shrinks = true
  var commit = "unknown"
  var json: String?
  /// Stop after so many seconds; nil for never.
  var limit: Double?

  static var kinds: [String: any Trials.Type] { ["wire": WireTrials.self, "cuts": CutTrials.self, "repeats": RepeatTrials.self] }

  init(_ words: [String]) {
    var words = words[...]
    if let word = words.first, Self.kinds[word] != nil { trials = words.removeFirst() }
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

func play(_ kind: any Trials.Type, _ arguments: Arguments) -> Bool {
  let name = arguments.trials ?? ""
  var summary = TrialSummary(
    of: kind.kind, commit: arguments.commit, from: arguments.from,
    command: "simulate \(name) --from \(arguments.from) --seeds \(arguments.seeds)")
  var trials = kind.init()
  summary.total = try? trials.total
  let start = ContinuousClock.now
  func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
  func note(_ outcome: TrialOutcome) {
    summary.add(outcome)
    for failure in outcome.failures { say(failure) }
  }
  for seed in arguments.from..<arguments.from + arguments.seeds {
    if let limit = arguments.limit, elapsed() > limit { break }
    if let total = summary.total, seed >= total { break }
    // A trap ends the process: the last line then says where it was.
    if seed % 1000 == 0 { say("\(name) \(seed)") }
    note(trials.play(seed: seed))
    summary.seeds += 1
    if arguments.stops, !summary.failures.isEmpty { break }
  }
  note(trials.end())
  summary.seconds = (elapsed() * 1000).rounded() / 1000
  summary.notePeak()
  say(summary.json)
  if let path = arguments.json, let file = fopen(path, "a") {
    fputs(summary.json + "\n", file)
    fclose(file)
  }
  return summary.failures.isEmpty
}

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
let isClean: Bool
if let kind = arguments.trials.flatMap({ Arguments.kinds[$0] }) {
  isClean = play(kind, arguments)
} else {
  isClean = arguments.reproduce.map { reproduce($0, shrinks: arguments.shrinks) } ?? run(arguments)
}
exit(isClean ? 0 : 1)
