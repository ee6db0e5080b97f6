import ArgumentParser
import SurveyModel

/// The three lists (三张清单): projects, policies, providers.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: Text("三张清单:企业项目、政策资源、服务商资源", "The three lists: projects, policies, providers").here,
    subcommands: [Projects.self, Policies.self, Providers.self])

  /// Each enterprise's project from the first step to the last.
  struct Projects: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "projects", abstract: Text("企业项目动态清单:从诊断评估到项目验收", "Projects, from the diagnosis to the acceptance").here)

    @Option(help: Argued.asOf)
    var asOf: String?

    @Option(
      help: Text("只列到达过这个环节的企业(含已进入后面环节的),如 signed。", "Only those that reached this step, however far they came since, as signed.").help)
    var step: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let step = try step.map { try EnrolmentStep.parse($0, field: "step") }
      let all = try common.openSurvey().projects(asOf: asOf, reached: step)
      try common.printer.show(all) { printer in
        guard !all.isEmpty else { return printer.note(Text("没有项目。", "No projects.")) }
        printer.table(
          [
            Text("企业", "enterprise"), Text("细分行业", "sub-sector"), Text("批次", "batch"), Text("进度", "step"), Text("日期", "since"),
            Text("服务商", "provider"), Text("合同额", "contract"), Text("等级", "level"), Text("名单", "list"),
          ],
          all.map { project in
            [
              project.name, printer.name(project.subSector), project.batch.map(String.init) ?? "", printer.name(project.step),
              project.since,
              project.provider ?? "", project.contractFen.map { Text(Money.text(fen: $0), Money.textEn(fen: $0))(printer.language) } ?? "",
              project.level.map(String.init) ?? "", printer.name(project.standing),
            ]
          }, right: [2, 6, 7])
      }
    }
  }

  /// What enterprises can draw on: the pilot's rules, other policies, and those that the office recorded.
  struct Policies: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "policies", abstract: Text("政策资源清单:国家、省、市、区", "Policies: of the nation, the province, the city, the districts").here)

    @Option(help: Choices.help(PolicyLevel.self, Text("只列这一层级", "Only those of this level")))
    var level: String?

    @Option(
      help: Text(
        "只列在这个区(管委会)适用的:本区的,以及国家、省、市的,如 湖里区。",
        "Only what applies in this district: its own, and those of nation, province and city, as Huli."
      ).help)
    var district: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let level = try level.map { try PolicyLevel.parse($0, field: "level") }
      let unit = try district.map { try ReportingUnit.parse($0, field: "district") }
      let all = try common.openSurvey().policies(of: level, in: unit)
      try common.printer.show(all) { printer in printer.policies(all) }
    }
  }

  /// Providers with how they stand in the pool, what they offer and what came of their work.
  struct Providers: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "providers", abstract: Text("服务商资源清单:在库状态、方案、服务成效", "Providers: state, solutions, what came of their work").here)

    @Option(help: Argued.asOf)
    var asOf: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().providerList(asOf: asOf)
      try common.printer.show(all) { printer in
        guard !all.isEmpty else { return printer.note(Text("没有服务商。", "No providers.")) }
        printer.table(
          [
            Text("服务商", "provider"), Text("类型", "kind"), Text("状态", "state"), Text("方案", "solutions"), Text("合同", "contracts"),
            Text("验收通过", "passed"), Text("未通过或整改", "not passed"), Text("警告", "warnings"), Text("满意度", "satisfaction"),
          ],
          all.map { provider in
            let satisfaction = provider.satisfactionTenths.map { "\($0 / 10).\($0 % 10)" } ?? ""
            return [
              provider.name, printer.name(provider.kind), printer.name(provider.state), String(provider.solutions),
              String(provider.contracts),
              String(provider.passed), String(provider.notPassed), String(provider.warnings), satisfaction,
            ]
          }, right: [3, 4, 5, 6, 7, 8])
      }
    }
  }
}
