import CPango
import SurveyModel

/// Fonts, and words set in them. What it sets lives no longer than it does.
final class Compositor {
  private let fonts: UnsafeMutablePointer<PangoFontMap>
  let context: OpaquePointer

  init() throws(PrintError) {
    guard let fonts = pango_cairo_font_map_new() else { throw .drawing("no font map") }
    // A point of the layout is a point on the sheet.
    pango_cairo_font_map_set_resolution(OpaquePointer(fonts), 72)
    guard let context = pango_font_map_create_context(fonts) else {
      g_object_unref(fonts)
      throw .drawing("no text context")
    }
    self.fonts = fonts
    self.context = context
    pango_context_set_language(context, pango_language_from_string("zh-cn"))
    // Widths as the font has them, not rounded to a screen's dots: the same on every machine.
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
    if TextBlock("数字化诊断", .body, in: self).lacksGlyphs { throw .noChineseFont }
  }

  deinit {
    g_object_unref(UnsafeMutableRawPointer(context))
    g_object_unref(fonts)
  }
}

/// Words set in lines.
final class TextBlock {
  /// A line, with its place in the block.
  struct Line {
    let line: UnsafeMutablePointer<PangoLayoutLine>
    /// How far the line begins to the right.
    let x: Double
    /// From the line's top to the baseline.
    let ascent: Double
    let height: Double
  }

  private let layout: OpaquePointer
  private(set) var lines: [Line] = []
  /// The width of the longest line.
  private(set) var width = 0.0
  var height: Double { lines.reduce(0) { $0 + $1.height } }
  /// Whether some character is in none of the fonts.
  var lacksGlyphs: Bool { pango_layout_get_unknown_glyphs_count(layout) > 0 }

  /// Sets words.
  /// - Parameter measure: the width at which lines are broken; nil for one line.
  init(
    _ words: String, _ face: Typeface, measure: Double? = nil, _ alignment: Paper.Column.Alignment = .left, in compositor: Compositor
  ) {
    layout = pango_layout_new(compositor.context)
    let description = pango_font_description_new()
    pango_font_description_set_family(description, face.family)
    pango_font_description_set_size(description, Int32(face.size * Double(PANGO_SCALE)))
    pango_layout_set_font_description(layout, description)
    pango_font_description_free(description)
    if let measure {
      pango_layout_set_width(layout, Int32(measure * Double(PANGO_SCALE)))
      // A word that is longer than the line is broken where it must be.
      pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
      // And without a hyphen, which in a code or an address would be taken for a part of it.
      let attributes = pango_attr_list_new()
      pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(0))
      pango_layout_set_attributes(layout, attributes)
      pango_attr_list_unref(attributes)
    }
    switch alignment {
    case .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
    case .center: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
    case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
    }
    pango_layout_set_line_spacing(layout, 1.15)
    let bytes = Paper.printable(words)
    pango_layout_set_text(layout, bytes, Int32(bytes.utf8.count))
    collect()
  }

  deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

  private func collect() {
    guard let iterator = pango_layout_get_iter(layout) else { return }
    defer { pango_layout_iter_free(iterator) }
    repeat {
      guard let line = pango_layout_iter_get_line_readonly(iterator) else { continue }
      var logical = PangoRectangle()
      pango_layout_iter_get_line_extents(iterator, nil, &logical)
      var (top, bottom): (Int32, Int32) = (0, 0)
      pango_layout_iter_get_line_yrange(iterator, &top, &bottom)
      let scale = Double(PANGO_SCALE)
      lines.append(
        Line(
          line: line, x: Double(logical.x) / scale, ascent: Double(pango_layout_iter_get_baseline(iterator) - top) / scale,
          height: Double(bottom - top) / scale))
      width = max(width, Double(logical.width) / scale)
    } while pango_layout_iter_next_line(iterator) != 0
  }
}
