/// How reports of every kind say the same things.
enum ReportText {
  /// Milli-points as points: 12500 is 12.5.
  static func points(_ milli: Int) -> String {
    var fraction = String(milli.magnitude % 1000)
    fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return (milli < 0 ? "-" : "") + "\(milli.magnitude / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }

  /// A level with its name: 二级（规范级）. Without an instrument that knows it, its rank alone.
  static func level(_ rank: Int, _ instrument: Instrument?) -> BilingualText {
    guard let level = instrument?.level(rank) else { return BilingualText("\(rank) 级", "level \(rank)") }
    if rank == 0 { return BilingualText(level.label, level.labelEn) }
    return BilingualText("\(Paper.numeral(rank))级（\(level.label)）", "level \(rank) (\(level.labelEn))")
  }

  /// 第3题, 场景7.
  static func item(_ item: InstrumentItem) -> BilingualText {
    switch item {
    case .question(let number): BilingualText("第\(number)题", "question \(number)")
    case .scene(let number): BilingualText("场景\(number)", "scene \(number)")
    }
  }

  /// What is missing for a level.
  static func shortfall(_ gap: Shortfall, of rank: Int) -> BilingualText {
    let words =
      switch gap.kind {
      case .score:
        BilingualText(
          "得分 \(points(gap.have))，需要 \(points(gap.need))，差 \(points(gap.missing))",
          "score \(points(gap.have)), \(points(gap.need)) needed, \(points(gap.missing)) missing")
      case .scenes:
        BilingualText(
          "达到 \(rank) 级的场景 \(gap.have) 个，需要 \(gap.need) 个，差 \(gap.missing) 个",
          "\(gap.have) scenes at level \(rank), \(gap.need) needed, \(gap.missing) missing")
      case .constraintScenes:
        BilingualText(
          "达到 \(rank) 级的约束性场景（★）\(gap.have) 个，需要 \(gap.need) 个，差 \(gap.missing) 个",
          "\(gap.have) constraint scenes (★) at level \(rank), \(gap.need) needed, \(gap.missing) missing")
      }
    guard !gap.openItems.isEmpty else { return words }
    let names = gap.openItems.map(item)
    return BilingualText(
      words.zh + "（未答且可能补足：\(names.map(\.zh).joined(separator: "、"))）",
      words.en + " (unanswered and could add to it: \(names.map(\.en).joined(separator: ", ")))")
  }

  /// Between what the settlement of open items decides.
  static func range(_ range: RatingRange, _ instrument: Instrument?) -> BilingualText {
    func span(_ bounds: ClosedRange<Int>, _ word: (Int) -> BilingualText) -> BilingualText {
      let (low, high) = (word(bounds.lowerBound), word(bounds.upperBound))
      return bounds.count == 1 ? low : BilingualText("\(low.zh) 至 \(high.zh)", "\(low.en) to \(high.en)")
    }
    let scores = span(range.scoresMilli) { BilingualText(verbatim: points($0)) }
    let levels = span(range.levels) { level($0, instrument) }
    let count = range.contested.count
    return BilingualText(
      "\(count) 项有争议，裁定前得分 \(scores.zh)，等级 \(levels.zh)。",
      "\(count) items are contested; until they are settled the score is \(scores.en), \(levels.en).")
  }

  /// What is doubtful about an instrument: which thing, and the doubt. One about an option matters to those alone whose points rest on it.
  ///
  /// - Parameter views: the assessments that are told of.
  static func doubts(_ instrument: Instrument, in views: [AssessmentView]) -> [(name: BilingualText, doubt: Instrument.Confidence)] {
    let options = instrument.questions.flatMap { question in
      question.options.compactMap { option -> (BilingualText, Instrument.Confidence)? in
        guard let doubt = option.confidence, views.contains(where: { $0.rests(on: option, of: question) }) else { return nil }
        let name = item(.question(question.number))
        return (BilingualText("\(name.zh)选项\(option.letter)", "\(name.en), option \(option.letter)"), doubt)
      }
    }
    return instrument.questions.compactMap { question in question.confidence.map { (item(.question(question.number)), $0) } } + options
      + instrument.scenes.compactMap { scene in scene.confidence.map { (item(.scene(scene.number)), $0) } }
      + instrument.levels.compactMap { rank in rank.confidence.map { (level(rank.level, instrument), $0) } }
  }

  /// The sum of amounts that other devices wrote, which may be anything; nil where it is none, and where it would overflow.
  static func sum(_ amounts: [Int]) -> Int? {
    guard !amounts.isEmpty else { return nil }
    var total = 0
    for amount in amounts {
      let (sum, overflow) = total.addingReportingOverflow(amount)
      if overflow { return nil }
      total = sum
    }
    return total
  }
}

extension AssessmentView {
  /// Whether an option is chosen, be it by one of several who differ.
  fileprivate func rests(on option: Instrument.Option, of question: Instrument.Question) -> Bool {
    guard let item = item(.question(question.number)) else { return false }
    let answers = [item.value] + (item.openAnswer?.candidates.map(\.value) ?? [])
    return answers.contains { $0?.contains(option.letter) ?? false }
  }
}
