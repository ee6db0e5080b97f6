import SurveyModel

/// Words for a cell, before they are set to its width.
struct Cell {
  let words: String
  let face: Typeface
  var alignment = Paper.Column.Alignment.left
  var tint = Tint.black
  var ground: Tint?

  init(_ words: String, _ face: Typeface, _ alignment: Paper.Column.Alignment = .left, tint: Tint = .black, ground: Tint? = nil) {
    self.words = words
    self.face = face
    self.alignment = alignment
    self.tint = tint
    self.ground = ground
  }

  /// What is recorded, or that nothing is.
  init(_ fact: Paper.Fact) {
    self.init(fact.value ?? Paper.unfilled, .body, tint: fact.value == nil ? .grey : .black)
  }
}

/// A row whose cells are set to their widths.
struct GridRow {
  let cells: [(cell: Cell, block: TextBlock)]
  let widths: [Double]
  var height: Double { (cells.map(\.block.height).max() ?? 0) + 2 * Metrics.padding }

  init(_ cells: [Cell], _ compositor: Compositor, widths: [Double]) {
    self.widths = widths
    self.cells = zip(cells, widths).map { cell, width in
      (cell, TextBlock(cell.words, cell.face, measure: width - 2 * Metrics.padding, cell.alignment, in: compositor))
    }
  }
}

extension Typesetter {
  func table(_ table: Paper.Table) {
    grid(table.rows.map { row($0, of: table) }, x: Metrics.left, head: head(of: table))
    y += 7
  }

  /// The head and the first row, or so much of it as a broken row shows.
  func start(of table: Paper.Table) -> Double {
    let first = table.rows.first.map { row($0, of: table).height } ?? 0
    return head(of: table).height + (first > Metrics.tallRow ? Self.leastFragment : first)
  }

  private func head(of table: Paper.Table) -> GridRow {
    GridRow(table.columns.map { Cell($0.title, .head, .center, ground: .head) }, compositor, widths: widths(of: table))
  }

  private func row(_ row: [String?], of table: Paper.Table) -> GridRow {
    GridRow(
      zip(row, table.columns).map { words, column in
        Cell(words ?? Paper.unfilledCell, .cell, column.alignment, tint: words == nil ? .grey : .black)
      }, compositor, widths: widths(of: table))
  }

  private func widths(of table: Paper.Table) -> [Double] {
    let whole = max(table.columns.map(\.width).reduce(0, +), 1)
    return table.columns.map { Metrics.measure * Double($0.width) / Double(whole) }
  }

  /// Facts in a form of two columns, a long one over the whole width.
  func facts(_ facts: [Paper.Fact]) {
    let label = Metrics.measure * 0.17
    let value = Metrics.measure * 0.33
    let rows = Paper.rows(facts).map { row in
      GridRow(
        row.flatMap { [Cell($0.label, .label, ground: .head), Cell($0)] }, compositor,
        widths: row.count == 1 ? [label, label + 2 * value] : [label, value, label, value])
    }
    grid(rows, x: Metrics.left, head: nil)
    y += 7
  }

  /// Rows one below the other: a low one stays whole, a tall one goes on on the next page, and there the head comes again.
  func grid(_ rows: [GridRow], x: Double, head: GridRow?) {
    var isHeaded = false
    func putHead() {
      guard let head else { return }
      put(head, x: x, from: [Int](repeating: 0, count: head.cells.count))
      isHeaded = true
    }
    for row in rows {
      let above = isHeaded ? 0 : head?.height ?? 0
      if room < above + row.height, !isAtTop, row.height <= Metrics.tallRow || room < above + Self.leastFragment {
        newPage()
        isHeaded = false
      }
      if !isHeaded { putHead() }
      var cursor = put(row, x: x, from: [Int](repeating: 0, count: row.cells.count))
      while zip(cursor, row.cells).contains(where: { $0 < $1.block.lines.count }) {
        newPage()
        putHead()
        cursor = put(row, x: x, from: cursor)
      }
    }
  }

  /// A broken row shows at least so much before the page ends.
  private static let leastFragment = 60.0

  /// Puts as much of a row on the page as there is room for, from the given line of each cell on.
  /// - Returns: the line of each cell that comes next.
  @discardableResult
  private func put(_ row: GridRow, x: Double, from start: [Int]) -> [Int] {
    var next = start
    var height = 0.0
    let most = room - 2 * Metrics.padding
    for (index, (_, block)) in row.cells.enumerated() {
      var filled = 0.0
      // At least one line, or a page too small would never be done.
      while next[index] < block.lines.count, filled == 0 || filled + block.lines[next[index]].height <= most {
        filled += block.lines[next[index]].height
        next[index] += 1
      }
      height = max(height, filled)
    }
    height += 2 * Metrics.padding
    var left = x
    for (index, (cell, block)) in row.cells.enumerated() {
      if let ground = cell.ground { mark(.box(x: left, y: y, width: row.widths[index], height: height, ground)) }
      place(block, lines: start[index]..<next[index], x: left + Metrics.padding, y: y + Metrics.padding, cell.tint)
      left += row.widths[index]
    }
    left = x
    for width in row.widths {
      frame(x: left, y: y, width: width, height: height)
      left += width
    }
    y += height
    return next
  }
}
