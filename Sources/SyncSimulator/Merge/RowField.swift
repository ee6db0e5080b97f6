import SyncCore

/// One row of two columns at a few sites: the real merge of SyncCore, and beside it what must come of it.
///
/// What must come of it is said as in ``MergeOracle``: by what each author was shown. Here that is kept as sets of writes, one bit for
/// each, and lanes for the columns and the existence, so that thousands of millions of steps are affordable.
struct RowField {
  /// Sets of writes, one for each column and one for the existence. Bit n stands for the history's nth write.
  typealias Sets = SIMD4<UInt64>

  static let columns: [UInt32] = [1, 2]
  /// The columns that a deed's bits stand for.
  private static let lists: [[UInt32]] = [[], [1], [2], [1, 2]]
  static let existence = 2
  /// How many writes a history has at the most.
  static let most = 64

  /// What an author does to the row. Columns are bits.
  enum Deed: Equatable {
    case write(columns: UInt8)
    case delete
    /// Settles cells, and the existence unless that is left open.
    case settle(cells: UInt8, keeps: Bool?)
  }

  /// What a write is but for its change: without arrays, so that looking at it costs nothing.
  struct Write {
    let dot: LocalDot
    let columns: UInt8
    /// The writes that have to be applied before.
    let needs: UInt64
    let closes: Sets
    let value: Int64
    let time: HybridTime
  }

  /// What an author sees of the row, now or when their form opened.
  struct View {
    var context: [LocalDot]
    var applied: UInt64
    var open: Sets
    var shown: Sets
    var isVisible: Bool
  }

  struct Site {
    var applied: UInt64 = 0
    var own: UInt64 = 0
    var closed = Sets()
    var clock = HybridClock()
    var wall: Int64 = 0
    /// Whether this site's version of the application lacks the second column.
    var isOld = false
  }

  let policies: [MergePolicy]
  var sites: [Site]
  /// The row as each site has it.
  var states: [RowState?]
  private(set) var writes: [Write] = []
  private(set) var changes: [RowChange] = []
  private var spoke = Sets()
  private var deletions: UInt64 = 0
  /// The writes of each site, in order.
  private var numbers: [[Int]]

  init(sites: Int, policies: [MergePolicy] = [.keep, .keep]) {
    self.policies = policies
    self.sites = Array(repeating: Site(), count: sites)
    states = Array(repeating: nil, count: sites)
    numbers = Array(repeating: [], count: sites)
  }

  // MARK: What must be

  func open(at site: Int) -> Sets { spoke & Sets(repeating: sites[site].applied) & ~sites[site].closed }

  func view(at site: Int) -> View {
    let open = open(at: site)
    let alive = open[Self.existence] & ~deletions
    var shown = Sets()
    for column in 0..<2 { shown[column] = shownWrites(open[column], policies[column]) }
    shown[Self.existence] = alive != 0 ? alive : open[Self.existence]
    return View(context: states[site]?.context ?? [], applied: sites[site].applied, open: open, shown: shown, isVisible: alive != 0)
  }

  /// The writes behind the value that a cell displays: the one that its policy prefers, and those that wrote the same.
  private func shownWrites(_ open: UInt64, _ policy: MergePolicy) -> UInt64 {
    if open & (open &- 1) == 0 { return open }
    var best = -1
    for at in Bits(open) where best < 0 || isPreferred(at, to: best, policy) { best = at }
    var same: UInt64 = 0
    for at in Bits(open) where writes[at].value == writes[best].value { same |= 1 << UInt64(at) }
    return same
  }

  private func isPreferred(_ a: Int, to b: Int, _ policy: MergePolicy) -> Bool {
    let (x, y) = (writes[a], writes[b])
    if policy == .max, x.value != y.value { return x.value > y.value }
    if policy == .min, x.value != y.value { return x.value < y.value }
    if x.time != y.time { return x.time > y.time }
    return x.dot.site > y.dot.site || x.dot.site == y.dot.site && x.dot.seq > y.dot.seq
  }

  // MARK: Writing

