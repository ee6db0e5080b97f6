import SimulatedDisk
import SyncCore
public import SyncKit
import SyncRelay

/// The ways in which disks fail, with the names of the scoreboard.
public enum DiskFailure: String, CaseIterable, Sendable {
  case powerLoss = "power-loss"
  case ioError = "io-error"
  case diskFull = "disk-full"

  public var row: String {
    switch self {
    case .powerLoss: "B2"
    case .ioError: "C1"
    case .diskFull: "C2"
    }
  }

  public var title: String {
    switch self {
    case .powerLoss: "power lost: unsynced writes lost, in part, torn and reordered"
    case .ioError: "the nth call of SQLite to the disk fails, once or from then on"
    case .diskFull: "disk full after so many bytes, then room again"
    }
  }
}

/// Plays ``DiskWorkload``s on a disk that fails, and judges what is left. A number decides everything about a trial.
public final class DiskTrials {
  /// How many trials share a workload that was played once.
  private static let trialsPerWorkload = 50

  private struct Prepared {
    let workload: DiskWorkload
    let seed: Int
    let image: DiskImage
    let story: DiskStory
  }

  private struct Played {
    let seed: Int
    let prepared: Prepared
    let recording: DiskRecording
    let story: DiskStory
    /// How many bytes the files grew at most.
    let growth: Int
  }

  /// One call that fails.
  struct Point: Sendable {
    let workload: Int
    let fault: DiskFault
  }

  private let field: DiskField
  private let workloads: [DiskWorkload]
  /// For tests of the tests: every so many syncs is a lie.
  private let lie: Int?
  private var lastPlayed: Played?
  private var lastPrepared: Prepared?
  private var allPoints: [Point]?
  public private(set) var coverage = Coverage()

  /// - Parameters:
  ///   - workloads: what is played.
  ///   - isDurable: whether replicas wait for the disk. Without it, losses of power must be noticed: a test of the tests.
  ///   - lie: every so many syncs the disk reports one that it does not do; nil for never. Another such test.
  ///   - storageKey: by what the devices' files are encrypted, above the disk; nil for files in clear.
  public init(
    _ workloads: [DiskWorkload] = DiskWorkload.all, isDurable: Bool = true, lie: Int? = nil, storageKey: StorageKey? = nil
  ) throws {
    field = try DiskField()
    (field.isDurable, field.storageKey) = (isDurable, storageKey)
    (self.workloads, self.lie) = (workloads, lie)
  }

  /// How many trials there are; nil where seeds do not end.
  public func count(_ failure: DiskFailure) throws -> Int? { failure == .ioError ? try points().count : nil }

  /// Plays the trial of a number.
  /// - Returns: what went wrong, with all that decides the trial; nil when nothing did.
  public func play(_ failure: DiskFailure, _ number: Int) -> WorldFailure? {
    var what = failure.rawValue
    do {
      switch failure {
      case .powerLoss: try losePower(number, &what)
      case .ioError: try failCall(number, &what)
      case .diskFull: try fill(number, &what)
      }
      return nil
    } catch let failure as WorldFailure {
      return WorldFailure(step: failure.step, invariant: failure.invariant, message: "\(what): \(failure.message)")
    } catch {
      return WorldFailure(step: 0, invariant: "I-8", message: "\(what): threw \(error)")
    }
  }

  // MARK: Workloads

  /// The disk on which a workload begins.
  private func prepared(_ workload: DiskWorkload, seed: Int) throws -> Prepared {
    if let lastPrepared, lastPrepared.workload.name == workload.name, lastPrepared.seed == seed { return lastPrepared }
    try field.load([:], DiskStory(versions: [FieldTable.newest, FieldTable.newest]), seed: seed)
    try field.write(1, rows: 10)
    try field.sync(1)
    try field.sync(0)
    for step in workload.before {
      field.pass()
      try step(field)
    }
    let made = Prepared(workload: workload, seed: seed, image: try field.closedImage(), story: field.story.asPast)
    lastPrepared = made
    return made
  }

  /// Plays a workload without any fault and records what it does to the disk.
  private func played(seed: Int) throws -> Played {
    if let lastPlayed, lastPlayed.seed == seed { return lastPlayed }
    let prepared = try prepared(workloads[seed % workloads.count], seed: seed)
    try field.load(prepared.image, prepared.story, seed: seed)
    let plenty = 1 << 40
    field.disk.fill(after: plenty, of: prepared.workload.victim)
    if let lie { field.disk.lieAboutSyncs(every: lie, of: prepared.workload.victim) }
    for step in prepared.workload.steps {
      field.pass()
      try step(field)
      field.promise()
    }
    let growth = plenty - field.disk.roomAtWorst
    let made = Played(seed: seed, prepared: prepared, recording: field.disk.recording, story: field.story, growth: growth)
    lastPlayed = made
    return made
  }

  // MARK: Losses of power

