import CPango
import SurveyModel

/// Draws pages into a PDF in memory. The same pages give the same bytes with the same Cairo and fonts.
final class PDFWriter {
  /// What Cairo hands over, piece by piece.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let output = Output()
  private let surface: OpaquePointer
  private let canvas: OpaquePointer
  private let compositor: Compositor

  init(_ compositor: Compositor) throws(PrintError) {
    self.compositor = compositor
    let surface = cairo_pdf_surface_create_for_stream(
      { closure, data, length in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(start: data, count: Int(length))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(output).toOpaque(), Metrics.width, Metrics.height)
    guard let surface, let canvas = cairo_create(surface) else { throw .drawing("no surface") }
    self.surface = surface
    self.canvas = canvas
    try check()
  }

  deinit {
    cairo_destroy(canvas)
    cairo_surface_destroy(surface)
  }

  /// The whole file.
  func write(_ paper: Paper, _ sheets: [Sheet]) throws(PrintError) -> [UInt8] {
    let metadata: [(cairo_pdf_metadata_t, String)] = [
      (CAIRO_PDF_METADATA_TITLE, "\(paper.title)·\(paper.subject)"), (CAIRO_PDF_METADATA_CREATOR, "fieldsurvey"),
      // The report's own time, so that the bytes do not change with the clock.
      (CAIRO_PDF_METADATA_CREATE_DATE, paper.madeAt), (CAIRO_PDF_METADATA_MOD_DATE, paper.madeAt),
    ]
    for (key, value) in metadata { cairo_pdf_surface_set_metadata(surface, key, Paper.printable(value)) }
    for (index, sheet) in sheets.enumerated() {
      for mark in sheet.marks { draw(mark) }
      for bookmark in sheet.bookmarks {
        let place = "page=\(index + 1) pos=[\(Int(Metrics.left)) \(Int(bookmark.y))]"
        cairo_pdf_surface_add_outline(surface, CAIRO_PDF_OUTLINE_ROOT, Paper.printable(bookmark.title), place, CAIRO_PDF_OUTLINE_FLAG_OPEN)
      }
      cairo_show_page(canvas)
    }
    cairo_surface_finish(surface)
    try check()
    return output.bytes
  }

  private func check() throws(PrintError) {
    for status in [cairo_status(canvas), cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
      throw .drawing(String(cString: cairo_status_to_string(status)))
    }
  }

  // MARK: - Marks

  private func draw(_ mark: Sheet.Mark) {
    switch mark {
    case .words(let block, let index, let x, let y, let tint):
      let line = block.lines[index]
      ink(tint)
      cairo_move_to(canvas, x + line.x, y + line.ascent)
      pango_cairo_show_layout_line(canvas, line.line)
    case .box(let x, let y, let width, let height, let tint):
      ink(tint)
      cairo_rectangle(canvas, x, y, width, height)
      cairo_fill(canvas)
    case .rule(let x, let y, let toX, let toY, let width, let tint):
      ink(tint)
      cairo_set_line_width(canvas, width)
      cairo_move_to(canvas, x, y)
      cairo_line_to(canvas, toX, toY)
      cairo_stroke(canvas)
    case .drawing(let drawing, let x, let y, let scale):
      cairo_save(canvas)
      cairo_translate(canvas, x, y)
      cairo_scale(canvas, scale, scale)
      for shape in drawing.shapes { draw(shape) }
      cairo_restore(canvas)
    }
  }

  private func draw(_ shape: Drawing.Shape) {
    switch shape {
    case .line(let points, let ink, let width, let isClosed, let isDashed):
      path(points, isClosed: isClosed)
      self.ink(Tint(ink))
      cairo_set_line_width(canvas, width)
      cairo_set_line_join(canvas, CAIRO_LINE_JOIN_ROUND)
      cairo_set_dash(canvas, [6, 3], isDashed ? 2 : 0, 0)
      cairo_stroke(canvas)
      cairo_set_dash(canvas, [], 0, 0)
    case .area(let points, let ink, let opacity):
      path(points, isClosed: true)
      let tint = Tint(ink)
      cairo_set_source_rgba(canvas, tint.red, tint.green, tint.blue, opacity)
      cairo_fill(canvas)
    case .dot(let center, let radius, let ink):
      self.ink(Tint(ink))
      cairo_new_path(canvas)
      cairo_arc(canvas, center.x, center.y, radius, 0, 2 * Double.pi)
      cairo_fill(canvas)
    case .text(let words, let place, let anchor, let size, let ink):
      let block = TextBlock(words, .picture(size), in: compositor)
      guard let line = block.lines.first else { return }
      let shift =
        switch anchor {
        case .start: 0.0
        case .middle: block.width / 2
        case .end: block.width
        }
      self.ink(Tint(ink))
      cairo_move_to(canvas, place.x - shift, place.y - line.height / 2 + line.ascent)
      pango_cairo_show_layout_line(canvas, line.line)
    }
  }

  private func path(_ points: [Drawing.Point], isClosed: Bool) {
    cairo_new_path(canvas)
    for point in points { cairo_line_to(canvas, point.x, point.y) }
    if isClosed { cairo_close_path(canvas) }
  }

  private func ink(_ tint: Tint) { cairo_set_source_rgb(canvas, tint.red, tint.green, tint.blue) }
}
