extension AcceptanceFile {
  /// The file as it is set, in Chinese.
  public var paper: Paper {
    let name = enterprise["name"]?.text ?? ""
    var paper = Paper(
      title: "企业数字化改造验收档案（一企一档）", subject: name,
      cover: [
        Paper.Fact("企业名称", name), Paper.Fact("统一社会信用代码", enterprise["uscc"]?.text),
        Paper.Fact("批次", enrolment?["batch"]?.text.map { "第 \($0) 批" } ?? (enrolment == nil ? "不在试点名单" : nil)),
        Paper.Fact("验收结论", acceptance?["verdict"]?.shown.zh ?? "尚未验收"), Paper.Fact("评定等级", level(acceptance)),
        Paper.Fact("验收日期", acceptance?["acceptedOn"]?.text), Paper.Fact("制表日期", Moment(madeAt).map { String($0.beijingText.prefix(10)) }),
      ],
      warning: missing.isEmpty ? nil : "档案不全：缺 \(missing.count) 类材料", madeAt: madeAt)
    paper.section("企业信息")
    paper.add(enterprise: enterprise)
    if !merged.isEmpty {
      paper.add(.heading("并入本企业的记录"))
      paper.add(.note("同一企业曾重复登记，以下记录已由办公室并入；其合同、评测、验收、材料与兑付都列在本档案内。"))
      paper.table(
        [Paper.Column("企业名称", 5), Paper.Column("统一社会信用代码", 4), Paper.Column("企业编号", 6)], merged.map { [$0.name, $0.creditCode, $0.id] })
    }
    paper.section("试点进度")
    progress(&paper)
    paper.section("改造合同与投入")
    contracts(&paper)
    paper.section("改造前后评测")
    assessments(&paper)
    paper.section("验收")
    verdict(&paper)
    paper.section("档案材料")
    slots(&paper)
    paper.section("资金核定与兑付")
    money(&paper)
    paper.section("抽查与警告")
    watch(&paper)
    paper.section("争议")
    paper.add(contests: contests)
    paper.section("签章")
    paper.add(.signatures(["企业（盖章）", "验收机构（盖章）", "主管部门（盖章）"]))
    paper.add(provenance: enterprise.id ?? "", "企业编号", by: names.user(madeBy) ?? "")
    return paper
  }

  /// Fields of a record as facts.
  func facts(_ record: Record, _ fields: [String]) -> [Paper.Fact] {
    fields.map { Paper.Fact(record[$0]?.field.label.zh ?? $0, names.text(record, $0)) }
  }

  /// A table of records: the fields of each kind with their shares of the width.
  func table(_ records: [Record], _ columns: [(field: String, width: Int)], _ paper: inout Paper) {
    guard let type = records.first?.type else { return paper.add(.note("没有记录。")) }
    paper.table(
      columns.map { column in
        let field = type.fields.first { $0.name == column.field }
        return Paper.Column(field?.label.zh ?? column.field, column.width, field?.kind.alignment ?? .left)
      },
      records.map { record in
        columns.enumerated().map { index, column in
          names.text(record, column.field).map { $0 + (index == 0 ? Paper.mark(record.contested) : "") }
        }
      })
  }

  /// The level of an acceptance with the edition by which it was given.
  private func level(_ record: Record?) -> String? {
    guard let record, let level = record["level"]?.integer else { return nil }
    let instrument = assessments.lazy.compactMap(\.instrument).first { $0.edition == record["edition"]?.text }
    return ReportText.level(level, instrument).zh + "（\(record["edition"]?.text.map { "\($0) 年版" } ?? "指标版本未填写")）"
  }

  // MARK: - How it went

  private func progress(_ paper: inout Paper) {
    if let enrolment { paper.add(.facts(facts(enrolment, ["batch", "note"]))) } else { paper.add(.alert("该企业不在试点名单。")) }
    let known = EnrolmentStep.allCases.map { Stored($0) }
    let others = steps.compactMap { $0["step"]?.text }.map { Stored<EnrolmentStep>(rawValue: $0) }.filter { !known.contains($0) }
    paper.table(
      [Paper.Column("环节", 3), Paper.Column("日期", 2, .center), Paper.Column("备注", 5), Paper.Column("登记人", 2)],
      (known + others).map { step in
        let record = steps.first { $0["step"]?.text == step.rawValue }
        return [
          step.label + Paper.mark(record?.contested ?? []), record?["happenedOn"]?.text ?? "未登记", record?["note"]?.text ?? "",
          record.flatMap { names.text($0, "recordedBy") } ?? "",
        ]
      })
    guard !standings.isEmpty else { return }
    paper.add(.heading("名单调整"))
    table(standings, [("kind", 2), ("fromOn", 2), ("toOn", 2), ("reason", 5), ("decidedBy", 2)], &paper)
  }

