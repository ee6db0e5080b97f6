import SurveyModel

enum PolicyNoun: RecordNoun {
  static let type = RecordType.policyFile
  static let path = "policy"
}

extension Printer {
  /// The list of policies, and what is in doubt of each.
  func policies(_ all: [PolicyLine]) {
    guard !all.isEmpty else { return note(Text("没有政策。", "No policies.")) }
    table(
      [
        Text("编号", "id"), Text("层级", "level"), Text("区", "district"), Text("自", "from"), Text("至", "to"), Text("依据", "confidence"),
        Text("名称", "title"), Text("支持内容", "what it gives"),
      ],
      all.map { line in
        [
          line.id, name(line.level), name(line.unit), line.effectiveFrom ?? "—", line.effectiveTo ?? "—", confidence(line),
          name(line.title), line.gives.map(name) ?? "",
        ]
      })
    for line in all {
      let doubts = line.doubts.map(name).joined(separator: Text(";", "; ")(language))
      if !doubts.isEmpty { note(Text("⚠ \(line.id):\(doubts)", "⚠ \(line.id): \(doubts)")) }
    }
  }

  /// A policy of the list, a fact a line.
  func policy(_ line: PolicyLine) {
    self.line(style("\(line.id)  \(name(line.title))", .bold))
    let facts: [(Text, String)] = [
      (Text("层级", "level"), name(line.level)), (Text("区(管委会)", "district"), name(line.unit)),
      (Text("发布机关", "issued by"), line.issuer.map(name) ?? ""), (Text("文号", "document"), line.document ?? ""),
      (Text("有效期起", "in force from"), line.effectiveFrom ?? ""), (Text("有效期止", "in force until"), line.effectiveTo ?? ""),
      (Text("适用对象", "concerns"), line.concerns.map(name) ?? ""), (Text("支持内容", "gives"), line.gives.map(name) ?? ""),
      (Text("出处", "source"), line.source.map(name) ?? ""), (Text("依据", "confidence"), confidence(line)),
    ]
    for (label, value) in facts where !value.isEmpty { say(Text("  \(label.zh):\(value)", "  \(label.en): \(value)")) }
    for doubt in line.doubts { self.line("  ⚠ " + name(doubt)) }
  }

  private func confidence(_ line: PolicyLine) -> String {
    line.confidence.map { Text($0.label, $0.labelEn)(language) } ?? Text("办公室登记", "recorded by the office")(language)
  }
}
