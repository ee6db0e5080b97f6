import ArgumentParser
import SurveyModel

/// Which enterprises above scale are not enrolled though all should be (应改尽改).
struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage", abstract: Text("应改尽改:未入选的规上企业", "Enterprises above scale that are not on the list").here)

  @Option(help: Argued.asOf)
  var asOf: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let coverage = try common.openSurvey().coverage(asOf: asOf)
    try common.printer.show(coverage) { printer in
      printer.say(
        Text(
          "截至 \(coverage.asOf):试点行业规上企业 \(coverage.aboveScale) 家,已入选 \(coverage.covered) 家,未入选 \(coverage.uncovered.count) 家",
          "As of \(coverage.asOf): \(coverage.aboveScale) enterprises above scale in the pilot sub-sectors, \(coverage.covered) on the list, "
            + "\(coverage.uncovered.count) not"))
      guard !coverage.uncovered.isEmpty else { return }
      printer.table(
        [
          Text("企业", "enterprise"), Text("信用代码", "credit code"), Text("细分行业", "sub-sector"), Text("上报单位", "unit"), Text("进度", "step"),
          Text("原因", "why"),
        ],
        coverage.uncovered.map { enterprise in
          let why = [printer.name(enterprise.standing), enterprise.reason ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
          return [
            enterprise.name, enterprise.creditCode ?? "", printer.name(enterprise.subSector), printer.name(enterprise.reportingUnit),
            printer.name(enterprise.lastStep), why.isEmpty ? Text("未说明", "not said")(printer.language) : why,
          ]
        })
    }
  }
}
