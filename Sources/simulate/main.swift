import Foundation
import SyncSimulator

/// Plays worlds by their seeds, or trials of disks that fail:
///
///     simulate --seeds 200 --from 0 [--stop] [--commit abc1234] [--json file]
///     simulate --reproduce 42 [--no-shrink]
///     simulate disk --class power-loss [--seeds 200] [--from 0] [--every 1] [--workload push] [--commit abc1234] [--json file]
struct Arguments {
  var seeds = 200
  var from = 0
  var reproduce: Int?
  var stops = false
  var shrinks = true
  var commit = "unknown"
  var json: String?
  /// Plays disks that fail in this way, and no worlds.
  var disk: DiskFailure?
  /// For disks: which of the trials, and what is done; everything when empty.
  var every = 1
  var workloads: [DiskWorkload] = []
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
      case "disk": disk = .powerLoss
      case "--class": disk = words.popFirst().flatMap { DiskFailure(rawValue: $0) }
      case "--every": every = words.popFirst().flatMap { Int($0) } ?? every
      case "--workload": workloads += words.popFirst().flatMap { DiskWorkload.named($0) }.map { [$0] } ?? []
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

func run(_ failure: DiskFailure, _ arguments: Arguments) throws -> Bool {
  let trials = try DiskTrials(arguments.workloads.isEmpty ? DiskWorkload.all : arguments.workloads)
  var summary = DiskSummary(failure, commit: arguments.commit, from: arguments.from)
  let start = ContinuousClock.now
  var written = start
  func write() {
    summary.seconds = ((ContinuousClock.now - start) / .seconds(1) * 1000).rounded() / 1000
    summary.coverage = trials.coverage.counts
    if let path = arguments.json { try? Data((summary.json + "\n").utf8).write(to: URL(fileURLWithPath: path)) }
  }
  let end = min(arguments.from + arguments.seeds, try trials.count(failure) ?? .max)
  summary.all = try trials.count(failure)
  say("\(failure.row), \(failure.title): \(arguments.from)..<\(end) at commit \(arguments.commit)")
  for number in stride(from: arguments.from, to: end, by: arguments.every) {
    if let limit = arguments.limit, (ContinuousClock.now - start) / .seconds(1) > limit { break }
    summary.count += 1
    if let wrong = trials.play(failure, number) {
      summary.failures += 1
      say("simulate disk --class \(failure.rawValue) --from \(number) --seeds 1  # \(wrong.invariant): \(wrong.message)")
      if arguments.stops { break }
    }
    // A run may be ended at any time, and what it came to stands.
    if ContinuousClock.now - written > .seconds(30) {
      written = .now
      write()
    }
  }
  write()
  say(summary.json)
  return summary.failures == 0
}

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
let isClean =
  try arguments.disk.map { try run($0, arguments) } ?? arguments.reproduce.map { reproduce($0, shrinks: arguments.shrinks) }
  ?? run(arguments)
exit(isClean ? 0 : 1)
