import ArgumentParser
import SurveyModel

/// The quarterly self-evaluation.
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: Text("季度绩效自评:冻结、查看、更正", "Quarterly self-evaluation: freeze, show, correct").here,
    subcommands: [Take.self, List.self, Show.self, Corrections.self, Late.self, Admit.self, Deny.self])

  struct Take: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "take", abstract: Text("冻结一个已结束的季度", "Freeze a quarter that is over").here)

    @Argument(help: SnapshotCommand.quarter)
    var quarter: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let plan = try IndicatorPlan.bundled()
      let snapshot = try common.openSurvey().takeSnapshot(of: quarter)
      try common.printer.show(snapshot) { printer in printer.snapshot(snapshot, plan) }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出已冻结的季度", "List the quarters that are frozen").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().snapshots()
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("还没有冻结的季度。", "No quarter is frozen.")) }
        for snapshot in all { printer.snapshotHead(snapshot) }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Text("查看一个季度", "Show a quarter").here)

    @Argument(help: SnapshotCommand.quarter)
    var quarter: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let plan = try IndicatorPlan.bundled()
      let snapshot = try common.openSurvey().snapshot(quarter)
      try common.printer.show(snapshot) { printer in printer.snapshot(snapshot, plan) }
    }
  }

  struct Corrections: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "corrections", abstract: Text("迟到数据带来的更正;季度本身不变", "What late data changes; the quarter itself stays").here)

    @Argument(help: SnapshotCommand.quarter)
    var quarter: String

    @Flag(help: Text("记下日期和经办人。", "Record them, with the day and who did it.").help)
    var record = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let plan = try IndicatorPlan.bundled()
      let all = record ? try survey.recordCorrections(of: quarter) : try survey.corrections(of: quarter)
      try common.printer.show(all) { printer in
        guard !all.isEmpty else { return printer.note(Text("与冻结时相同。", "Nothing differs from what was frozen.")) }
        printer.table(
          [Text("指标", "figure"), Text("冻结时", "frozen"), Text("现在", "now"), Text("登记", "recorded")],
          all.map { correction in
            let noted = correction.notedAt.map { printer.time($0) + " " + (correction.notedBy ?? "") } ?? ""
            let (frozen, now) = (
              printer.value(correction.frozen, of: correction.figure), printer.value(correction.now, of: correction.figure)
            )
            return [printer.figureName(correction.figure, plan), frozen, now, noted]
          }, right: [1, 2])
      }
    }
  }

  static let quarter = ArgumentHelp(Text("季度,如 2024Q3。", "The quarter, as 2024Q3.").here, valueName: "quarter")
}

extension Printer {
  fileprivate func snapshotHead(_ snapshot: Snapshot) {
    let intact = snapshot.isIntact ? Text("", "") : Text("(摘要不符!)", " (does not match its digest!)")
    say(
      Text(
        "\(snapshot.quarter)  截至 \(snapshot.asOf),\(time(snapshot.takenAt)) 由 \(snapshot.takenBy ?? "") 冻结,摘要 \(snapshot.digest.prefix(16))\(intact.zh)",
        "\(snapshot.quarter)  as of \(snapshot.asOf), frozen \(time(snapshot.takenAt)) by \(snapshot.takenBy ?? ""), digest "
          + "\(snapshot.digest.prefix(16))\(intact.en)"))
  }

  /// The figures by aspect, an indicator or a rule a row. The document itself, which the digest is of, is in the JSON.
  fileprivate func snapshot(_ snapshot: Snapshot, _ plan: IndicatorPlan) {
    snapshotHead(snapshot)
    var aspects: [Stored<EvaluationAspect>] = []
    for figure in snapshot.figures where !aspects.contains(figure.aspect) { aspects.append(figure.aspect) }
    for aspect in aspects {
      let figures = snapshot.figures.filter { $0.aspect == aspect }
      line()
      line(style(name(aspect), .bold))
      let periods: [SnapshotFigure.Period] = aspect.term == .funds ? [.payments, .fen] : [.y1, .y2, .total]
      var ids: [String] = []
      for figure in figures where !ids.contains(figure.id) { ids.append(figure.id) }
      table(
        [Text("编号", "id"), Text("名称", "name"), Text("单位", "unit")] + periods.map { Text($0.label, $0.labelEn) },
        ids.map { id in
          [id == SnapshotFigure.allRules ? "" : id, figureName(of: id, plan), unit(of: id, plan)]
            + periods.map { period in
              value(figures.first { $0.id == id && $0.period.term == period }?.value, of: "\(id) \(period.rawValue)")
            }
        }, right: [3, 4, 5])
    }
  }

  /// A figure's name, from its identifier and its period: `K01 Y1`.
  fileprivate func figureName(_ figure: String, _ plan: IndicatorPlan) -> String {
    let words = figure.split(separator: " ").map(String.init)
    guard words.count == 2 else { return figure }
    return "\(words[0]) \(figureName(of: words[0], plan)), \(name(Stored<SnapshotFigure.Period>(rawValue: words[1])))"
  }

  private func figureName(of id: String, _ plan: IndicatorPlan) -> String {
    if let indicator = plan.indicators.first(where: { $0.id == id }) { return name(BilingualText(indicator.label, indicator.labelEn)) }
    if id == SnapshotFigure.allRules { return Text("全部兑付", "all payments")(language) }
    return name(Stored<SubsidyRule>(rawValue: id))
  }

  private func unit(of id: String, _ plan: IndicatorPlan) -> String {
    guard let indicator = plan.indicators.first(where: { $0.id == id }) else { return "" }
    return Text(indicator.unit, indicator.unitEn)(language)
  }

  /// A figure's value, an amount in yuan.
  fileprivate func value(_ text: String?, of figure: String) -> String {
    guard figure.hasSuffix(" " + SnapshotFigure.Period.fen.rawValue), let fen = text.flatMap({ Int($0) }) else { return text ?? "–" }
    return Text(Money.text(fen: fen), Money.textEn(fen: fen))(language)
  }
}
