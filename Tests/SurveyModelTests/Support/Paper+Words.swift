@testable import SurveyModel

extension Paper {
  /// All that it says, a line for each fact, row and paragraph.
  var words: [String] {
    cover.map(Self.line) + [warning].compactMap { $0 } + sections.flatMap { [$0.title] + $0.blocks.flatMap(Self.lines) }
  }

  /// What a section says.
  func words(of title: String) -> [String] {
    sections.filter { $0.title.hasSuffix("、" + title) }.flatMap { $0.blocks.flatMap(Self.lines) }
  }

  var drawings: [Drawing] {
    sections.flatMap(\.blocks).compactMap { if case .picture(let drawing) = $0 { drawing } else { nil } }
  }

  private static func line(_ fact: Fact) -> String { "\(fact.label)＝\(fact.value ?? unfilled)" }

  private static func lines(_ block: Block) -> [String] {
    switch block {
    case .heading(let words), .paragraph(let words), .alert(let words), .note(let words): [words]
    case .facts(let facts): facts.map(line)
    case .table(let table): table.rows.map { $0.map { $0 ?? unfilledCell }.joined(separator: "｜") }
    case .picture(let drawing): [drawing.title]
    case .signatures(let places): places
    }
  }
}

extension Drawing {
  var labels: [String] {
    shapes.compactMap { if case .text(let words, _, _, _, _) = $0 { words } else { nil } }
  }
}
