/// One author's write to one row, ready to merge.
public struct RowChange: Hashable, Sendable {
  /// What a spared candidate belongs to.
  public struct Spared: Hashable, Sendable {
    /// The column's number, or ``RowChange/existence``.
    public var column: UInt32
    public var dot: LocalDot

    public init(column: UInt32, dot: LocalDot) {
      self.column = column
      self.dot = dot
    }
  }

  /// The pseudo-column that every edit asserts and every deletion denies.
  public static let existence: UInt32 = .max

  public var dot: LocalDot
  public var isDeletion: Bool
  /// What the author had read of this row when writing.
  public var context: [LocalDot]
  /// Candidates within the context that the author was not shown: the write leaves them alone.
  public var spared: [Spared]

  public init(dot: LocalDot, isDeletion: Bool, context: [LocalDot], spared: [Spared] = []) {
    self.dot = dot
    self.isDeletion = isDeletion
    self.context = context
    self.spared = spared
  }

  /// Whether the write supersedes a candidate: it had read it, and does not spare it.
  public func supersedes(_ candidate: LocalDot, of column: UInt32) -> Bool {
    context.covers(candidate) && (spared.isEmpty || !spared.contains(Spared(column: column, dot: candidate)))
  }
}

extension RowState {
  /// Merges the existence that a write asserts, and joins its context: once per write and row, after its columns.
  ///
  /// Rules 2 and 4 of the merge: an edit asserts that the row exists, a deletion that it does not, and each supersedes only what its
  /// author had read.
  public mutating func mergeExistence(_ change: RowChange) {
    if change.spared.isEmpty, change.context.count == context.count, change.context == context {
      alive.removeAll(keepingCapacity: true)
      dead.removeAll(keepingCapacity: true)
    } else {
      alive.removeAll { change.supersedes($0, of: RowChange.existence) }
      dead.removeAll { change.supersedes($0, of: RowChange.existence) }
    }
    if change.isDeletion { dead.append(change.dot) } else { alive.append(change.dot) }
    for dot in change.context { context.join(dot) }
    context.join(change.dot)
  }

  /// Merges one column of a write (rules 2 and 6).
  /// - Parameters:
  ///   - column: the column's number.
  ///   - change: the write.
  ///   - baseWrote: whether the write behind ``base`` wrote this column. Asked only when the base is not superseded: a row that two sites
  ///     made at once under two schemas must not count a column that one of them did not have as a value of that site.
  /// - Returns: the dots that stay beside the write's own. Empty means that the written value is the cell's only one.
  public mutating func mergeColumn<E: Error>(
    _ column: UInt32, of change: RowChange, baseWrote: () throws(E) -> Bool
  ) throws(E) -> [LocalDot] {
    let at = position(of: column)
    let listed = at < cells.count && cells[at].column == column
    var remaining = listed ? cells[at].dots : [base]
    remaining.removeAll { change.supersedes($0, of: column) }
    if listed {
      cells[at].dots = remaining + CollectionOfOne(change.dot)
    } else {
      if !remaining.isEmpty, try !baseWrote() { remaining = [] }
      cells.insert(Cell(column: column, dots: remaining + CollectionOfOne(change.dot)), at: at)
    }
    return remaining
  }

  /// Whether a write by somebody who had read all of the row, and left nothing alone, meets no candidate beside the shown one: then
  /// each of its columns has simply a new value.
  public func isPlainlySucceeded(by change: RowChange, columns: [UInt32]) -> Bool {
    guard change.spared.isEmpty, dead.isEmpty, !alive.isEmpty, change.context == context else { return false }
    return cells.isEmpty || columns.allSatisfy { column in cell(column).map { cells[$0].dots.count == 1 } ?? true }
  }

  /// Gives a column the one dot, where ``isPlainlySucceeded(by:columns:)`` has said so.
  public mutating func setColumn(_ column: UInt32, to dot: LocalDot) {
    let at = position(of: column)
    if at < cells.count, cells[at].column == column {
      cells[at].dots[0] = dot
    } else {
      cells.insert(Cell(column: column, dots: [dot]), at: at)
    }
  }

  /// Whether the row has already seen the write, so that it must be ignored.
  public func hasSeen(_ dot: LocalDot) -> Bool { context.covers(dot) }

  /// Makes a write the base when it alone stands behind every one of the row's columns, so that none need be listed.
  /// - Parameters:
  ///   - dot: the write.
  ///   - columns: how many columns the row's table has beside its key, in any version of the application that has been heard of: the
  ///     base must not come to stand for a column that the write did not have.
  public mutating func rebase(on dot: LocalDot, columns: Int) {
    if cells.count == columns, cells.allSatisfy({ $0.dots.count == 1 && $0.dots[0] == dot }) {
      base = dot
      cells.removeAll()
    }
  }
}
