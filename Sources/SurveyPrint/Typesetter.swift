import SurveyModel

/// Lays a report out: what stands on which page. Drawing comes later, when it is known how many pages there are.
final class Typesetter {
  let compositor: Compositor
  private(set) var sheets: [Sheet] = []
  /// Where the next thing goes, from the sheet's top.
  var y = Metrics.top

  init(_ paper: Paper, _ compositor: Compositor) {
    self.compositor = compositor
    cover(paper)
    newPage()
    for section in paper.sections {
      heading(section.title, .section, before: section.blocks[...])
      for (at, block) in section.blocks.enumerated() { set(block, before: section.blocks[(at + 1)...]) }
    }
    running(paper)
  }

  // MARK: - The page

  /// How much room the page still has.
  var room: Double { Metrics.height - Metrics.bottom - y }
  var isAtTop: Bool { y <= Metrics.top }

  func newPage() {
    sheets.append(Sheet())
    y = Metrics.top
  }

  /// Goes on to the next page where less than this is left.
  func need(_ height: Double) { if room < height, !isAtTop { newPage() } }

  func mark(_ mark: Sheet.Mark) { sheets[sheets.count - 1].marks.append(mark) }

  func block(
    _ words: String, _ face: Typeface, measure: Double? = Metrics.measure, _ alignment: Paper.Column.Alignment = .left
  ) -> TextBlock {
    TextBlock(words, face, measure: measure, alignment, in: compositor)
  }

  /// Places a block's lines one below the other where they are, without minding the page's end.
  func place(_ block: TextBlock, lines: Range<Int>? = nil, x: Double, y: Double, _ tint: Tint = .black) {
    var top = y
    for index in lines ?? block.lines.indices {
      mark(.words(block, line: index, x: x, y: top, tint))
      top += block.lines[index].height
    }
  }

  // MARK: - Blocks

  private func set(_ block: Paper.Block, before rest: ArraySlice<Paper.Block>) {
    switch block {
    case .heading(let words): heading(words, .heading, before: rest)
    case .paragraph(let words): flow(self.block(words, .body))
    case .note(let words): flow(self.block(words, .note), .grey)
    case .alert(let words): alert(words)
    case .facts(let facts): self.facts(facts)
    case .table(let table): self.table(table)
    case .picture(let drawing): picture(drawing)
    case .signatures(let places): signatures(places)
    }
  }

  /// A heading, on the page of what it heads.
  private func heading(_ words: String, _ face: Typeface, before rest: ArraySlice<Paper.Block>) {
    let isSection = face == .section
    let title = block(words, face)
    let gap = isSection ? 16.0 : 8.0
    need(gap + title.height + 8 + start(of: rest))
    if !isAtTop { y += gap }
    if isSection { sheets[sheets.count - 1].bookmarks.append(Sheet.Bookmark(title: words, y: y)) }
    place(title, x: Metrics.left, y: y, isSection ? .accent : .black)
    y += title.height + 2
    if isSection {
      mark(.rule(x: Metrics.left, y: y, toX: Metrics.left + Metrics.measure, toY: y, width: 1.1, .accent))
      y += 5
    }
    y += 2
  }

  /// How much of what follows must stand below its heading.
  private func start(of blocks: ArraySlice<Paper.Block>) -> Double {
    switch blocks.first {
    case .picture(let drawing): drawing.height * scale(of: drawing) + 4
    case .signatures: Self.signatureHeight + 14
    case .heading: 34 + start(of: blocks.dropFirst())
    case .table(let table): start(of: table)
    case .facts, .paragraph, .alert, .note: 48
    case .none: 0
    }
  }

  /// Words that run over to the next page line by line.
  private func flow(_ block: TextBlock, _ tint: Tint = .black) {
    for (index, line) in block.lines.enumerated() {
      need(line.height)
      mark(.words(block, line: index, x: Metrics.left, y: y, tint))
      y += line.height
    }
    y += 5
  }