  /// Writes at a site, by an author who sees the row as it is there, or as a form has kept it.
  /// - Returns: the write's number; nil when the deed says nothing, as to delete what is not there.
  mutating func write(_ deed: Deed, value: Int64, at site: Int, through form: View? = nil) -> Int? {
    let here = view(at: site)
    let seen = form ?? here
    let known: UInt8 = sites[site].isOld ? 1 : 3
    var columns: UInt8 = 0
    var isDeletion = false
    switch deed {
    case .write(let chosen):
      // Who was not shown the row has written all of it.
      columns = seen.isVisible ? chosen & known : known
      if columns == 0, here.isVisible { return nil }
    case .delete:
      guard here.isVisible else { return nil }
      isDeletion = true
    case .settle(let cells, let keeps):
      guard here.isVisible else { return nil }
      if keeps != nil, here.open[Self.existence] & deletions == 0 { return nil }
      for column in 0..<2 where cells & 1 << column != 0 && here.open[column].nonzeroBitCount > 1 { columns |= 1 << column }
      isDeletion = keeps == false
      if isDeletion { columns = 0 } else if columns == 0, keeps == nil { return nil }
    }
    let number = writes.count
    let dot = LocalDot(site: UInt32(site), seq: UInt64(numbers[site].count + 1))
    var change = RowChange(dot: dot, isDeletion: isDeletion, context: seen.context)
    var closes = Sets()
    for lane in 0...Self.existence where lane == Self.existence || columns & 1 << lane != 0 {
      let closed = closedWrites(deed, lane, seen, here)
      closes[lane] = closed
      let column = lane == Self.existence ? RowChange.existence : Self.columns[lane]
      for at in Bits(here.open[lane] & seen.applied & ~closed) {
        change.spared.append(RowChange.Spared(column: column, dot: writes[at].dot))
      }
      spoke[lane] |= 1 << UInt64(number)
    }
    if isDeletion { deletions |= 1 << UInt64(number) }
    let time = sites[site].clock.next(wall: sites[site].wall)
    writes.append(Write(dot: dot, columns: columns, needs: seen.applied | sites[site].own, closes: closes, value: value, time: time))
    changes.append(change)
    numbers[site].append(number)
    sites[site].own |= 1 << UInt64(number)
    return number
  }

  /// What a write closes of a column or the existence: what its author was shown, and what a form had open that is closed there by now. A
  /// settlement closes what there is; one that decides cells only says nothing about whether the row shall be deleted.
  private func closedWrites(_ deed: Deed, _ lane: Int, _ seen: View, _ here: View) -> UInt64 {
    guard case .settle(_, let keeps) = deed else { return seen.shown[lane] | (seen.open[lane] & ~here.open[lane]) }
    return lane == Self.existence && keeps == nil ? here.open[lane] & ~deletions : here.open[lane]
  }

  /// Forgets the latest write, which no site may have applied.
  mutating func unwrite(at site: Int) {
    let bit: UInt64 = 1 << UInt64(writes.count - 1)
    writes.removeLast()
    changes.removeLast()
    numbers[site].removeLast()
    sites[site].own &= ~bit
    spoke &= Sets(repeating: ~bit)
    deletions &= ~bit
  }

  // MARK: Applying

  func canApply(_ number: Int, to site: Int) -> Bool { writes[number].needs & ~sites[site].applied == 0 }

  /// Merges a write into a site's row, as a replica does.
  /// - Returns: what was wrong.
  mutating func apply(_ number: Int, to site: Int) -> String? {
    let bit: UInt64 = 1 << UInt64(number)
    let (dot, mask) = (writes[number].dot, writes[number].columns)
    guard var state = states[site].take() else {
      states[site] = Self.made(changes[number])
      note(number, at: site)
      return nil
    }
    defer { states[site] = state }
    if sites[site].applied & bit != 0 { return state.hasSeen(dot) ? nil : "a write that was applied is not known" }
    if state.hasSeen(dot) { return "a write is known that was not applied" }
    let change = changes[number]
    // The short way, where it may be taken, leads to the same.
    var short: RowState?
    let columns = Self.lists[Int(mask)]
    if !change.isDeletion, state.isPlainlySucceeded(by: change, columns: columns) {
      var quick = state
      for column in columns { quick.setColumn(column, to: dot) }
      quick.mergeExistence(change)
      short = quick
    }
    for lane in 0..<2 where mask & 1 << lane != 0 {
      let base = state.base
      _ = state.mergeColumn(Self.columns[lane], of: change) { wrote(base, lane) }
    }
    state.mergeExistence(change)
    if let short, short != state { return "the short way leads to \(short) and not \(state)" }
    state.rebase(on: dot, columns: Self.columns.count)
    note(number, at: site)
    return nil
  }

