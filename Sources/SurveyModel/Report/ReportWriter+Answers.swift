extension ReportWriter {
  /// The scores by dimension, then every question with what was chosen.
  func scores(_ out: inout Markdown) {
    out.heading(2, say("分项得分", "Scores by dimension"))
    let total = view.rating.dimensions.map(\.maxMilliPoints).reduce(0, +)
    let rows = view.rating.dimensions.map { score in
      let dimension = instrument.dimensions.first { $0.key == score.dimension }
      let name = dimension.map { say($0.label, $0.labelEn) } ?? score.dimension
      return [name, points(score.milliPoints), points(score.maxMilliPoints), bar(score.milliPoints, of: score.maxMilliPoints)]
    }
    let sum = [say("合计", "Total"), points(view.rating.scoreMilli), points(total), bar(view.rating.scoreMilli, of: total)]
    out.table([say("维度", "Dimension"), say("得分", "Score"), say("满分", "Full"), ""], rows + [sum], right: [1, 2])
    out.heading(2, say("十五项指标", "The questions"))
    let questions = view.items.filter { $0.maxMilliPoints != nil }.map { item in
      [
        "\(item.item.number)", say(item.label, item.labelEn) + mark(item), answer(item),
        item.milliPoints.map(points) ?? "—", points(item.maxMilliPoints ?? 0), plain(item.note),
      ]
    }
    out.table(
      [say("题", "No."), say("指标", "Indicator"), say("选项", "Options"), say("得分", "Score"), say("满分", "Full"), say("备注", "Note")],
      questions, right: [0, 3, 4])
  }

  /// The scenes with their levels as bars.
  func scenes(_ out: inout Markdown) {
    out.heading(2, say("十六个场景", "The scenes"))
    out.paragraph(say("★ 约束性场景；■ 已达到的等级。", "★ constraint scene; ■ level reached."))
    for group in instrument.sceneGroups {
      out.heading(3, say(group.label, group.labelEn))
      let rows = instrument.scenes.filter { $0.group == group.key }.compactMap { scene -> [String]? in
        guard let item = view.item(.scene(scene.number)) else { return nil }
        let level = item.value.flatMap { Int($0) }
        let meaning = level.flatMap { level in scene.levels.first { $0.level == level } }.map { say($0.label, $0.labelEn) }
        let name = say(item.label, item.labelEn) + (scene.constraint ? " ★" : "") + mark(item)
        return ["\(scene.number)", name, level.map { steps($0) + " \($0)" } ?? say("未答", "unanswered"), meaning ?? "—", plain(item.note)]
      }
      out.table([say("序", "No."), say("场景", "Scene"), say("等级", "Level"), say("含义", "Meaning"), say("备注", "Note")], rows, right: [0])
    }
  }

  /// What is open between several assessors, with both sides.
  func contested(_ out: inout Markdown) {
    let open = view.items.flatMap { item in item.contested.map { (item, $0) } }
    guard !open.isEmpty else { return }
    out.heading(2, say("争议项", "Contested"))
    let rows = open.map { item, contest in
      let sides = contest.candidates.enumerated().map { at, candidate in
        let value = candidate.value.map(Markdown.plain) ?? say("（撤回）", "(withdrawn)")
        return "\(value) — \(candidate.by.map(Markdown.plain).joined(separator: say("、", ", ")))\(at == 0 ? say("（现显示）", " (shown)") : "")"
      }
      let column = TableNames.column(contest.column, of: item.item.table)
      return [itemName(item.item), say(item.label, item.labelEn), say(column.zh, column.en), sides.joined(separator: say("；", "; "))]
    }
    out.table([say("项", "Item"), say("名称", "Name"), say("内容", "Part"), say("各方意见", "What each says")], rows)
  }

  private func mark(_ item: ItemView) -> String { item.isContested ? " ⚠" : "" }

  private func answer(_ item: ItemView) -> String {
    guard let value = item.value, let question = instrument.question(item.item.number) else { return say("未答", "unanswered") }
    return value.map { letter in
      let option = question.option(String(letter))
      return "\(letter) " + (option.map { say($0.label, $0.labelEn) } ?? "")
    }.joined(separator: say("；", "; "))
  }

  /// Four steps, as many filled as the level has.
  private func steps(_ level: Int) -> String {
    (1...4).map { $0 <= level ? "■" : "□" }.joined()
  }

  /// Ten steps, filled by the share.
  private func bar(_ part: Int, of whole: Int) -> String {
    let filled = whole > 0 ? (part * 10 + whole / 2) / whole : 0
    return (1...10).map { $0 <= filled ? "█" : "░" }.joined()
  }
}
