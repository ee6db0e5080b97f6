/// How papers tell of assessments.
extension Paper {
  /// An assessment: its result, the scores by dimension, the scenes, and what is doubtful.
  mutating func add(assessment summary: AssessmentSummary, _ names: ReferenceNames) {
    add(.facts(facts(summary, names)))
    guard let view = summary.view, let instrument = summary.instrument else {
      add(.note("本次评测只导入了结果，没有逐题答案。"))
      return
    }
    if !view.rating.complete {
      let names = view.rating.unanswered.map { ReportText.item($0).zh }.joined(separator: "、")
      add(.alert("未完成：还有 \(view.rating.unanswered.count) 项未答，未答按零计而不视为“无”，得分与等级是下限。未答：\(names)。"))
    }
    if !view.range.contested.isEmpty {
      add(.alert(ReportText.range(view.range, instrument).zh))
    }
    add(.heading("分项得分"))
    add(dimensions: view, instrument)
    if let next = view.rating.next {
      let gaps = next.shortfalls.map { ReportText.shortfall($0, of: next.level).zh }.joined(separator: "；")
      add(.paragraph("距\(ReportText.level(next.level, instrument).zh)：\(gaps)。"))
    } else {
      add(.paragraph("已达最高等级。"))
    }
    add(.heading("\(instrument.scenes.count)个场景等级（★ 为约束性场景）"))
    add(radar: [summary.series(.before)], instrument)
    add(scenes: view, instrument)
    add(doubts: instrument, in: [view])
  }

  /// The radar of the scenes, with what is open in it.
  mutating func add(radar series: [SceneRadar.Series], _ instrument: Instrument) {
    let radar = SceneRadar(scenes: instrument.scenes, series: series)
    add(.picture(radar.drawing))
    if !radar.contested.isEmpty { add(.note("图中带“\(SceneRadar.mark)”的场景有争议，所画的是现显示的等级，裁定后可能不同。")) }
  }

  /// What is doubtful about an instrument, so that nobody takes it for certain.
  ///
  /// - Parameter views: the assessments that are told of.
  mutating func add(doubts instrument: Instrument, in views: [AssessmentView]) {
    add(
      .note(
        "依据《\(instrument.title)》（\(instrument.provenance.notice)，\(instrument.provenance.issued)）。不同版本的得分与等级不可比较，也不合并。"))
    // Several levels share one doubt: it is told once, with all their names.
    var told: [(names: [String], note: String)] = []
    for (name, doubt) in ReportText.doubts(instrument, in: views) {
      if let at = told.firstIndex(where: { $0.note == doubt.note }) {
        told[at].names.append(name.zh)
      } else {
        told.append(([name.zh], doubt.note))
      }
    }
    for (names, note) in told { add(.note("来源存疑——\(names.joined(separator: "、"))：\(note)")) }
  }

  private func facts(_ summary: AssessmentSummary, _ names: ReferenceNames) -> [Fact] {
    let assessment = summary.assessment
    let state = assessment.state.label + (assessment.state.term == .finalized ? "" : "（未定稿，结果可能变动）")
    let made =
      assessment.state.term == .finalized
      ? Paper.moment(assessment.finalizedAt, by: names.user(assessment.finalizedBy))
      : Paper.moment(assessment.startedAt, by: names.user(assessment.startedBy))
    return [
      Fact("指标版本", "\(assessment.edition) 年版"), Fact("阶段", assessment.phase.label), Fact("评测方", assessment.assessor.label),
      Fact("状态", state), Fact("得分", summary.scoreText), Fact("等级", summary.levelText),
      Fact(assessment.state.term == .finalized ? "定稿" : "开始", made),
      Fact("结果来源", summary.isImported ? "导入：\(summary.source ?? "来源未填写")" : "逐题评测"),
    ]
  }

  private mutating func add(dimensions view: AssessmentView, _ instrument: Instrument) {
    let scores = view.rating.dimensions
    let rows = scores.map { score -> [String?] in
      let name = instrument.dimensions.first { $0.key == score.dimension }?.label ?? score.dimension
      return [
        name, ReportText.points(score.milliPoints), ReportText.points(score.maxMilliPoints), share(score.milliPoints, score.maxMilliPoints),
      ]
    }
    let full = scores.map(\.maxMilliPoints).reduce(0, +)
    let sum = ["合计", ReportText.points(view.rating.scoreMilli), ReportText.points(full), share(view.rating.scoreMilli, full)]
    table([Column("维度", 4), Column("得分", 2, .right), Column("满分", 2, .right), Column("得分率", 2, .right)], rows + [sum])
  }

  private func share(_ part: Int, _ whole: Int) -> String? {
    whole > 0 ? ReportText.points((part * 100_000 / whole + 50) / 100 * 100) + "%" : nil
  }

  private mutating func add(scenes view: AssessmentView, _ instrument: Instrument) {
    let rows = instrument.scenes.map { scene -> [String?] in
      let item = view.item(.scene(scene.number))
      let level = item?.value.flatMap { Int($0) }
      let group = instrument.sceneGroups.first { $0.key == scene.group }?.label ?? scene.group
      let meaning = level.flatMap { level in scene.levels.first { $0.level == level }?.label }
      return [
        String(scene.number), group, scene.label + (scene.constraint ? "★" : ""),
        level.map { "\($0) 级" + (item?.isContested == true ? "【争议】" : "") } ?? "未答", meaning, item?.note?.nonEmpty ?? "",
      ]
    }
    table(
      [Column("序", 1, .right), Column("组别", 4), Column("场景", 3), Column("等级", 2, .center), Column("含义", 7), Column("备注", 4)], rows)
  }
}

extension AssessmentSummary {
  /// The score as a report tells it; nil while there is none.
  var scoreText: String? { scoreMilli.map { ReportText.points($0) + provisional } }

  /// The level as a report tells it; nil while there is none.
  var levelText: String? { level.map { ReportText.level($0, instrument).zh + provisional } }

  /// What keeps the result from being the last word, wherever it is told.
  private var provisional: String {
    (isComplete ? "" : "（未完成，为下限）") + (contestedItems.isEmpty ? "" : "（有争议未裁定，暂定）")
  }

  /// What is open in its answers.
  var contestedItems: [InstrumentItem] { view?.range.contested ?? [] }

  /// The scenes' levels as a radar shows them.
  func series(_ ink: Drawing.Ink) -> SceneRadar.Series {
    SceneRadar.Series(
      name: "\(assessment.phase.label)（\(assessment.edition) 年版）", ink: ink, levels: sceneLevels,
      contested: Set(contestedItems.filter { $0.table == "scene" }.map(\.number)))
  }
}
