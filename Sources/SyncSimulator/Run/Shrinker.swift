/// Makes a failing history short: fewer steps, devices, scopes, tables, rows and faults, as long as the same law is broken.
public struct Shrinker {
  /// A world and what happens in it.
  public struct Story: Sendable {
    public var options: WorldOptions
    public var actions: [Action]

    public init(options: WorldOptions, actions: [Action]) { (self.options, self.actions) = (options, actions) }
  }

  private let invariant: String
  private let judging: Judging
  private var runsLeft: Int
  public private(set) var story: Story
  public private(set) var failure: WorldFailure

  /// - Parameters:
  ///   - story: one that fails.
  ///   - failure: how.
  ///   - runs: how many worlds to play at the most.
  ///   - judging: the judge that found it.
  public init(_ story: Story, _ failure: WorldFailure, runs: Int = 1500, judging: Judging = .rightly) {
    (self.story, self.failure, self.judging) = (story, failure, judging)
    invariant = failure.invariant
    runsLeft = runs
  }

  public mutating func shrink() {
    dropTail()
    var size = 0
    repeat {
      size = weight
      dropActions()
      dropDevices()
      dropTables()
      dropScopes()
      dropRows()
      simplifyActions()
    } while weight < size && runsLeft > 0
    var named = story
    named.options.faults = []
    _ = attempt(named)
  }

  private var weight: Int {
    let options = story.options
    let size = options.replicas + options.scopes + options.rows + options.tables.count
    return story.actions.count * 100 + size * 10 + "\(story.actions)".count
  }

  /// Takes a story over if it fails alike.
  private mutating func attempt(_ candidate: Story) -> Bool {
    guard runsLeft > 0 else { return false }
    runsLeft -= 1
    guard let found = Simulation.play(candidate.options, candidate.actions, judging: judging).failure, found.invariant == invariant else {
      return false
    }
    story = candidate
    failure = found
    return true
  }

  private mutating func dropTail() {
    var candidate = story
    candidate.actions = Array(story.actions.prefix(failure.step + 1))
    _ = attempt(candidate)
  }

  /// Delta debugging: halves, then quarters, down to single steps.
  private mutating func dropActions() {
    var length = max(1, story.actions.count / 2)
    while true {
      var start = 0
      while start < story.actions.count {
        var candidate = story
        candidate.actions.removeSubrange(start..<min(start + length, story.actions.count))
        if !attempt(candidate) { start += length }
      }
      if length == 1 { return }
      length /= 2
    }
  }

  private mutating func dropDevices() {
    for number in (0..<story.options.replicas).reversed() where story.options.replicas > 1 {
      var candidate = story
      candidate.options.replicas -= 1
      candidate.actions = story.actions.compactMap { $0.without(device: number) }
      _ = attempt(candidate)
    }
  }

  private mutating func dropTables() {
    for table in story.options.tables where story.options.tables.count > 1 {
      var candidate = story
      candidate.options.tables.removeAll { $0 == table }
      _ = attempt(candidate)
    }
  }

  /// The scopes that remain keep the last, the office's, as theirs.
  private mutating func dropScopes() {
    for scope in (0..<story.options.scopes).reversed() where story.options.scopes > 1 {
      var candidate = story
      candidate.options.scopes -= 1
      // What was done there is done in another, or not at all.
      candidate.actions = story.actions.compactMap { $0.mapScopes { $0 == scope ? nil : $0 > scope ? $0 - 1 : $0 } }
      if attempt(candidate) { continue }
      candidate.actions = story.actions.compactMap { $0.mapScopes { $0 == 0 ? 0 : $0 - 1 } }
      _ = attempt(candidate)
    }
  }

  private mutating func dropRows() {
    for row in (0..<story.options.rows).reversed() where story.options.rows > 1 {
      var candidate = story
      candidate.options.rows -= 1
      candidate.actions = story.actions.compactMap { $0.mapRows { $0.row == row ? nil : $0.with(row: $0.row > row ? $0.row - 1 : $0.row) } }
      if attempt(candidate) { continue }
      candidate.actions = story.actions.compactMap { $0.mapRows { $0.with(row: min($0.row, candidate.options.rows - 1)) } }
      _ = attempt(candidate)
    }
  }

  private mutating func simplifyActions() {
    for at in story.actions.indices {
      for simpler in story.actions[at].simpler {
        var candidate = story
        candidate.actions[at] = simpler
        _ = attempt(candidate)
      }
    }
  }
}

