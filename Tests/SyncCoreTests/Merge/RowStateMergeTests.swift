import SyncCore
import Testing

/// Single cases of the merge; every small history, and many long ones, are in `ReliabilityTests`.
@Suite struct RowStateMergeTests {
  private static let made = LocalDot(site: 1, seq: 1)
  private static let edit = RowChange(dot: LocalDot(site: 2, seq: 1), isDeletion: false, context: [made])
  private static let deletion = RowChange(dot: LocalDot(site: 3, seq: 1), isDeletion: true, context: [made])

  /// A row of two columns after some writes to its first.
  private func row(after changes: [RowChange]) -> RowState {
    var state = RowState(created: Self.made, index: 0)
    for change in changes where !state.hasSeen(change.dot) {
      if !change.isDeletion { _ = state.mergeColumn(1, of: change) { true } }
      state.mergeExistence(change)
    }
    return state
  }

  @Test func aWriteThatIsAppliedAgainChangesNothing() {
    let once = row(after: [Self.edit, Self.deletion])
    #expect(row(after: [Self.edit, Self.deletion, Self.edit, Self.deletion]) == once)
  }

  @Test func aRowIsVisibleWhileAnyEditStandsAgainstItsDeletion() {
    let state = row(after: [Self.deletion, Self.edit])
    #expect(state.isVisible && state.isExistenceConflict)
    let gone = row(after: [Self.deletion])
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