  /// Words with a bar beside them, on each page that they reach.
  private func alert(_ words: String) {
    let block = block(words, .body, measure: Metrics.measure - 20)
    var index = 0
    while index < block.lines.count {
      need(block.lines[index].height + 8)
      var end = index
      var height = 8.0
      while end < block.lines.count, end == index || height + block.lines[end].height <= room {
        height += block.lines[end].height
        end += 1
      }
      mark(.box(x: Metrics.left, y: y, width: Metrics.measure, height: height, .alertGround))
      mark(.box(x: Metrics.left, y: y, width: 3, height: height, .alert))
      place(block, lines: index..<end, x: Metrics.left + 12, y: y + 4)
      y += height
      index = end
    }
    y += 6
  }

  private func scale(of drawing: Drawing) -> Double { min(1, Metrics.measure / drawing.width) * 0.86 }

  private func picture(_ drawing: Drawing) {
    let scale = scale(of: drawing)
    need(drawing.height * scale + 4)
    mark(.drawing(drawing, x: Metrics.left + (Metrics.measure - drawing.width * scale) / 2, y: y + 2, scale: scale))
    y += drawing.height * scale + 8
  }

  private static let signatureHeight = 112.0

  private func signatures(_ places: [String]) {
    let (gap, height) = (14.0, Self.signatureHeight)
    need(height + 14)
    y += 10
    let width = (Metrics.measure - gap * Double(places.count - 1)) / Double(max(places.count, 1))
    for (index, words) in places.enumerated() {
      let x = Metrics.left + Double(index) * (width + gap)
      frame(x: x, y: y, width: width, height: height)
      place(block("\(words)：", .body, measure: width - 16), x: x + 8, y: y + 8)
      let date = block("年　　月　　日", .body, measure: width - 16, .right)
      place(date, x: x + 8, y: y + height - date.height - 8)
    }
    y += height + 8
  }

  func frame(x: Double, y: Double, width: Double, height: Double) {
    for (fromX, fromY, toX, toY) in [
      (x, y, x + width, y), (x, y + height, x + width, y + height), (x, y, x, y + height), (x + width, y, x + width, y + height),
    ] {
      mark(.rule(x: fromX, y: fromY, toX: toX, toY: toY, width: 0.5, .border))
    }
  }

  // MARK: - Cover and running lines

  private func cover(_ paper: Paper) {
    newPage()
    y = 150
    let title = block(paper.title, .title, .center)
    place(title, x: Metrics.left, y: y)
    y += title.height + 34
    let subject = block(paper.subject, .subject, .center)
    place(subject, x: Metrics.left, y: y)
    y += subject.height + 26
    if let warning = paper.warning {
      let words = block(warning, .body, measure: Metrics.measure - 40, .center)
      let width = words.width + 36
      place(words, x: Metrics.left + 20, y: y, .alert)
      let x = Metrics.left + (Metrics.measure - width) / 2
      for edge in [y - 5, y + words.height + 5] { mark(.rule(x: x, y: edge, toX: x + width, toY: edge, width: 1, .alert)) }
      y += words.height
    }
    y = max(y + 40, 400)
    let inset = 62.0
    // A cover holds what fits on it: an enterprise's name may be as long as a field is.
    grid(
      paper.cover.map { fact in
        GridRow([Cell(fact.label, .label, ground: .head), Cell(fact)], compositor, widths: [96, Metrics.measure - 2 * inset - 96])
      }, x: Metrics.left + inset, head: nil)
  }

  /// The lines above and below each page but the cover.
  private func running(_ paper: Paper) {
    let total = sheets.count - 1
    let above = TextBlock(Self.shortened(paper.title + "　" + paper.subject), .note, in: compositor)
    for index in sheets.indices.dropFirst() {
      let below = block("第 \(index) 页　共 \(total) 页", .note, .center)
      sheets[index].marks += [
        .words(above, line: 0, x: Metrics.left, y: 36, .grey),
        .rule(x: Metrics.left, y: 52, toX: Metrics.left + Metrics.measure, toY: 52, width: 0.4, .border),
        .words(below, line: 0, x: Metrics.left, y: Metrics.height - 44, .grey),
      ]
    }
  }

  /// One line above the page holds so many characters.
  private static func shortened(_ words: String) -> String {
    let line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 52 ? line.prefix(51) + "…" : line
  }
}
