import SyncCore
import Testing

/// A small history of one row with two columns, made of every choice that a writer has.
///
/// Each write is made at a replica that has seen some of the writes before it; what it reads, spares and supersedes follows from there,
/// as in the merge's model.
struct RowHistoryModel {
  enum Kind: Hashable, CaseIterable {
    case writeFirst, writeSecond, delete, settle
  }

  /// One choice: who writes what, and which of the earlier writes their replica has.
  struct Choice {
    let site: Int
    let kind: Kind
    let seen: Set<Int>
    /// A form that was opened before anything but the author's own work had arrived.
    var isStale = false
  }

  struct Write {
    let change: RowChange
    let columns: [UInt32]
    let value: Int64
    let isSettlement: Bool
    let time: HybridTime
    /// The writes that this one's author had applied.
    let needs: Set<Int>
    /// What was shown of each column and of the existence, for the oracle alone.
    let shown: [UInt32: Set<LocalDot>]
  }

  static let columns: [UInt32] = [1, 2]
  private(set) var writes: [Write] = []
  private(set) var seqs: [UInt64] = [0, 0, 0]

  /// - Returns: nil when a choice says nothing, as to delete what is not there.
  init?(_ choices: [Choice]) {
    for (at, choice) in choices.enumerated() {
      var needs = choice.seen
      for earlier in 0..<at where choices[earlier].site == choice.site { needs.insert(earlier) }
      for earlier in needs { needs.formUnion(writes[earlier].needs) }
      guard append(choice, needs, choices) else { return nil }
    }
  }

  private mutating func append(_ choice: Choice, _ needs: Set<Int>, _ choices: [Choice]) -> Bool {
    let here = state(after: needs.sorted())
    // A stale form shows what the author's own writes had made, and saves onto what has arrived since.
    let form = choice.isStale ? state(after: needs.filter { choices[$0].site == choice.site }.sorted()) : here
    let isVisible = form?.isVisible ?? false
    if choice.kind == .delete || choice.kind == .settle, !isVisible { return false }
    if choice.isStale, form == nil || !(here?.isVisible ?? false) { return false }
    let isDeletion = choice.kind == .delete
    let columns: [UInt32]
    switch choice.kind {
    case .delete: columns = []
    case .settle: columns = Self.columns
    case .writeFirst: columns = isVisible ? [1] : Self.columns
    case .writeSecond: columns = isVisible ? [2] : Self.columns
    }
    seqs[choice.site] += 1
    let dot = LocalDot(site: UInt32(choice.site), seq: seqs[choice.site])
    var change = RowChange(dot: dot, isDeletion: isDeletion, context: form?.context ?? [])
    var shown: [UInt32: Set<LocalDot>] = [:]
    for column in Self.columns { shown[column] = form.map { Set(shownDots($0, column)) } ?? [] }
    shown[RowChange.existence] = form.map { Set($0.isVisible ? $0.alive : $0.dead) } ?? []
    if choice.kind != .settle, let here {
      for column in columns + [RowChange.existence] {
        let open = column == RowChange.existence ? here.alive + here.dead : here.dots(of: column)
        for candidate in open where change.context.covers(candidate) && !(shown[column]?.contains(candidate) ?? false) {
          change.spared.append(.init(column: column, dot: candidate))
        }
      }
    }
    writes.append(
      Write(
        change: change, columns: columns, value: Int64(writes.count % 2), isSettlement: choice.kind == .settle,
        time: HybridTime(rawValue: UInt64((writes.count * 7) % 5)), needs: needs, shown: shown))
    return true
  }

  private func write(_ dot: LocalDot) -> Write? { writes.first { $0.change.dot == dot } }

  /// The dots behind the value on display: equal values are one candidate.
  func shownDots(_ state: RowState, _ column: UInt32) -> [LocalDot] {
    let dots = state.dots(of: column)
    let candidates = dots.compactMap { dot in
      write(dot).map { Candidate(dot: Dot(site: .number(UInt64(dot.site)), seq: dot.seq), time: $0.time, value: .integer($0.value)) }
    }
    guard candidates.count == dots.count, !dots.isEmpty else { return dots }
    let value = candidates[MergePolicy.keep.shown(among: candidates)].value
    return zip(dots, candidates).filter { $0.1.value == value }.map(\.0)
  }

  /// The row after some writes, applied in an order.
  func state(after order: [Int]) -> RowState? {
    var state: RowState?
    for at in order {
      let write = writes[at]
      guard var known = state else {
        state = created(by: write)
        continue
      }
      if known.hasSeen(write.change.dot) { continue }
      // The short way, where it may be taken, leads to the same.
      var quick: RowState?
      if known.isPlainlySucceeded(by: write.change, columns: write.columns) {
        var short = known
        for column in write.columns { short.setColumn(column, to: write.change.dot) }
        short.mergeExistence(write.change)
        quick = short
      }
      for column in write.columns {
        let base = known.base
        _ = known.mergeColumn(column, of: write.change) { self.write(base)?.columns.contains(column) ?? false }
      }
      known.mergeExistence(write.change)
      if let quick, quick != known { Issue.record("the short way leads elsewhere: \(quick) instead of \(known)") }
      known.rebase(on: write.change.dot, columns: Self.columns.count)
      state = known
    }
    return state
  }

  private func created(by write: Write) -> RowState {
    let change = write.change
    var context = change.context
    context.join(change.dot)
    return RowState(
      name: .init(dot: change.dot, index: 0), base: change.dot, context: context, alive: change.isDeletion ? [] : [change.dot],
      dead: change.isDeletion ? [change.dot] : [], cells: [])
  }

  /// What a row amounts to, however it is stored.
  struct Meaning: Hashable {
    let context: [LocalDot]
    let alive: Set<LocalDot>
    let dead: Set<LocalDot>
    let candidates: [Set<LocalDot>]

    init(_ state: RowState) {
      context = state.context
      (alive, dead) = (Set(state.alive), Set(state.dead))
      candidates = RowHistoryModel.columns.map { Set(state.dots(of: $0)) }
    }
  }

  /// The candidates that must be open: a value is closed by a write whose author was shown it, or by a settlement that had read it, and
  /// by nothing else.
  func open(_ column: UInt32) -> Set<LocalDot> {
    let speaking = writes.filter { column == RowChange.existence || $0.columns.contains(column) }
    return Set(
      speaking.map(\.change.dot).filter { dot in
        !speaking.contains { other in
          other.change.dot != dot
            && (other.shown[column]?.contains(dot) ?? false || other.isSettlement && other.change.context.covers(dot))
        }
      })
  }

  /// Every order in which each write comes after what its author had seen.
  var causalOrders: [[Int]] {
    var orders: [[Int]] = []
    func extend(_ order: [Int], _ done: Set<Int>) {
      if order.count == writes.count { return orders.append(order) }
      for at in writes.indices where !done.contains(at) && writes[at].needs.isSubset(of: done) {
        extend(order + [at], done.union([at]))
      }
    }
    extend([], [])
    return orders
  }
}