  private func losePower(_ number: Int, _ what: inout String) throws {
    let played = try played(seed: number / Self.trialsPerWorkload)
    let workload = played.prepared.workload
    var random = SeededGenerator(seed: number)
    let events = played.recording.events.count
    // Opening a file takes few calls, of which each matters.
    let (cut, loss) = (random.number(0...(random.chance(0.3) ? min(events, 20) : events)), random.pick(PowerLoss.allCases))
    what = "\(workload.name), power lost after \(cut) of \(played.recording.events.count) calls, unsynced writes \(loss)"
    coverage.note("\(workload.name): \(loss)")
    var image = played.recording.image(after: cut, losing: workload.victim, as: loss, &random)
    if random.chance(0.2) {
      // Power fails again while the victim takes up its work.
      try field.load(image, played.story, seed: number)
      if workload.victim == DiskField.relayName { _ = try field.relay() } else { _ = try field.device(0) }
      let recording = field.disk.recording
      let again = random.number(0...recording.events.count)
      what += ", and again after \(again) of \(recording.events.count) more"
      coverage.note("again")
      image = recording.image(after: again, losing: workload.victim, as: loss, &random)
    }
    try field.load(image, played.story, seed: number)
    try field.judge(after: cut)
  }

  // MARK: Calls that fail

  /// Every call that can fail, once and from then on.
  private func points() throws -> [Point] {
    if let allPoints { return allPoints }
    var all: [Point] = []
    for (place, workload) in workloads.enumerated() {
      let prepared = try prepared(workload, seed: 0)
      try field.load(prepared.image, prepared.story, seed: 0)
      field.disk.fail(nil, of: workload.victim)
      for step in workload.steps {
        try step(field)
        field.promise()
      }
      let calls = field.disk.calls
      for call in DiskCall.allCases {
        for number in 1...max(1, calls[call, default: 0]) where calls[call] != nil {
          for isLasting in [false, true] {
            all.append(Point(workload: place, fault: DiskFault(call: call, number: number, isLasting: isLasting)))
          }
        }
      }
    }
    allPoints = all
    return all
  }

  private func failCall(_ number: Int, _ what: inout String) throws {
    let point = try points()[number]
    let workload = workloads[point.workload]
    what = "\(workload.name), \(point.fault.call) \(point.fault.number) fails \(point.fault.isLasting ? "and all after it" : "once")"
    coverage.note("\(workload.name): \(point.fault.call)")
    let prepared = try prepared(workload, seed: 0)
    try field.load(prepared.image, prepared.story, seed: 0)
    field.disk.fail(point.fault, of: workload.victim)
    try perform(prepared, isFull: false)
  }

  // MARK: Full disks

  private func fill(_ number: Int, _ what: inout String) throws {
    let played = try played(seed: number / Self.trialsPerWorkload)
    let prepared = played.prepared
    var random = SeededGenerator(seed: number)
    let bytes = random.number(0...played.growth)
    what = "\(prepared.workload.name), disk full after \(bytes) of \(played.growth) bytes"
    coverage.note(prepared.workload.name)
    try field.load(prepared.image, prepared.story, seed: prepared.seed)
    field.disk.fill(after: bytes, of: prepared.workload.victim)
    try perform(prepared, isFull: true)
  }

  // MARK: Going on with a fault

  /// Plays a workload on a disk with a fault, which then ends; each step does what it says, or says that it has not.
  private func perform(_ prepared: Prepared, isFull: Bool) throws {
    let (disk, victim) = (field.disk, prepared.workload.victim)
    var refusals = 0
    for (at, step) in prepared.workload.steps.enumerated() {
      field.pass()
      let before = disk.failures
      do {
        try step(field)
        field.promise()
      } catch {
        refusals += 1
        guard disk.failures > before else {
          throw WorldFailure(step: at, invariant: "I-8", message: "step \(at) failed though the disk did not: \(error)")
        }
        guard isTold(error, isFull: isFull, ofRelay: victim == DiskField.relayName) else {
          throw WorldFailure(step: at, invariant: "I-10", message: "step \(at) failed with \(error)")
        }
        coverage.note("told: \(Self.code(of: error))")
      }
    }
    if disk.failures > 0 { coverage.note(refusals > 0 ? "refused" : "borne") }
    disk.stopFaults()
    // What is open goes on as if nothing had been.
    field.pass()
    if victim == DiskField.relayName { try field.sync(0) } else { try field.write(0, rows: 2) }
    field.promise()
    let (recording, story) = (disk.recording, field.story)
    try field.load(try field.closedImage(), story, seed: prepared.seed)
    try field.judge(after: recording.events.count)
    // Power fails now: what was reported as done is on the disk, whatever failed before.
    var random = SeededGenerator(seed: recording.events.count)
    try field.load(
      recording.image(after: recording.events.count, losing: victim, as: .lost, &random), story, seed: prepared.seed)
    try field.judge(after: recording.events.count)
  }

  /// Whether a caller learns from an error what was the matter.
  private func isTold(_ error: any Error, isFull: Bool, ofRelay: Bool) -> Bool {
    switch error {
    case let error as SyncKitError: isFull ? error.code == .diskFull : error.code == .sqlite || error.code == .readOnly
    // The other side's disk.
    case let error as TransportError: error.code == .serverFailed
    case let error as RelayError: ofRelay && error.code == .cannotOpen
    default: false
    }
  }

  private static func code(of error: any Error) -> String {
    switch error {
    case let error as SyncKitError: error.code.description
    case let error as TransportError: error.code.rawValue
    case let error as RelayError: "\(error.code)"
    default: "\(error)"
    }
  }
}
