import ArgumentParser
import SurveyModel

/// Fills an office's home with invented data of full size.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: Text("写入一套虚构数据(办公室目录,须为空)", "Fill an empty office home with invented data").here,
    discussion: Text(
      "同一个种子得到同一套数据。企业名称都以“示例”开头,代码通过校验但不属于任何企业。数据目录不存在时按办公室建立。",
      "One seed gives one data set. Every name begins with 示例; codes pass their checks and belong to nobody. A home is made where there is none."
    ).here)

  @Option(help: Text("种子。", "The seed.").help)
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      Text("数据截至哪一天(默认 2025-07-18,即公开数字的日期)。", "The day on which the data stand (by default 2025-07-18, that of the published figures).")
        .here,
      valueName: "day"))
  var asOf: String?

  @Option(help: Text("另加多少家其他行业的企业,用于测量速度。", "How many enterprises of other sectors to add, to measure with.").help)
  var others: Int = 0

  @Option(
    help: Text(
      "每多少家取一家(默认 1,即全部):数据小,数字约为公开数字的几分之一。",
      "Of how many enterprises one is taken (by default 1, all): a small set, with about that part of the figures."
    )
    .help)
  var scale: Int = 1

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...100).contains(scale) else { throw ValidationError(Text("--scale 应在 1 到 100 之间。", "--scale is 1 to 100.").here) }
    guard (0...100_000).contains(others) else { throw ValidationError(Text("--others 应在 0 到 100000 之间。", "--others is 0 to 100000.").here) }
  }

  func run() throws {
    try OfficeHome.make(common.homeFolder, user: "office", name: Text("办公室", "Office").here)
    let printer = common.printer
    let survey = try common.openHome().forSample().survey()
    let summary = try survey.fillWithSample(seed: seed, asOf: asOf, others: others, scale: scale) { done, all in
      printer.progress(Text("已写入 \(done)/\(all) 家企业", "\(done) of \(all) enterprises"))
    }
    printer.endProgress()
    try printer.show(summary) { printer in
      printer.say(
        Text(
          "已写入 \(summary.enterprises) 家虚构企业、\(summary.rows) 行,截至 \(summary.asOf),种子 \(summary.seed)",
          "Wrote \(summary.enterprises) invented enterprises in \(summary.rows) rows, as of \(summary.asOf), seed \(summary.seed)"))
      printer.note(
        Text(
          "看看:fieldsurvey funnel --as-of \(summary.asOf);fieldsurvey indicator --as-of \(summary.asOf)",
          "See: fieldsurvey funnel --as-of \(summary.asOf); fieldsurvey indicator --as-of \(summary.asOf)"))
    }
  }
}