extension Action {
  /// The action in a world that lacks a device; nil when it was about that one.
  func without(device gone: Int) -> Action? {
    func number(_ at: Int) -> Int? { at == gone ? nil : at > gone ? at - 1 : at }
    switch self {
    case .write(let at, let rows): return number(at).map { .write(at: $0, rows: rows) }
    case .open(let form, let at, let row, let asText): return number(at).map { .open(form: form, at: $0, row: row, asText: asText) }
    case .settle(let at, let choice): return number(at).map { .settle(at: $0, choice: choice) }
    case .sync(let at, let line): return number(at).map { .sync(at: $0, line.mapMeanwhile { $0.without(device: gone) }) }
    case .meet(let at, let with, let line):
      guard let at = number(at), let with = number(with) else { return nil }
      return .meet(at: at, with: with, line.mapMeanwhile { $0.without(device: gone) })
    case .carry(let from, let to, let choice):
      guard let from = number(from), let to = number(to) else { return nil }
      return .carry(from: from, to: to, choice: choice)
    case .export(let bundle, let at): return number(at).map { .export(bundle: bundle, at: $0) }
    case .importing(let bundle, let at, let cut, let altered):
      return number(at).map { .importing(bundle: bundle, at: $0, cut: cut, altered: altered) }
    case .crash(let at, let write): return number(at).map { .crash(at: $0, write: write) }
    case .takeBack(let at, let write): return number(at).map { .takeBack(at: $0, write: write) }
    case .reopen(let at): return number(at).map { .reopen(at: $0) }
    case .otherProcess(let at): return number(at).map { .otherProcess(at: $0) }
    case .upgrade(let at): return number(at).map { .upgrade(at: $0) }
    case .clock(let at, let fault): return number(at).map { .clock(at: $0, fault) }
    case .withdraw(let at, let scope): return number(at).map { .withdraw(at: $0, scope: scope) }
    case .grant(let at, let scope): return number(at).map { .grant(at: $0, scope: scope) }
    case .revoke(let at): return number(at).map { .revoke(at: $0) }
    case .enrol(let at): return number(at).map { .enrol(at: $0) }
    case .clone(let at, let new):
      guard let at = number(at), let new = number(new) else { return nil }
      return .clone(at: at, as: new)
    case .backUpDevice(let at): return number(at).map { .backUpDevice(at: $0) }
    case .restoreDevice(let at): return number(at).map { .restoreDevice(at: $0) }
    case .compact(let at, let isCut): return number(at).map { .compact(at: $0, isCut: isCut) }
    case .save, .late, .calm, .silence, .crashRelay, .backUpRelay, .restoreRelay: return self
    }
  }

  /// The action with other rows; nil when none of its rows is left.
  func mapRows(_ change: (RowID) -> RowID?) -> Action? {
    func changed(_ write: RowWrite) -> RowWrite? {
      var write = write
      guard let row = change(write.row) else { return nil }
      write.row = row
      return write
    }
    switch self {
    case .write(let at, let rows):
      var seen: Set<RowID> = []
      let left = rows.compactMap(changed).filter { seen.insert($0.row).inserted }
      return left.isEmpty ? nil : .write(at: at, rows: left)
    case .open(let form, let at, let row, let asText): return change(row).map { .open(form: form, at: at, row: $0, asText: asText) }
    case .save(let form, let write):
      // The row of a save is the form's, whatever stands here.
      return .save(form: form, changed(write) ?? write)
    case .crash(let at, let write): return changed(write).map { .crash(at: at, write: $0) }
    case .takeBack(let at, let write): return changed(write).map { .takeBack(at: at, write: $0) }
    case .sync(let at, let line): return .sync(at: at, line.mapMeanwhile { $0.mapRows(change) })
    case .meet(let at, let with, let line): return .meet(at: at, with: with, line.mapMeanwhile { $0.mapRows(change) })
    default: return self
    }
  }

  /// The action in other scopes; nil when its own is gone.
  func mapScopes(_ change: (Int) -> Int?) -> Action? {
    switch self {
    case .withdraw(let at, let scope): change(scope).map { .withdraw(at: at, scope: $0) }
    case .grant(let at, let scope): change(scope).map { .grant(at: at, scope: $0) }
    default: mapRows { row in change(row.scope).map { RowID(table: row.table, scope: $0, row: row.row) } }
    }
  }

  /// Simpler actions of the same kind, to be tried one after the other.
  var simpler: [Action] {
    switch self {
    case .write(let at, let rows):
      let fewer = rows.count > 1 ? rows.map { Action.write(at: at, rows: [$0]) } : []
      return fewer + (rows.count == 1 ? rows[0].simpler.map { .write(at: at, rows: [$0]) } : [])
    case .save(let form, let write): return write.simpler.map { .save(form: form, $0) }
    case .open(let form, let at, let row, true): return [.open(form: form, at: at, row: row, asText: false)]
    case .sync(let at, let line): return line.simpler.map { .sync(at: at, $0) }
    case .meet(let at, let with, let line): return line.simpler.map { .meet(at: at, with: with, $0) }
    default: return []
    }
  }
}

extension RowID {
  fileprivate func with(row: Int) -> RowID { RowID(table: table, scope: scope, row: row) }
}

extension RowWrite {
  fileprivate var simpler: [RowWrite] {
    var out: [RowWrite] = []
    func add(_ change: (inout RowWrite) -> Void) {
      var one = self
      change(&one)
      if one != self { out.append(one) }
    }
    add { $0.isUndoneFirst = false }
    add { $0.isWhole = false }
    add { $0.cells = Array($0.cells.prefix(1)) }
    add { $0.cells = Array($0.cells.suffix(1)) }
    add { $0.statement = .upsert }
    add { $0.cells = $0.cells.map { Cell(column: $0.column, value: $0.value.map { $0 % 10 }) } }
    return out
  }
}

extension Line {
  /// The line with what happens while its messages are on their way changed, or left out.
  fileprivate func mapMeanwhile(_ change: (Action) -> Action?) -> Line {
    var line = self
    line.faults = faults.map { fault in
      guard case .meanwhile(let action) = fault else { return fault }
      return change(action).map { .meanwhile($0) } ?? .none
    }
    return line
  }

  fileprivate var simpler: [Line] {
    let plain = Line(batchBytes: 1 << 20)
    if self == plain { return [] }
    return [plain, Line(batchBytes: batchBytes), Line(faults: faults, batchBytes: 1 << 20)].filter { $0 != self }
  }
}
