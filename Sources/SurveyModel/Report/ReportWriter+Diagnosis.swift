extension ReportWriter {
  /// The findings: how many in each link for each objective, then each in words.
  func findings(_ out: inout Markdown) {
    out.heading(2, say("诊断发现（环节 × 目标）", "Findings (link × objective)"))
    guard !report.findings.isEmpty else { return out.paragraph(say("没有记录。", "None recorded.")) }
    let rows = BusinessLink.allCases.map { link in
      [say(link.label, link.labelEn)]
        + Objective.allCases.map { objective in
          let count = report.findings.count { $0.link.term == link && $0.objectives.contains(Stored(objective)) }
          return count == 0 ? "·" : String(count)
        }
    }
    out.table([say("环节", "Link")] + Objective.allCases.map { say($0.label, $0.labelEn) }, rows, right: Set(1...Objective.allCases.count))
    out.list(
      report.findings.map { finding in
        let tags = finding.objectives.map { say($0.label, $0.labelEn) }.joined(separator: say("、", ", "))
        let severity = finding.severity.map { say("〔\($0.label)〕", " [\($0.labelEn)]") } ?? ""
        let count = finding.evidence.count
        let evidence = count == 0 ? "" : say("（佐证 \(count) 件）", " (evidence: \(count))")
        let head = "**\(label(finding.link))**\(say("·", " · "))\(tags)\(severity)\(say("：", ": "))"
        return head + plain(finding.text) + evidence + mark(finding.contested)
      })
  }

  /// The needs with their budgets, and the sum.
  func needs(_ out: inout Markdown) {
    out.heading(2, say("改造需求", "Needs"))
    guard !report.needs.isEmpty else { return out.paragraph(say("没有记录。", "None recorded.")) }
    let rows = report.needs.map { need in
      [
        label(need.link), label(need.scope), label(need.objective), plain(need.text) + mark(need.contested),
        need.priority.map(String.init) ?? "—", need.budgetFen.map(money) ?? "—",
      ]
    }
    out.table(
      [
        say("环节", "Link"), say("性质", "Scope"), say("目标", "Objective"), say("需求", "Need"), say("优先级", "Priority"), say("预算", "Budget"),
      ], rows, right: [4, 5])
    if let sum = ReportText.sum(report.needs.compactMap(\.budgetFen)), sum > 0 {
      out.paragraph(say("预算合计：\(money(sum))。", "Budget in all: \(money(sum))."))
    }
  }

  /// The files that prove the findings, by their digests.
  func evidence(_ out: inout Markdown) {
    out.heading(2, say("佐证材料", "Evidence"))
    guard !report.evidence.isEmpty else { return out.paragraph(say("没有记录。", "None recorded.")) }
    let rows = report.evidence.map { evidence in
      [
        plain(evidence.fileName), evidence.bytes.map(String.init) ?? "—", time(evidence.takenAt),
        plain(evidence.sha256.map { String($0.prefix(16)) }), plain(evidence.caption),
      ]
    }
    let digest = say("SHA-256（前 16 位）", "SHA-256 (first 16)")
    out.table([say("文件", "File"), say("字节", "Bytes"), say("时间", "Time"), digest, say("说明", "Caption")], rows, right: [1])
  }

  /// Where the instrument comes from, and what is uncertain about it.
  func provenance(_ out: inout Markdown) {
    let provenance = instrument.provenance
    out.heading(2, say("依据", "Basis"))
    out.list([
      say(
        "《\(instrument.title)》，\(provenance.notice)，\(provenance.issued)",
        "\(instrument.titleEn), \(provenance.notice), \(provenance.issued)"),
      say("不同版本的得分不可比较，也不合并。", "Scores of different editions are neither compared nor merged."),
      say("报告生成：", "Report made (Beijing time): ") + moment(report.madeAt, by: report.madeBy),
      say("评测编号：\(view.assessment.id)", "Assessment: \(view.assessment.id)"),
    ])
    let doubts = ReportText.doubts(instrument, in: [view])
    guard !doubts.isEmpty else { return }
    out.paragraph(say("指标文件中来源不一致之处：", "Where the sources of the instrument differ:"))
    out.list(doubts.map { name, doubt in "\(say(name))\(say("：", ": "))\(say(doubt.note, doubt.noteEn))" })
  }

  private func money(_ fen: Int) -> String { say(Money.text(fen: fen), Money.textEn(fen: fen)) }

  private func mark(_ contested: [Contested]) -> String {
    guard !contested.isEmpty else { return "" }
    return contested.contains { $0.column == Contested.existence } ? say(" ⚠有人删除、有人修改", " ⚠ deleted by one, edited by another") : " ⚠"
  }
}
