import SyncCore

/// Draws a history from a world's options: from the seed alone, knowing nothing of what comes of it.
public struct ActionSource {
  private let options: WorldOptions
  private var random: SeededGenerator
  private var forms: [Int] = []
  private var nextForm = 0
  private var bundles = 0
  /// How many devices there are, copies among them.
  private var devices: Int
  /// Whether one device has yet to begin: to whom all that has been left out by then is new.
  private var hasNewcomer = false
  /// What follows what was drawn last.
  private var due: [Action] = []

  public init(_ options: WorldOptions) {
    self.options = options
    devices = options.replicas
    random = SeededGenerator(seed: options.seed ^ 0x5eed)
  }

  /// The whole history.
  public static func history(_ options: WorldOptions) -> [Action] {
    var source = ActionSource(options)
    // A backup from before there was anything has no scope at all.
    let first: [Action] = options.has(.relayRestores) && source.random.chance(0.5) ? [.backUpRelay] : []
    let isLate = options.has(.compaction) && source.random.chance(0.5)
    let middle = (0..<options.steps).map { step in
      source.hasNewcomer = isLate && step < options.steps * 2 / 3
      return source.next()
    }
    return first + middle + (options.has(.quietEnd) ? source.quietEnd() : [])
  }

  /// All is brought to rest, then very little happens, and what comes of it can only be told from what was remembered.
  private mutating func quietEnd() -> [Action] {
    var out: [Action] = [.calm]
    let (at, scope) = (device(), scope())
    if options.has(.withdrawals), random.chance(0.5) {
      out += [.withdraw(at: at, scope: scope), .write(at: device(), rows: [write(row())]), .calm]
    }
    if options.has(.relayRestores) { out += setBack() }
    if options.has(.clones), options.scopes > 1, random.chance(0.5) { out += readBranch() }
    if random.chance(0.7) { out.append(.write(at: device(), rows: [write(row())])) }
    if random.chance(0.3) { out.append(.reopen(at: device())) }
    return out
  }

  /// The relay is set back, and nothing but what somebody remembers of it shows that it was.
  private mutating func setBack() -> [Action] {
    let line = Line(batchBytes: 1 << 20)
    let (at, other) = (device(), device())
    switch random.number(0...3) {
    case 0: return [.restoreRelay]
    // As much arrives anew as was lost: the place in the order is the same, what stands there is not.
    case 1: return [.backUpRelay, put(at), .sync(at: at, line), .restoreRelay, put(other), .sync(at: other, line)]
    // What was pushed is lost, and the trip that would have told the place after the push was cut.
    case 2: return [.backUpRelay, put(at), .sync(at: at, Line(faults: [.none, .none, .requestLost], batchBytes: 1 << 20)), .restoreRelay]
    default: return []
    }
  }

  /// A copy learns in one scope that it is one, and writes on in another under its new name, having read there what it wrote under the old one.
  private mutating func readBranch() -> [Action] {
    guard devices < options.replicas + 3 else { return [] }
    let (at, copy) = (device(), devices)
    devices += 1
    var rows = [row(), row()]
    (rows[0].scope, rows[1].scope) = (0, 1)
    guard rows.allSatisfy({ !FieldTable.all[$0.table].isFixed }) else { return [] }
    let line = Line(batchBytes: 1 << 20)
    return [
      .clone(at: at, as: copy), put(at, rows), .sync(at: at, line), put(copy, rows), .withdraw(at: at, scope: 0), .sync(at: copy, line),
      put(copy, [rows[0]]), .grant(at: at, scope: 0),
    ]
  }

