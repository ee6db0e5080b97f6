public import SurveyModel

/// A report as a page of HTML that needs nothing beside itself: no network, no script, no other file. It prints on A4.
///
/// ```swift
/// let page = ReportPage(try survey.report(onDiagnosis: "0193a").paper).html
/// ```
public struct ReportPage: Sendable {
  private let paper: Paper

  /// A page of a report.
  public init(_ paper: Paper) { self.paper = paper }

  /// The whole page.
  public var html: String {
    var html = HTML()
    html.element("html", [("lang", "zh-CN")]) { html in
      html.element("head") { html in
        html.empty("meta", [("charset", "utf-8")])
        // Whatever somebody wrote into a record, a browser loads and runs nothing.
        html.empty(
          "meta", [("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'")])
        html.empty("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
        html.element("title", text: "\(paper.title)·\(paper.subject)")
        html.style(Self.style)
      }
      html.element("body") { html in
        cover(&html)
        for section in paper.sections {
          html.element("section") { html in
            html.element("h2", text: section.title)
            for block in section.blocks { self.block(block, &html) }
          }
        }
      }
    }
    return "<!DOCTYPE html>\n\(html.text)\n"
  }

  private func cover(_ html: inout HTML) {
    html.element("header") { html in
      html.element("h1", text: paper.title)
      html.element("p", [("class", "subject")], text: paper.subject)
      if let warning = paper.warning { html.element("p", [("class", "warning")], text: warning) }
      html.element("table", [("class", "cover")]) { html in
        html.element("tbody") { html in
          for fact in paper.cover {
            html.element("tr") { html in
              html.element("th", [("scope", "row")], text: fact.label)
              Self.value(fact, [], &html)
            }
          }
        }
      }
    }
  }

  private func block(_ block: Paper.Block, _ html: inout HTML) {
    switch block {
    case .heading(let words): html.element("h3", text: words)
    case .paragraph(let words): html.element("p", text: words)
    case .alert(let words): html.element("p", [("class", "alert")], text: words)
    case .note(let words): html.element("p", [("class", "note")], text: words)
    case .facts(let facts): Self.facts(facts, &html)
    case .table(let table): Self.table(table, &html)
    case .picture(let drawing): html.element("figure") { $0.drawing(drawing) }
    case .signatures(let places):
      html.element("div", [("class", "signatures")]) { html in
        for place in places {
          html.element("div") { html in
            html.element("p", text: "\(place)：")
            html.element("p", [("class", "date")], text: "年　　月　　日")
          }
        }
      }
    }
  }

  private static func facts(_ facts: [Paper.Fact], _ html: inout HTML) {
    html.element("table", [("class", "facts")]) { html in
      html.element("colgroup") { html in
        for width in ["17%", "33%", "17%", "33%"] { html.empty("col", [("style", "width:\(width)")]) }
      }
      html.element("tbody") { html in
        for row in Paper.rows(facts) {
          html.element("tr") { html in
            for fact in row {
              html.element("th", [("scope", "row")], text: fact.label)
              value(fact, row.count == 1 ? [("colspan", "3")] : [], &html)
            }
          }
        }
      }
    }
  }

  private static func value(_ fact: Paper.Fact, _ attributes: [HTML.Attribute], _ html: inout HTML) {
    if let value = fact.value {
      html.element("td", attributes, text: value)
    } else {
      html.element("td", attributes + [("class", "missing")], text: Paper.unfilled)
    }
  }

  private static func table(_ table: Paper.Table, _ html: inout HTML) {
    let whole = max(table.columns.map(\.width).reduce(0, +), 1)
    html.element("table", [("class", "grid")]) { html in
      html.element("colgroup") { html in
        for column in table.columns { html.empty("col", [("style", "width:\(HTML.number(Double(column.width * 100) / Double(whole)))%")]) }
      }
      html.element("thead") { html in
        html.element("tr") { html in
          for column in table.columns { html.element("th", [("scope", "col")], text: column.title) }
        }
      }
      html.element("tbody") { html in
        for row in table.rows {
          html.element("tr") { html in
            for (column, cell) in zip(table.columns, row) { Self.cell(cell, column, &html) }
          }
        }
      }
    }
  }

  private static func cell(_ cell: String?, _ column: Paper.Column, _ html: inout HTML) {
    var names: [String] = []
    switch column.alignment {
    case .left: break
    case .center: names.append("center")
    case .right: names.append("right")
    }
    if cell == nil { names.append("missing") }
    html.element("td", names.isEmpty ? [] : [("class", names.joined(separator: " "))], text: cell ?? Paper.unfilledCell)
  }
}
