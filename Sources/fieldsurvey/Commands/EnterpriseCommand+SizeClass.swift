import ArgumentParser
import SurveyModel

extension EnterpriseCommand {
  /// Says how large an enterprise is; needs no home.
  struct SizeClass: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "size-class",
      abstract: Text("划型:大、中、小、微(工信部联企业〔2011〕300号,工业)", "Size class by employees and revenue (industry, 2011)").here)

    @Option(help: Text("从业人员数。", "How many people work there.").help)
    var employees: String

    @Option(help: ArgumentHelp(Text("年营业收入,单位元,也可写 1500万。", "A year's revenue in yuan; 1500万 means 15000000.").here, valueName: "yuan"))
    var revenue: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let employees = try Number.whole(employees, field: "employees")
      let revenueFen = try Number.fen(revenue, field: "revenue")
      let found = SurveyModel.SizeClass(employees: employees, revenueFen: revenueFen)
      struct Told: Encodable {
        let employees: Int
        let revenueFen: Int
        let sizeClass: SurveyModel.SizeClass
        let isSmallOrMedium: Bool
        let derivation: BilingualText
      }
      let told = Told(
        employees: employees, revenueFen: revenueFen, sizeClass: found, isSmallOrMedium: found.isSmallOrMedium,
        derivation: SurveyModel.SizeClass.derivation(employees: employees, revenueFen: revenueFen))
      try common.printer.show(told) { printer in
        printer.say(Text("\(found.label)企业", found.labelEn))
        printer.say(Text("  \(told.derivation.zh)", "  \(told.derivation.en)"))
      }
    }
  }
}