  private func contracts(_ paper: inout Paper) {
    guard !contracts.isEmpty else { return paper.add(.alert("没有登记改造合同。")) }
    for (index, contract) in contracts.enumerated() {
      if contracts.count > 1 { paper.add(.heading("合同\(Paper.numeral(index + 1))：\(contract.title)" + Paper.mark(contract.contested))) }
      paper.add(
        .facts(
          facts(contract, ["number", "title", "provider", "signedOn", "startsOn", "endsOn", "total", "downPayment", "actualInvestment"])))
      paper.add(.heading("费用分担"))
      let shares = ["enterpriseShare", "providerDiscount", "subsidy"]
      paper.table(
        [Paper.Column("出资方", 4), Paper.Column("金额", 3, .right)],
        shares.map { [contract[$0]?.field.label.zh, names.text(contract, $0)] } + [["合同总额", names.text(contract, "total")]])
      let amounts = shares.compactMap { contract[$0]?.integer }
      if amounts.count == shares.count, let total = contract["total"]?.integer, let sum = ReportText.sum(amounts), sum != total {
        paper.add(.alert("三方分担合计 \(Money.text(fen: sum))，与合同总额 \(Money.text(fen: total)) 不符，请核对。"))
      }
      paper.add(.facts(facts(contract, ["scope"])))
    }
  }

  private func assessments(_ paper: inout Paper) {
    guard !assessments.isEmpty else { return paper.add(.alert("没有评测记录。没有评测不等于零级。")) }
    paper.table(
      [
        Paper.Column("阶段", 2), Paper.Column("评测方", 3), Paper.Column("指标版本", 2, .center), Paper.Column("状态", 2, .center),
        Paper.Column("得分", 3, .right), Paper.Column("等级", 4), Paper.Column("日期", 3, .center),
      ],
      assessments.map { summary in
        let (assessment, picked) = (summary.assessment, [before, after].contains { $0?.assessment.id == summary.assessment.id })
        let made = (assessment.finalizedAt ?? assessment.startedAt).flatMap { Moment($0) }?.beijingText.prefix(10)
        return [
          assessment.phase.label + (picked ? "（采用）" : ""), assessment.assessor.label, "\(assessment.edition) 年版", assessment.state.label,
          summary.scoreText, summary.levelText, made.map(String.init),
        ]
      })
    compare(&paper)
    if let instrument = (after ?? before)?.instrument { paper.add(doubts: instrument, in: [before, after].compactMap { $0?.view }) }
  }

  /// What changed, where both ratings are of one edition.
  private func compare(_ paper: inout Paper) {
    guard let before, let after else {
      if before == nil { paper.add(.alert("缺改造前的评测结果，不能对比。")) }
      if after == nil { paper.add(.alert("缺改造后的评测结果，不能对比。")) }
      radar([before.map { ($0, Drawing.Ink.before) }, after.map { ($0, .after) }].compactMap { $0 }, &paper)
      return
    }
    guard isComparable else {
      paper.add(
        .alert("改造前用 \(before.assessment.edition) 年版、改造后用 \(after.assessment.edition) 年版评测：不同版本的得分与等级不可比较，不计算提升。"))
      for (one, ink) in [(before, Drawing.Ink.before), (after, .after)] { radar([(one, ink)], &paper) }
      return
    }
    let open = [before, after].contains { !$0.contestedItems.isEmpty } ? "（有争议未裁定，暂定）" : ""
    if let from = before.level, let to = after.level {
      let names = (ReportText.level(from, before.instrument).zh, ReportText.level(to, after.instrument).zh)
      let bound = before.isComplete && after.isComplete ? "" : "（有评测未完成，为下限）"
      paper.add(
        .paragraph(
          "等级：\(names.0) → \(names.1)，\(to == from ? "未变化" : to > from ? "提升 \(to - from) 级" : "下降 \(from - to) 级")\(bound)\(open)。"))
    }
    if let from = before.scoreMilli, let to = after.scoreMilli {
      let change = to - from
      paper.add(
        .paragraph(
          "得分：\(ReportText.points(from)) → \(ReportText.points(to))（\(change >= 0 ? "+" : "")\(ReportText.points(change))）\(open)。"))
    }
    for one in [before, after] {
      guard let view = one.view, !view.range.contested.isEmpty else { continue }
      paper.add(.alert("\(one.assessment.phase.label)评测：\(ReportText.range(view.range, one.instrument).zh)"))
    }
    radar([(before, .before), (after, .after)], &paper)
  }

  private func radar(_ all: [(AssessmentSummary, Drawing.Ink)], _ paper: inout Paper) {
    let known = all.filter { !$0.0.sceneLevels.isEmpty }
    guard let instrument = known.first?.0.instrument else { return }
    paper.add(radar: known.map { $0.0.series($0.1) }, instrument)
  }

  // MARK: - What came of it

