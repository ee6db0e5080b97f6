extension AssessmentReport {
  /// The report as Markdown, which reads as plain text too.
  public func markdown(in language: Language) -> String {
    ReportWriter(report: self, language: language).text
  }
}

/// Sets a report in one language.
struct ReportWriter {
  let report: AssessmentReport
  let language: AssessmentReport.Language
  var view: AssessmentView { report.assessment }
  var instrument: Instrument { report.instrument }

  var text: String {
    var out = Markdown()
    head(&out)
    enterprise(&out)
    result(&out)
    scores(&out)
    scenes(&out)
    contested(&out)
    findings(&out)
    needs(&out)
    evidence(&out)
    provenance(&out)
    return out.text
  }

  /// The wording of the language.
  func say(_ zh: String, _ en: String) -> String { language == .chinese ? zh : en }
  func label<T: Term>(_ term: Stored<T>?) -> String { term.map { say($0.label, $0.labelEn) } ?? "—" }
  func plain(_ words: String?) -> String { words.flatMap(\.nonEmpty).map(Markdown.plain) ?? "—" }
  func time(_ text: String?) -> String { text.flatMap(Moment.init)?.beijingText ?? "—" }

  func say(_ text: BilingualText) -> String { say(text.zh, text.en) }
  func points(_ milli: Int) -> String { ReportText.points(milli) }
  func levelName(_ rank: Int) -> String { say(ReportText.level(rank, instrument)) }
  /// `第3题`, `场景7`.
  func itemName(_ item: InstrumentItem) -> String { say(ReportText.item(item)) }

  // MARK: Sections

  private func head(_ out: inout Markdown) {
    out.heading(1, say("中小企业数字化水平评测报告", "Report on the digital level of an enterprise"))
    if view.assessment.state.term != .finalized {
      out.paragraph(say("**草稿：本评测尚未定稿。**", "**Draft: this assessment is not finalized.**"))
    }
    if !view.rating.complete {
      let names = view.rating.unanswered.map(itemName).joined(separator: say("、", ", "))
      out.paragraph(
        say(
          "**未完成：还有 \(view.rating.unanswered.count) 项未答，按零计，得分与等级是下限。** 未答：\(names)。",
          "**Incomplete: \(view.rating.unanswered.count) items are unanswered and count nothing; score and level are lower bounds.** Unanswered: \(names)."
        ))
    }
  }

  private func enterprise(_ out: inout Markdown) {
    let enterprise = view.enterprise
    out.heading(2, say("企业与评测", "Enterprise and assessment"))
    let check = enterprise.creditCode.map(CreditCode.check)
    let warning = check?.valid == false ? say("（校验不通过，请核对）", " (its check fails; please confirm)") : ""
    var lines = [
      say("企业：", "Enterprise: ") + plain(enterprise.name),
      say("统一社会信用代码：", "Credit code: ") + plain(enterprise.creditCode) + warning,
      say("所在区：", "District: ") + label(enterprise.district) + say("；上报单位：", "; reporting unit: ") + label(enterprise.reportingUnit),
      say("细分行业：", "Sub-sector: ") + label(enterprise.subSector) + say("；行业代码：", "; industry code: ") + plain(enterprise.industryCode),
      say("地址：", "Address: ") + plain(enterprise.address),
      say("阶段：", "Phase: ") + label(view.assessment.phase) + say("；评测方：", "; assessor: ") + label(view.assessment.assessor)
        + say("；状态：", "; state: ") + label(view.assessment.state),
      say("开始：", "Started: ") + moment(view.assessment.startedAt, by: view.assessment.startedBy),
    ]
    if view.assessment.state.term == .finalized {
      lines.append(say("定稿：", "Finalized: ") + moment(view.assessment.finalizedAt, by: view.assessment.finalizedBy))
    }
    if let visit = report.visit {
      lines.append(say("走访：", "Visit: ") + moment(visit.startedAt, by: visit.user) + say("，", ", ") + label(visit.kind))
    }
    out.list(lines)
  }

  func moment(_ text: String?, by user: String?) -> String { time(text) + say("，", ", ") + plain(user) }

  private func result(_ out: inout Markdown) {
    let rating = view.rating
    out.heading(2, say("结果", "Result"))
    out.paragraph(
      say(
        "得分 **\(points(rating.scoreMilli))** / 100，等级 **\(levelName(rating.level))**。",
        "Score **\(points(rating.scoreMilli))** of 100, **\(levelName(rating.level))**."))
    let range = view.range
    if !range.contested.isEmpty {
      out.paragraph("⚠ " + say(ReportText.range(range, instrument)))
    }
    guard let next = rating.next else {
      return out.paragraph(say("已达最高等级。", "The highest level is reached."))
    }
    out.paragraph(say("为何不是\(levelName(next.level))：", "Why not \(levelName(next.level)):"))
    out.list(next.shortfalls.map { say(ReportText.shortfall($0, of: next.level)) })
  }
}