  private mutating func note(_ number: Int, at site: Int) {
    sites[site].applied |= 1 << UInt64(number)
    sites[site].closed |= writes[number].closes
    sites[site].clock.observe(writes[number].time)
  }

  private static func made(_ change: RowChange) -> RowState {
    var context = change.context
    context.join(change.dot)
    return RowState(
      name: RowState.Name(dot: change.dot, index: 0), base: change.dot, context: context, alive: change.isDeletion ? [] : [change.dot],
      dead: change.isDeletion ? [change.dot] : [], cells: [])
  }

  private func wrote(_ dot: LocalDot, _ lane: Int) -> Bool { writes[number(dot)].columns & 1 << lane != 0 }

  private func number(_ dot: LocalDot) -> Int { numbers[Int(dot.site)][Int(dot.seq) - 1] }

  // MARK: Comparing

  /// Compares a site's row with what must be.
  /// - Returns: what differs; nil when nothing does.
  func difference(at site: Int) -> String? {
    guard let state = states[site] else { return sites[site].applied == 0 ? nil : "a row that was written is not there" }
    let open = open(at: site)
    for lane in 0..<2 {
      var found: UInt64 = 0
      if let cell = state.cell(Self.columns[lane]) {
        found = set(state.cells[cell].dots)
        if found & (found &- 1) != 0, let wrong = wrongDisplay(state.cells[cell].dots, lane, found) { return wrong }
      } else if wrote(state.base, lane) {
        found = 1 << UInt64(number(state.base))
      }
      if found != open[lane] { return "column \(lane + 1) has the candidates \(names(found)), not \(names(open[lane]))" }
    }
    let (alive, dead) = (set(state.alive), set(state.dead))
    let wanted = open[Self.existence]
    if alive != wanted & ~deletions || dead != wanted & deletions {
      return "the row is kept by \(names(alive)) and deleted by \(names(dead)), not \(names(wanted))"
    }
    if state.isVisible != (wanted & ~deletions != 0) { return "the row is \(state.isVisible ? "displayed" : "hidden")" }
    var known = 0
    for other in sites.indices {
      let count = (sites[other].own & sites[site].applied).nonzeroBitCount
      if count == 0 { continue }
      if known >= state.context.count || state.context[known] != LocalDot(site: UInt32(other), seq: UInt64(count)) {
        return "the context is \(state.context), where site \(other) has written \(count)"
      }
      known += 1
    }
    return known == state.context.count ? nil : "the context is \(state.context)"
  }

  private func wrongDisplay(_ dots: [LocalDot], _ lane: Int, _ open: UInt64) -> String? {
    let candidates = dots.map { dot in
      let write = writes[number(dot)]
      let site = SiteID(deviceHigh: 0, deviceLow: UInt64(dot.site), incarnation: 1)
      return Candidate(dot: Dot(site: site, seq: dot.seq), time: write.time, value: .integer(write.value))
    }
    let shown = number(dots[policies[lane].shown(among: candidates)])
    return shownWrites(open, policies[lane]) & 1 << UInt64(shown) != 0 ? nil : "column \(lane + 1) displays what w\(shown) wrote"
  }

  private func set(_ dots: [LocalDot]) -> UInt64 { dots.reduce(0) { $0 | 1 << UInt64(number($1)) } }

  private func names(_ set: UInt64) -> String { "{" + Bits(set).map { "w\($0)" }.joined(separator: " ") + "}" }
}

/// The places of a word's bits that are set, from the lowest.
struct Bits: Sequence, IteratorProtocol {
  private var word: UInt64

  init(_ word: UInt64) { self.word = word }

  mutating func next() -> Int? {
    if word == 0 { return nil }
    defer { word &= word &- 1 }
    return word.trailingZeroBitCount
  }
}
