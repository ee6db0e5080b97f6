extension DiagnosisReport {
  /// The report as it is set, in Chinese.
  public var paper: Paper {
    let isFinal = diagnosis.diagnosis.state.term == .finalized
    let source = names.text(profile, "provider") ?? profile["source"]?.shown.zh
    var paper = Paper(
      title: "企业数字化诊断报告", subject: diagnosis.enterprise.name,
      cover: [
        Paper.Fact("企业名称", diagnosis.enterprise.name), Paper.Fact("统一社会信用代码", diagnosis.enterprise.creditCode),
        Paper.Fact("划型", size.map { "\($0.sizeClass.label)（\($0.year) 年）" }), Paper.Fact("诊断方", source),
        Paper.Fact("现场调研日期", profile["surveyedOn"]?.text),
        Paper.Fact("诊断状态", diagnosis.diagnosis.state.label), Paper.Fact("报告日期", Moment(madeAt).map { String($0.beijingText.prefix(10)) }),
      ],
      warning: isFinal ? nil : "草稿：本诊断尚未定稿", madeAt: madeAt)
    paper.section("基本信息")
    basics(&paper)
    paper.section("业务与流程")
    paper.add(.facts(["mainProducts", "processFlow", "devices", "software"].map { fact($0) }))
    paper.section("数字化水平现状（改造前评测）")
    if let baseline { paper.add(assessment: baseline, names) } else { paper.add(.alert("没有改造前的评测结果。没有评测不等于零级。")) }
    paper.section("分环节诊断")
    links(&paper)
    paper.section("诊断发现")
    findings(&paper)
    paper.section("改造需求")
    needs(&paper)
    paper.section("推荐方案与预算")
    solutions(&paper)
    paper.section("目标等级与改造路径")
    road(&paper)
    paper.section("佐证材料")
    proofs(&paper)
    paper.section("调研人员")
    paper.table(
      [Paper.Column("姓名", 2), Paper.Column("单位", 4), Paper.Column("职务", 3), Paper.Column("联系方式", 3)],
      people.map { person in ["name", "agency", "role", "contact"].map { person[$0]?.text } })
    paper.section("争议")
    paper.add(contests: contests)
    paper.section("签章")
    paper.add(.signatures(["企业（盖章）", "诊断方（盖章）", "诊断负责人（签字）"]))
    paper.add(provenance: diagnosis.id, "诊断编号", by: names.user(madeBy) ?? "")
    return paper
  }

  private func fact(_ field: String) -> Paper.Fact {
    Paper.Fact(profile[field]?.field.label.zh ?? field, names.text(profile, field))
  }

  private func basics(_ paper: inout Paper) {
    paper.add(enterprise: enterprise)
    paper.add(.heading("诊断情况"))
    var facts = [fact("source"), fact("provider"), fact("surveyedOn"), fact("fee")]
    facts.append(Paper.Fact("开始", Paper.moment(diagnosis.diagnosis.startedAt, by: names.user(diagnosis.diagnosis.startedBy))))
    if diagnosis.diagnosis.state.term == .finalized {
      facts.append(Paper.Fact("定稿", Paper.moment(diagnosis.diagnosis.finalizedAt, by: names.user(diagnosis.diagnosis.finalizedBy))))
    }
    if let visit {
      facts.append(Paper.Fact("走访", Paper.moment(visit.startedAt, by: "\(names.user(visit.user) ?? "")，\(visit.kind.label)")))
    }
    paper.add(.facts(facts))
    if !years.isEmpty {
      paper.add(.heading("近年数据"))
      let fields = ["year", "aboveScale", "employees", "revenue", "assets", "cost", "digitalSpend", "source"]
      paper.table(
        [
          Paper.Column("年份", 2, .center), Paper.Column("规上", 2, .center), Paper.Column("从业人员", 2, .right), Paper.Column("营业收入", 3, .right),
          Paper.Column("资产总额", 3, .right), Paper.Column("营业成本", 3, .right), Paper.Column("数字化投入", 3, .right), Paper.Column("数据来源", 4),
        ], years.map { year in fields.map { year[$0]?.shown.zh.nonEmpty } })
    }
    if let size { paper.add(.note("划型（\(size.year) 年）：\(size.derivation.zh)。")) }
    if !tiers.isEmpty {
      paper.add(.heading("梯度认定"))
      let fields = ["tier", "validFrom", "validTo", "source"]
      paper.table(
        [Paper.Column("梯度", 3), Paper.Column("有效期起", 2, .center), Paper.Column("有效期止", 2, .center), Paper.Column("依据", 4)],
        tiers.map { tier in fields.map { tier[$0]?.shown.zh.nonEmpty } })
    }
  }

  /// All five links, also those of which nothing is written: what was not looked at is seen.
  private func links(_ paper: inout Paper) {
    for link in BusinessLink.allCases {
      let section = diagnosis.links.first { $0.link.term == link }
      paper.add(.heading(link.label + Paper.mark(section?.contested ?? [])))
      guard let section else {
        paper.add(.note("本环节未填写。"))
        continue
      }
      paper.add(
        .facts([
          Paper.Fact("现状", section.currentState), Paper.Fact("存在问题", section.problems),
          Paper.Fact("当前水平", section.level.map { "\($0) 级（诊断判断，0–4）" }), Paper.Fact("改进建议", section.recommendation),
        ]))
    }
  }

  private func findings(_ paper: inout Paper) {
    guard !diagnosis.findings.isEmpty else { return paper.add(.note("没有记录。")) }
    paper.add(.paragraph("共 \(diagnosis.findings.count) 条发现。下图按环节与目标计数，一条发现涉及几个目标就计几次。"))
    paper.add(.picture(matrix.drawing))
    if matrix.others > 0 { paper.add(.alert("另有 \(matrix.others) 条发现的环节为本版本所不认识，未列入上图。")) }
    paper.table(
      [
        Paper.Column("序", 1, .right), Paper.Column("环节", 3), Paper.Column("目标", 3), Paper.Column("程度", 2, .center), Paper.Column("发现", 12),
        Paper.Column("佐证", 2, .center),
      ],
      diagnosis.findings.enumerated().map { index, finding in
        [
          String(index + 1), finding.link.label, finding.objectives.map(\.label).joined(separator: "、"), finding.severity?.label,
          finding.text + Paper.mark(finding.contested), finding.evidence.isEmpty ? "无附件" : "\(finding.evidence.count) 件",
        ]
      })
  }

  private func needs(_ paper: inout Paper) {
    guard !diagnosis.needs.isEmpty else { return paper.add(.note("没有记录。")) }
    // A scope that a newer version may know comes last, under its own name.
    let known = RequirementScope.allCases.map { Stored($0) }
    let others = Set(diagnosis.needs.map(\.scope)).subtracting(known).sorted { $0.rawValue < $1.rawValue }
    for scope in known + others {
      let all = diagnosis.needs.filter { $0.scope == scope }
      paper.add(.heading(scope.term.map { "\($0.label)需求" } ?? "其他需求（\(scope.rawValue)）"))
      paper.table(
        [
          Paper.Column("序", 1, .right), Paper.Column("环节", 3), Paper.Column("目标", 2), Paper.Column("需求", 10),
          Paper.Column("优先级", 2, .center),
          Paper.Column("预算", 4, .right),
        ],
        all.enumerated().map { index, need in
          [
            String(index + 1), need.link.label, need.objective?.label, need.text + Paper.mark(need.contested),
            need.priority.map(String.init),
            Paper.money(need.budgetFen),
          ]
        })
      total(all.map(\.budgetFen), "预算", &paper)
    }
  }

  private func solutions(_ paper: inout Paper) {
    let fields = ["link", "text", "solution", "provider", "targetLevel", "dueOn", "budget"]
    paper.table(
      [
        Paper.Column("环节", 3), Paper.Column("建议内容", 7), Paper.Column("推荐方案", 4), Paper.Column("推荐服务商", 4),
        Paper.Column("目标等级", 2, .center), Paper.Column("建议完成", 4, .center), Paper.Column("预算", 4, .right),
      ],
      recommendations.map { one in
        fields.map { field in
          let text = names.text(one, field)
          return field == "text" ? text.map { $0 + Paper.mark(one.contested) } : text
        }
      })
    if !recommendations.isEmpty { total(recommendations.map { $0["budget"]?.integer }, "预算", &paper) }
  }

  /// The sum of what has an amount, and how many have none: an unknown budget is not zero.
  private func total(_ amounts: [Int?], _ name: String, _ paper: inout Paper) {
    let given = amounts.compactMap { $0 }
    guard let sum = ReportText.sum(given) else { return }
    let open = amounts.count - given.count
    paper.add(.paragraph("\(name)合计 \(Money.text(fen: sum))" + (open > 0 ? "，另有 \(open) 项未填\(name)。" : "。")))
  }

  private func road(_ paper: inout Paper) {
    paper.add(
      .facts([
        Paper.Fact("当前等级", baseline?.levelText.map { "\($0)（\(baseline?.assessment.edition ?? "") 年版）" }),
        Paper.Fact("目标等级", profile["targetLevel"]?.integer.map { ReportText.level($0, baseline?.instrument).zh }), fact("roadMap"),
      ]))
  }

  private func proofs(_ paper: inout Paper) {
    paper.table(
      [
        Paper.Column("文件", 5), Paper.Column("大小（字节）", 2, .right), Paper.Column("时间", 4, .center), Paper.Column("SHA-256（前 16 位）", 3),
        Paper.Column("佐证发现", 2, .center), Paper.Column("说明", 4),
      ],
      evidence.map { one in
        let finding = diagnosis.findings.firstIndex { $0.id == one.findingID }
        return [
          one.fileName, one.bytes.map(String.init), one.takenAt.flatMap { Moment($0) }?.beijingText,
          one.sha256.map { String($0.prefix(16)) },
          finding.map { "第 \($0 + 1) 条" } ?? "未关联", one.caption,
        ]
      })
  }
}