  mutating func next() -> Action {
    if !due.isEmpty { return due.removeFirst() }
    let at = device()
    var all: [(weight: Int, value: Int)] = [(options.writes, 0), (options.has(.noRelay) ? 0 : 25, 1)]
    for (at, (fault, weight)) in Self.weights.enumerated() where options.has(fault) { all.append((weight, at + 2)) }
    switch random.pick(all) {
    case 0:
      if !forms.isEmpty, random.chance(0.35) { return .save(form: forms.remove(at: random.number(0...forms.count - 1)), write(row())) }
      var rows = [row()]
      if random.chance(options.has(.smallParts) ? 0.5 : 0.2) { rows += [row(), row()] }
      var seen: Set<RowID> = []
      return .write(at: at, rows: rows.filter { seen.insert($0).inserted }.map { write($0) })
    case 1: return .sync(at: at, line())
    case let other: return happening(Self.weights[other - 2].fault, at)
    }
  }

  private static let weights: [(fault: WorldOptions.Fault, weight: Int)] = [
    (.forms, 12), (.settlements, 8), (.meetings, 12), (.gaps, 20), (.bundles, 8), (.late, 5), (.crashes, 4), (.reopening, 4), (.skew, 3),
    (.clocks, 5), (.withdrawals, 6), (.relayCrashes, 3), (.relayRestores, 4), (.processes, 8), (.calm, 4), (.undone, 8), (.clones, 5),
    (.deviceRestores, 8), (.compaction, 15), (.revocations, 8),
  ]

  private mutating func happening(_ fault: WorldOptions.Fault, _ at: Int) -> Action {
    switch fault {
    case .forms:
      nextForm += 1
      let row = row()
      if options.has(.deletions), random.chance(0.2) {
        // Somebody deletes what a form shows, and the form brings it back.
        var (deletion, save) = (write(row), write(row))
        deletion.statement = .delete
        save.statement = random.chance(0.5) ? .upsert : .replace
        due = [.write(at: at, rows: [deletion]), .save(form: nextForm, save)]
      } else {
        forms.append(nextForm)
      }
      return .open(form: nextForm, at: at, row: row, asText: random.chance(0.3))
    case .settlements: return .settle(at: at, choice: random.number(0...1 << 30))
    case .meetings: return .meet(at: at, with: device(), line())
    case .gaps: return .carry(from: device(), to: at, choice: random.number(0...1 << 30))
    case .bundles:
      if bundles == 0 || random.chance(0.4) {
        bundles += 1
        return .export(bundle: bundles, at: at)
      }
      let damage = options.has(.damagedBundles) ? random.number(0...3) : 3
      let place = random.number(0...999)
      return .importing(bundle: random.number(1...bundles), at: at, cut: damage == 0 ? place : nil, altered: damage == 1 ? place : nil)
    case .late: return .late(random.number(0...100))
    case .crashes: return .crash(at: at, write: write(row()))
    case .undone:
      let row = row()
      if options.has(.processes), random.chance(0.3) {
        // Another process writes what this one has taken back.
        due = [.otherProcess(at: at), .write(at: at, rows: [write(row)]), .otherProcess(at: at), .write(at: at, rows: [write(self.row())])]
      }
      return .takeBack(at: at, write: write(row))
    case .reopening: return .reopen(at: at)
    case .skew: return .upgrade(at: at)
    case .clocks: return .clock(at: at, clock())
    case .withdrawals: return random.chance(0.6) ? .withdraw(at: at, scope: scope()) : .grant(at: at, scope: scope())
    case .relayCrashes: return .crashRelay
    case .calm: return .calm
    case .processes: return .otherProcess(at: at)
    case .clones:
      guard devices < options.replicas + 3 else { return .sync(at: at, line()) }
      devices += 1
      return .clone(at: at, as: devices - 1)
    case .revocations:
      if random.chance(0.5) { due = [.write(at: at, rows: [write(row())]), .sync(at: at, line()), .enrol(at: at)] }
      return random.chance(0.8) ? .revoke(at: at) : .enrol(at: at)
    case .compaction:
      // Who is silent for a year is not waited for any longer.
      if random.chance(0.1) { return .silence(days: 365) }
      due = [.compact(at: at, isCut: random.chance(0.1))]
      // Somebody hears of it, and of nothing after it.
      if random.chance(0.4) { due.append(.sync(at: device(), Line(faults: [.none, .none, .requestLost], batchBytes: 1))) }
      return .sync(at: at, Line(batchBytes: 1 << 20))
    case .deviceRestores: return random.chance(0.5) ? .backUpDevice(at: at) : .restoreDevice(at: at)
    default: return random.chance(0.5) ? .backUpRelay : .restoreRelay
    }
  }

