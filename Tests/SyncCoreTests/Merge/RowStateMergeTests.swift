import SyncCore
import Testing

@Suite struct RowStateMergeTests {
  /// Calls `body` with every history of so many writes by up to three sites.
  private func forEachHistory(of length: Int, kinds: [RowHistoryModel.Kind], stale: Bool, _ body: (RowHistoryModel) -> Void) -> Int {
    var count = 0
    func extend(_ choices: [RowHistoryModel.Choice]) {
      if choices.count == length {
        guard let history = RowHistoryModel(choices) else { return }
        count += 1
        return body(history)
      }
      // Sites are alike: a new one is always the lowest that has not written.
      let sites = min(2, (choices.map(\.site).max() ?? -1) + 1)
      for site in 0...sites {
        for kind in kinds {
          for mask in 0..<(1 << choices.count) {
            let seen = Set(choices.indices.filter { mask & 1 << $0 != 0 })
            extend(choices + [.init(site: site, kind: kind, seen: seen)])
            if stale, !seen.isEmpty { extend(choices + [.init(site: site, kind: kind, seen: seen, isStale: true)]) }
          }
        }
      }
    }
    extend([])
    return count
  }

  private func expectLaws(_ history: RowHistoryModel) {
    var meaning: RowHistoryModel.Meaning?
    for order in history.causalOrders {
      guard let state = history.state(after: order) else { continue }
      let here = RowHistoryModel.Meaning(state)
      if let meaning, meaning != here { Issue.record("another order, another row: \(order) of \(history.writes)") }
      meaning = here
    }
    guard let meaning else { return }
    // A row that was never written in a column has no candidates there for the oracle, only a base.
    for (at, column) in RowHistoryModel.columns.enumerated() where meaning.candidates[at] != history.open(column) {
      Issue.record("column \(column): \(meaning.candidates[at]) instead of \(history.open(column)) after \(history.writes)")
    }
    if meaning.alive.union(meaning.dead) != history.open(RowChange.existence) {
      Issue.record("existence: \(meaning) instead of \(history.open(RowChange.existence)) after \(history.writes)")
    }
  }

  @Test func everyCausalOrderOfThreeWritesGivesTheRowThatTheOracleExpects() {
    let count = forEachHistory(of: 3, kinds: RowHistoryModel.Kind.allCases, stale: true, expectLaws)
    #expect(count > 400)
  }

  @Test func everyCausalOrderOfFourWritesGivesTheRowThatTheOracleExpects() {
    let count = forEachHistory(of: 4, kinds: [.writeFirst, .delete], stale: false, expectLaws)
    #expect(count > 2000)
  }

  @Test func aWriteThatIsAppliedAgainChangesNothing() throws {
    let history = try #require(
      RowHistoryModel([
        .init(site: 0, kind: .writeFirst, seen: []), .init(site: 1, kind: .writeFirst, seen: [0]), .init(site: 2, kind: .delete, seen: [0]),
      ]))
    let once = try #require(history.state(after: [0, 1, 2]))
    #expect(history.state(after: [0, 1, 2, 1, 0, 2]) == once)
  }

  @Test func aRowIsVisibleWhileAnyEditStandsAgainstItsDeletion() throws {
    let history = try #require(
      RowHistoryModel([
        .init(site: 0, kind: .writeFirst, seen: []), .init(site: 1, kind: .delete, seen: [0]), .init(site: 2, kind: .writeFirst, seen: [0]),
      ]))
    let state = try #require(history.state(after: [0, 1, 2]))
    #expect(state.isVisible && state.isExistenceConflict)
    let gone = try #require(history.state(after: [0, 1]))
    #expect(!gone.isVisible && !gone.isExistenceConflict)
  }

  @Test func aRowThatOneWriteMadeIsUntouchedUntilTheNext() {
    let dot = LocalDot(site: 1, seq: 4)
    var state = RowState(created: dot, index: 7)
    #expect(state.isUntouched && state.dots(of: 9) == [dot] && state.cell(9) == nil)
    let change = RowChange(dot: LocalDot(site: 2, seq: 1), isDeletion: false, context: [dot])
    #expect(state.mergeColumn(9, of: change) { true } == [])
    state.mergeExistence(change)
    #expect(!state.isUntouched && state.dots(of: 9) == [change.dot] && state.dots(of: 8) == [dot])
    state.rebase(on: change.dot, columns: 2)
    #expect(state.base == dot)
    #expect(state.mergeColumn(8, of: RowChange(dot: change.dot, isDeletion: false, context: [dot])) { true } == [])
    state.rebase(on: change.dot, columns: 2)
    #expect(state.base == change.dot && state.cells.isEmpty)
  }

  @Test func aColumnThatTheBaseDidNotWriteIsNoCandidate() {
    var state = RowState(created: LocalDot(site: 1, seq: 1), index: 0)
    let other = RowChange(dot: LocalDot(site: 2, seq: 1), isDeletion: false, context: [])
    #expect(state.mergeColumn(5, of: other) { false } == [])
    #expect(state.mergeColumn(6, of: other) { true } == [LocalDot(site: 1, seq: 1)])
  }

  @Test func contextsStaySortedAndKeepTheHighest() {
    var context: [LocalDot] = []
    for dot in [(3, 1), (1, 5), (2, 2), (1, 3), (3, 9)] as [(UInt32, UInt64)] { context.join(LocalDot(site: dot.0, seq: dot.1)) }
    #expect(context.map(\.site) == [1, 2, 3] && context.map(\.seq) == [5, 2, 9])
    #expect(
      context.covers(LocalDot(site: 1, seq: 5)) && !context.covers(LocalDot(site: 1, seq: 6)) && !context.covers(LocalDot(site: 9, seq: 1)))
  }
}
