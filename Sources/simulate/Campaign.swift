import Foundation
import SyncSimulator
import Synchronization

/// Prints at once, into a pipe too: a run may take hours.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

/// A run over many seeds, timed and recorded.
struct Campaign {
  let arguments: Arguments
  private let start = ContinuousClock.now
  private var record: RunRecord

  init(_ arguments: Arguments, class name: String, title: String) {
    self.arguments = arguments
    let date = Date().formatted(.iso8601)
    record = RunRecord(class: name, title: title, commit: arguments.commit, command: arguments.text, date: date, from: arguments.from)
    say("\(title) from \(arguments.from) at commit \(arguments.commit): \(arguments.text)")
  }

  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// - Returns: whether nothing failed.
  mutating func worlds(_ kind: WorldOptions.Kind) -> Bool {
    let all = arguments.from..<arguments.from + arguments.seeds
    // Worlds know nothing of each other; what came of them is taken in their order.
    let atOnce = max(1, arguments.jobs) * (arguments.jobs > 1 ? 8 : 1)
    for first in stride(from: all.lowerBound, to: all.upperBound, by: atOnce) where elapsed < arguments.limit {
      for (seed, outcome) in Self.play(first..<min(first + atOnce, all.upperBound), kind, jobs: arguments.jobs) {
        record.add(outcome, isRepeated: Self.isRepeated(seed))
        guard let failure = outcome.failure else { continue }
        sayFailure(seed, kind.name, "\(failure)\n  \(Report.line(WorldOptions(seed: seed, kind: kind)))")
        if arguments.stops { return end() }
      }
    }
    return end()
  }

  /// Every hundredth world is played twice (I-14).
  private static func isRepeated(_ seed: Int) -> Bool { seed % 100 == 0 }

  private static func play(_ seeds: Range<Int>, _ kind: WorldOptions.Kind, jobs: Int) -> [(Int, WorldOutcome)] {
    let left = Mutex(Array(seeds.reversed()))
    let done = Mutex<[Int: WorldOutcome]>([:])
    DispatchQueue.concurrentPerform(iterations: min(max(1, jobs), seeds.count)) { _ in
      while let seed = left.withLock({ $0.popLast() }) {
        let outcome = isRepeated(seed) ? Simulation.playTwice(seed: seed, kind: kind) : Simulation.play(seed: seed, kind: kind)
        done.withLock { $0[seed] = outcome }
      }
    }
    return done.withLock { done in seeds.compactMap { seed in done[seed].map { (seed, $0) } } }
  }

  mutating func merge() -> Bool {
    var seed = arguments.from
    while record.count < arguments.steps, elapsed < arguments.limit {
      var walk = MergeWalk(seed: seed)
      do { try walk.play() } catch {
        record.add(RunRecord.Failure(seed: seed, step: walk.steps, invariant: error.invariant, message: error.message))
        sayFailure(seed, "merge", "\(error)")
        if arguments.stops || record.failures == 10 { break }
      }
      record.count += walk.steps
      seed += 1
    }
    record.coverage["histories"] = seed - arguments.from
    return end()
  }

  mutating func cases() -> Bool {
    var cases = MergeCases(length: arguments.length, forms: arguments.forms)
    cases.run()
    record.count = cases.histories
    record.steps = cases.steps
    for failure in cases.failures {
      record.add(RunRecord.Failure(seed: 0, step: 0, invariant: "I-1", message: failure))
      say(failure)
    }
    return end()
  }

  mutating func year() throws -> Bool {
    let year = try Year(laptops: arguments.laptops, keepsAll: arguments.keepsAll, seed: arguments.from)
    try year.live(days: arguments.days) { sizes in
      say("day \(sizes.day): a laptop \(sizes.laptop), the office \(sizes.office), the relay \(sizes.relay) bytes")
    }
    for sizes in year.sizes {
      for (name, bytes) in [("laptop", sizes.laptop), ("office", sizes.office), ("relay", sizes.relay)] {
        record.coverage["day \(sizes.day) \(name)"] = bytes
      }
    }
    record.coverage["left out"] = year.omitted
    record.count = year.changesets
    for difference in try year.disagreements() {
      record.add(RunRecord.Failure(seed: arguments.from, step: 0, invariant: "I-1", message: difference))
      say(difference)
    }
    return end()
  }

  mutating func disks() throws -> Bool {
    let trials = try DiskTrials()
    let end = min(arguments.from + arguments.seeds, try trials.count(arguments.disk) ?? .max)
    for number in stride(from: arguments.from, to: end, by: arguments.every) where elapsed < arguments.limit {
      record.count += 1
      guard let failure = trials.play(arguments.disk, number) else { continue }
      record.add(RunRecord.Failure(seed: number, step: failure.step, invariant: failure.invariant, message: failure.message))
      say("make disk DISK=\(arguments.disk.rawValue) SEEDS=1 FROM=\(number)  # at commit \(arguments.commit): \(failure)")
      if arguments.stops { break }
    }
    record.coverage = trials.coverage.counts
    return self.end()
  }

  mutating func trials(_ kind: any Trials.Type) -> Bool {
    var trials = kind.init()
    var last = arguments.from
    func play(_ outcome: TrialOutcome, _ seed: Int) {
      record.count += outcome.count
      record.coverage.merge(outcome.coverage.counts, uniquingKeysWith: +)
      for failure in outcome.failures {
        let law = failure.firstMatch(of: /I-[0-9]+/).map { String($0.0) } ?? "I-10"
        record.add(RunRecord.Failure(seed: seed, step: 0, invariant: law, message: failure))
        say(failure)
      }
    }
    let end = min(arguments.from + arguments.seeds, (try? trials.total) ?? .max)
    for seed in stride(from: arguments.from, to: end, by: arguments.every) where elapsed < arguments.limit {
      // A trap ends the process: the last line then says where it was.
      if seed % 1000 == 0 { say("\(arguments.command.rawValue) \(seed)") }
      play(trials.play(seed: seed), seed)
      last = seed
      if arguments.stops, record.failures > 0 { break }
    }
    play(trials.end(), last)
    return self.end()
  }

  private func sayFailure(_ seed: Int, _ world: String, _ failure: String) {
    say("make reproduce SEED=\(seed) WORLD=\(world) COMMIT=\(arguments.commit)  # \(failure)")
  }

  private mutating func end() -> Bool {
    record.seconds = (elapsed * 1000).rounded() / 1000
    say(record.json)
    if let path = arguments.json { append(record.json + "\n", to: path) }
    return record.failures == 0
  }

  /// A file of records has one on each line; the runs of a class add up.
  private func append(_ line: String, to path: String) {
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    guard let file = FileHandle(forWritingAtPath: path) else { return say("simulate: cannot write \(path)") }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data(line.utf8))
    try? file.close()
  }
}