  // MARK: Parts

  private mutating func device() -> Int { random.number(0...devices - (hasNewcomer ? 2 : 1)) }

  private mutating func scope() -> Int { random.number(0...options.scopes) }

  private mutating func row() -> RowID {
    let table = random.pick(options.tables)
    let scope = FieldTable.all[table].isFixed ? options.scopes : random.number(0...options.scopes - 1)
    return RowID(table: table, scope: scope, row: random.number(0...options.rows - 1))
  }

  /// A write that surely says something, or nearly so.
  private mutating func put(_ at: Int, _ rows: [RowID]? = nil) -> Action {
    .write(
      at: at,
      rows: (rows ?? [row()]).map { row in
        var put = write(row)
        put.statement = .upsert
        return put
      })
  }

  private mutating func write(_ row: RowID) -> RowWrite {
    let deletes = options.has(.deletions) ? 25 : 2
    let statement = random.pick([(deletes, Statement.delete), (30, .update), (40, .upsert), (15, .replace)])
    let count = random.number(1...3)
    let cells = (0..<count).map { _ in RowWrite.Cell(column: random.number(0...11), value: value()) }
    return RowWrite(
      row: row, statement: statement, cells: cells, isWhole: random.chance(0.4),
      isUndoneFirst: options.has(.savepoints) && random.chance(0.2))
  }

  private mutating func value() -> Int64? {
    if options.has(.largeValues), random.chance(0.2) { return Int64(random.number(300_000...700_000)) }
    return random.pick([
      (10, nil), (80, Int64(random.number(0...options.values - 1))), (5, Int64(1000 + random.number(0...options.values))),
      (5, Int64(2000 + random.number(0...options.values))), (8, Int64(-random.number(1...FieldTable.odd.count))),
    ])
  }

  private mutating func line() -> Line {
    let sizes = options.has(.smallBatches) ? [1, 200, 2000] : [1 << 20]
    var line = Line(batchBytes: random.pick(sizes))
    guard options.faultShare > 0 else { return line }
    let kinds = messageFaults()
    if kinds.isEmpty { return line }
    for _ in 0..<8 { line.faults.append(random.number(0...99) < options.faultShare ? random.pick(kinds) : .none) }
    while line.faults.last == MessageFault.none { line.faults.removeLast() }
    return line
  }

  private mutating func messageFaults() -> [MessageFault] {
    let share = random.number(0...999)
    let all: [(WorldOptions.Fault, MessageFault)] = [
      (.lostRequests, .requestLost), (.cutRequests, .requestCut(share)), (.lostReplies, .replyLost), (.cutReplies, .replyCut(share)),
      (.repeated, .twice), (.late, .again), (.crashes, .crash), (.crashes, .crashWithin(1 + share % 4)),
    ]
    let faults = all.filter { options.has($0.0) }.map(\.1)
    guard options.has(.meanwhile) else { return faults }
    let at = device()
    if options.has(.revocations), random.chance(0.2) { return faults + [.meanwhile(.revoke(at: at))] }
    let other: Action = random.chance(0.5) ? .write(at: at, rows: [write(row())]) : .sync(at: at, Line(batchBytes: Limits.batchBytes))
    return faults + [.meanwhile(other)]
  }

  private mutating func clock() -> ClockFault {
    let year: Int64 = 365 * 86_400_000
    let wrong: [Int64] = [1000, -1000, 300_000, -300_000, 86_400_000, -86_400_000, 10 * year, -10 * year, 80 * year, -SimulatedClock.start]
    return random.pick([(60, .off(random.pick(wrong))), (20, .frozen), (20, .right)])
  }
}
