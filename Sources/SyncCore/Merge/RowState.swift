/// A dot whose site is named by the replica's own small number for it: what is stored in rows by the hundred thousand.
public struct LocalDot: Hashable, Sendable {
  public var site: UInt32
  public var seq: UInt64

  public init(site: UInt32, seq: UInt64) {
    self.site = site
    self.seq = seq
  }
}

/// What a row knows of its own past: enough to merge any further write, and nothing else.
///
/// An observed-remove row whose columns are multi-value registers, kept sparsely: a column that is not in ``cells`` carries the
/// row's ``base`` dot. The values are elsewhere: the shown ones in the user's table, the others beside it while there are several.
public struct RowState: Hashable, Sendable {
  /// A name for the row that any replica can resolve which has seen it: the `index`-th row of the changeset `dot`.
  public struct Name: Hashable, Sendable {
    public var dot: LocalDot
    public var index: UInt32

    public init(dot: LocalDot, index: UInt32) {
      self.dot = dot
      self.index = index
    }
  }

  /// The dots behind one column's candidates, where they are not simply the row's base.
  public struct Cell: Hashable, Sendable {
    public var column: UInt32
    public var dots: [LocalDot]

    public init(column: UInt32, dots: [LocalDot]) {
      self.column = column
      self.dots = dots
    }
  }

  public var name: Name
  public var base: LocalDot
  /// For each site the highest sequence number that this row has seen of it; sorted by the site's number.
  public var context: [LocalDot]
  /// The edits that nobody's later write has covered: they say that the row exists.
  public var alive: [LocalDot]
  /// The deletions that nobody's later write has covered.
  public var dead: [LocalDot]
  /// Columns that differ from the base, sorted by column.
  public var cells: [Cell]

  public init(name: Name, base: LocalDot, context: [LocalDot], alive: [LocalDot], dead: [LocalDot], cells: [Cell]) {
    self.name = name
    self.base = base
    self.context = context
    self.alive = alive
    self.dead = dead
    self.cells = cells
  }

  /// The state of a row that one write made and nobody has touched since.
  public init(created dot: LocalDot, index: UInt32) {
    self.init(name: Name(dot: dot, index: index), base: dot, context: [dot], alive: [dot], dead: [], cells: [])
  }

  /// Whether the row is displayed: while any edit stands against a deletion it stays visible until somebody settles it.
  public var isVisible: Bool { !alive.isEmpty }

  /// Whether deletion and edit stand against each other.
  public var isExistenceConflict: Bool { !alive.isEmpty && !dead.isEmpty }

  /// Whether this is exactly what ``init(created:index:)`` makes.
  public var isUntouched: Bool {
    cells.isEmpty && dead.isEmpty && context.count == 1 && context[0] == base && name.dot == base && alive.count == 1 && alive[0] == base
  }

  /// Whether the state is one that writes and merges can come to: it has seen whatever it keeps, and is in the one order that all agree on
  /// (I-1, I-3). Asserted when a state is stored, and required when it is read.
  public var isSound: Bool {
    for at in context.indices.dropFirst() where context[at - 1].site >= context[at].site { return false }
    for at in cells.indices.dropFirst() where cells[at - 1].column >= cells[at].column { return false }
    for cell in cells where cell.dots.isEmpty || !covers(cell.dots) { return false }
    return context.covers(base) && covers(alive) && covers(dead) && !(alive.isEmpty && dead.isEmpty)
      && !dead.contains(where: alive.contains)
  }

  private func covers(_ dots: [LocalDot]) -> Bool {
    for dot in dots where !context.covers(dot) { return false }
    return true
  }

  /// The dots behind a column's candidates.
  public func dots(of column: UInt32) -> [LocalDot] { cell(column).map { cells[$0].dots } ?? [base] }

  /// Where the column stands in ``cells``, if it does.
  public func cell(_ column: UInt32) -> Int? {
    let at = position(of: column)
    return at < cells.count && cells[at].column == column ? at : nil
  }

  func position(of column: UInt32) -> Int {
    var low = 0
    var high = cells.count
    while low < high {
      let middle = (low + high) / 2
      if cells[middle].column < column { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The highest sequence number of `site` in a sorted context; 0 when the site is not in it.
@inline(__always)
func seq(of site: UInt32, in context: [LocalDot]) -> UInt64 {
  for dot in context where dot.site == site { return dot.seq }
  return 0
}

extension [LocalDot] {
  /// Whether a context covers a dot.
  public func covers(_ dot: LocalDot) -> Bool { dot.seq <= seqOfSite(dot.site) }

  private func seqOfSite(_ site: UInt32) -> UInt64 { seq(of: site, in: self) }

  /// Raises a context by one dot, keeping it sorted.
  public mutating func join(_ dot: LocalDot) {
    var at = 0
    while at < count, self[at].site < dot.site { at += 1 }
    if at < count, self[at].site == dot.site {
      if self[at].seq < dot.seq { self[at].seq = dot.seq }
    } else {
      insert(dot, at: at)
    }
  }
}