  private func verdict(_ paper: inout Paper) {
    guard let acceptance else { return paper.add(.alert("尚未验收。")) }
    let standing = standingAcceptances
    if standing.count > 1 { paper.add(.alert("有 \(standing.count) 份未被更正的验收记录，以下为日期最近的一份；请核对。")) }
    var shown = facts(
      acceptance, ["verdict", "acceptedOn", "agency", "contract", "reportNumber", "satisfaction", "issuedBy", "note"])
    shown.insert(Paper.Fact("评定等级", level(acceptance)), at: 1)
    paper.add(.facts(shown))
    if let level = acceptance["level"]?.integer, let after, let rated = after.level, rated != level,
      acceptance["edition"]?.text == after.assessment.edition
    {
      let names = (ReportText.level(level, after.instrument).zh, ReportText.level(rated, after.instrument).zh)
      paper.add(.alert("验收评定为\(names.0)，改造后评测（同为 \(after.assessment.edition) 年版）为\(names.1)，两者不一致，请核对。"))
    }
    paper.add(.heading("验收指标"))
    let said = criteria.filter { $0["acceptance"]?.text == acceptance.id }
    let known = AcceptanceCriterion.allCases.filter { $0 != .other }.map { Stored($0) }
    let others = said.compactMap { $0["criterion"]?.text }.map { Stored<AcceptanceCriterion>(rawValue: $0) }.filter { !known.contains($0) }
    paper.table(
      [Paper.Column("指标", 4), Paper.Column("评价", 2, .center), Paper.Column("说明", 8)],
      (known + others).map { criterion in
        let record = said.first { $0["criterion"]?.text == criterion.rawValue }
        return [criterion.label + Paper.mark(record?.contested ?? []), record?["rating"]?.shown.zh ?? "未评价", record?["text"]?.text]
      })
    guard acceptances.count > 1 else { return }
    paper.add(.heading("全部验收记录"))
    table(
      acceptances,
      [("acceptedOn", 3), ("verdict", 2), ("level", 2), ("edition", 2), ("agency", 4), ("reportNumber", 3), ("supersedes", 4)],
      &paper)
  }

  private func slots(_ paper: inout Paper) {
    if !missing.isEmpty { paper.add(.alert("缺：\(missing.map(\.label).joined(separator: "；"))。")) }
    paper.table(
      [
        Paper.Column("材料类别", 5), Paper.Column("有无", 2, .center), Paper.Column("文件名", 5), Paper.Column("收到日期", 3, .center),
        Paper.Column("摘要（前 16 位）", 3), Paper.Column("备注", 3),
      ],
      dossier.flatMap { slot -> [[String?]] in
        guard !slot.files.isEmpty else { return slot.slot.term == .other ? [] : [[slot.slot.label, "缺", "", "", "", ""]] }
        return slot.files.map { file in
          [
            slot.slot.label + Paper.mark(file.contested), "有", file["fileName"]?.text, file["receivedOn"]?.text,
            file["sha256"]?.text.map { String($0.prefix(16)) }, file["note"]?.text ?? "",
          ]
        }
      })
  }

  private func money(_ paper: inout Paper) {
    paper.add(.heading("核定"))
    table(
      approvals, [("rule", 3), ("year", 2), ("ceiling", 3), ("approved", 3), ("decidedOn", 3), ("decidedBy", 2), ("derivation", 6)], &paper)
    paper.add(.heading("兑付"))
    table(
      payments,
      [("rule", 3), ("instalment", 2), ("amount", 3), ("paidOn", 3), ("payee", 2), ("channel", 2), ("reference", 4), ("note", 3)],
      &paper)
    let isBack = { (record: Record) in record["instalment"]?.text == Instalment.clawBack.rawValue }
    let paid = ReportText.sum(payments.filter { !isBack($0) }.compactMap { $0["amount"]?.integer })
    let back = ReportText.sum(payments.filter(isBack).compactMap { $0["amount"]?.integer })
    if let paid { paper.add(.paragraph("已兑付 \(Money.text(fen: paid))" + (back.map { "，追回 \(Money.text(fen: $0))" } ?? "") + "。")) }
    guard !otherSupport.isEmpty else { return }
    paper.add(.heading("其他政策支持（就高不重复）"))
    table(otherSupport, [("item", 5), ("policyName", 5), ("amount", 3), ("paidOn", 3), ("note", 3)], &paper)
  }

  private func watch(_ paper: inout Paper) {
    paper.add(.heading("现场抽查"))
    table(checks, [("checkedOn", 3), ("finding", 3), ("checkedBy", 3), ("contract", 3), ("note", 6)], &paper)
    paper.add(.heading("警告"))
    table(
      warnings, [("issuedOn", 3), ("subject", 2), ("provider", 3), ("ground", 3), ("issuedBy", 2), ("withdrawnOn", 2), ("note", 4)], &paper)
  }
}

extension FieldKind {
  /// Where values of the kind stand in a column.
  fileprivate var alignment: Paper.Column.Alignment {
    switch self {
    case .money: .right
    case .day, .month, .year, .whole, .flag: .center
    default: .left
    }
  }
}
