import ArgumentParser
import SurveyModel

struct RatingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rating", abstract: Text("按评测指标计算得分与等级", "Score and level by the instrument").here, subcommands: [Compute.self])

  /// Rates an answer file; needs no home.
  struct Compute: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compute", abstract: Text("计算一份答案文件", "Rate an answer file").here,
      discussion: Text(
        """
        答案文件:{"answers":{"1":["B","C"],"2":["C"]},"scenes":{"1":2,"2":0}}
        未答的题和场景不计分,列在 unanswered 中。
        """,
        """
        An answer file: {"answers":{"1":["B","C"],"2":["C"]},"scenes":{"1":2,"2":0}}
        What is unanswered counts nothing and is listed as unanswered.
        """
      ).here)

    @Option(
      name: [.customLong("answers"), .customLong("file")],
      help: ArgumentHelp(Text("答案文件;- 表示标准输入。", "The answer file; - for standard input.").here, valueName: "file"))
    var answers: String

    @Option(help: Text("评测指标的版本。", "The instrument's edition.").help)
    var edition = Instrument.current

    @OptionGroup var common: CommonOptions

    func run() throws {
      let instrument = try Instrument.bundled(edition: edition)
      let rating = try RatingEngine(instrument).rate(Answers(json: AnswerInput.read(answers), instrument: instrument))
      try common.printer.show(rating) { printer in printer.rating(rating, instrument) }
    }
  }
}

extension Printer {
  /// Score, level, and why not the next.
  func rating(_ rating: Rating, _ instrument: Instrument) {
    say(
      Text(
        "得分 \(Self.points(rating.scoreMilli)) / 100,等级 \(level(rating.level, instrument).zh)",
        "Score \(Self.points(rating.scoreMilli)) of 100, \(level(rating.level, instrument).en)"))
    for score in rating.dimensions {
      let dimension = instrument.dimensions.first { $0.key == score.dimension }
      let part = "\(Self.points(score.milliPoints)) / \(Self.points(score.maxMilliPoints))"
      say(Text("  \(dimension?.label ?? score.dimension):\(part)", "  \(dimension?.labelEn ?? score.dimension): \(part)"))
    }
    if let next = rating.next {
      say(Text("为何不是 \(level(next.level, instrument).zh):", "Why not \(level(next.level, instrument).en):"))
      for gap in next.shortfalls { say(shortfall(gap, next.level)) }
    }
    if !rating.complete {
      let names = rating.unanswered.map(\.description).joined(separator: ", ")
      say(Text("未答 \(rating.unanswered.count) 项(按零计):\(names)", "Unanswered, counting nothing (\(rating.unanswered.count)): \(names)"))
    }
  }

  /// A level by its rank and its name.
  func level(_ rank: Int, _ instrument: Instrument) -> Text {
    guard let level = instrument.level(rank) else { return Text("\(rank) 级", "level \(rank)") }
    return Text("\(rank) 级(\(level.label))", "level \(rank) (\(level.labelEn))")
  }

  private func shortfall(_ gap: Shortfall, _ level: Int) -> Text {
    switch gap.kind {
    case .score:
      Text(
        "  · 得分差 \(Self.points(gap.missing))(需要 \(Self.points(gap.need)))",
        "  · \(Self.points(gap.missing)) points are missing (\(Self.points(gap.need)) needed)")
    case .scenes:
      Text(
        "  · 达到 \(level) 级的场景差 \(gap.missing) 个(\(gap.have)/\(gap.need))",
        "  · scenes at level \(level): \(gap.missing) missing (\(gap.have) of \(gap.need))")
    case .constraintScenes:
      Text(
        "  · 达到 \(level) 级的约束性场景差 \(gap.missing) 个(\(gap.have)/\(gap.need))",
        "  · constraint scenes at level \(level): \(gap.missing) missing (\(gap.have) of \(gap.need))")
    }
  }

  /// Milli-points as points, without needless zeros.
  static func points(_ milli: Int) -> String {
    var text = "\(milli / 1000)." + String(1000 + milli % 1000).dropFirst()
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
