import ArgumentParser
import SurveyModel

struct EnterpriseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enterprise", abstract: Text("企业:登记、修改、列出、查看、校验信用代码", "Enterprises: record, edit, list, show, check a credit code").here,
    subcommands: [Add.self, Edit.self, List.self, Show.self, CheckCode.self, SizeClass.self] + records)

  /// What is known of an enterprise, as options.
  struct Contents: ParsableArguments {
    @Option(help: Text("企业名称。", "Its name.").help)
    var name: String?

    @Option(
      name: [.customLong("uscc"), .customLong("code")],
      help: ArgumentHelp(Text("统一社会信用代码,全角也可。", "The unified social credit code; full width will do.").here, valueName: "code"))
    var creditCode: String?

    @Option(help: Text("所在区:区划代码或名称,如 350206、湖里区。", "Where it stands: a division code or a name, as 350206, Huli.").help)
    var district: String?

    @Option(
      name: .customLong("unit"),
      help: Text("上报单位:区划代码、名称或 XM-TORCH(默认同所在区)。", "The reporting unit: a code, a name or XM-TORCH (by default the district's).").help)
    var reportingUnit: String?

    @Option(help: Choices.help(SubSector.self, Text("细分行业", "The sub-sector")))
    var subSector: String?

    @Option(help: Text("行业代码(GB/T 4754-2017),如 3974。", "The industry code (GB/T 4754-2017), as 3974.").help)
    var industry: String?

    @Option(help: Text("地址。", "Its address.").help)
    var address: String?

    @Option(help: Text("联系人。", "Whom to ask for.").help)
    var contact: String?

    @Option(help: ArgumentHelp(Text("成立日期,如 2010-01-01。", "When it was founded, as 2010-01-01.").here, valueName: "date"))
    var establishedOn: String?

    @Option(help: ArgumentHelp(Text("注册资本:元,也可写 500万。", "Its registered capital in yuan; 500万 means 5,000,000.").here, valueName: "amount"))
    var registeredCapital: String?

    @Option(help: Text("企业类型(所有制)。", "What kind of enterprise it is, by its owners.").help)
    var ownership: String?

    @Option(help: Text("主要产品。", "What it makes.").help)
    var mainProducts: String?

    @Option(help: Text("所在园区。", "The park where it stands.").help)
    var park: String?

    @Option(help: Text("在用系统,如 ERP、MES。", "The systems that it uses, as ERP, MES.").help)
    var systems: String?

    @Option(
      help: ArgumentHelp(Text("严重失信认定日期;空值表示撤销。", "When it was found untrustworthy; empty takes it back.").here, valueName: "date"))
    var untrustedOn: String?

    @Option(help: Text("失信认定的依据。", "Where that stands.").help)
    var untrustedSource: String?

    /// What is given beside the fields that have a form of their own.
    private var facts: FieldInput {
      let all = [
        ("establishedOn", establishedOn), ("registeredCapital", registeredCapital), ("ownership", ownership),
        ("mainProducts", mainProducts),
        ("park", park), ("systems", systems), ("untrustedOn", untrustedOn), ("untrustedSource", untrustedSource),
      ]
      return FieldInput(all.compactMap { name, text in text.map { (name, $0) } })
    }

    func draft() throws -> EnterpriseDraft {
      EnterpriseDraft(
        name: name, creditCode: creditCode, district: try district.map { try District.parse($0, field: "district") },
        reportingUnit: try reportingUnit.map { try ReportingUnit.parse($0, field: "unit") },
        subSector: try subSector.map { try SubSector.parse($0, field: "sub-sector") }, industryCode: industry, address: address,
        contact: contact, facts: facts)
    }
  }

  /// Records an enterprise.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: Text("登记一家企业", "Record an enterprise").here,
      discussion: Text(
        "信用代码校验不通过时只提醒,照样登记。", "A credit code whose check fails is warned about and recorded all the same."
      ).here)

    @Argument(help: ArgumentHelp(Text("企业名称(也可用 --name)。", "Its name (or use --name).").here, valueName: "name"))
    var name: String?

    @OptionGroup var contents: Contents
    @OptionGroup var common: CommonOptions

    func run() throws {
      var draft = try contents.draft()
      draft.name = draft.name ?? name
      try common.tell(common.openSurvey().addEnterprise(draft), Text("已登记", "Recorded"))
    }
  }

  /// Changes an enterprise.
  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: Text("修改企业,只改给出的内容", "Change an enterprise: only what is given").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @OptionGroup var contents: Contents

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let draft = try contents.draft()
      try common.tell(common.openSurvey().editEnterprise(enterprise, draft, reading: readToken), Text("已修改", "Changed"))
    }
  }

  /// Lists enterprises.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出本机的企业", "List the enterprises on this device").here)

    @Argument(
      help: ArgumentHelp(
        Text("名称、代码或地址中的文字;不写则全部。", "Text in the name, the code or the address; all when left out.").here, valueName: "text"))
    var text: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().enterprises(matching: text)
      try common.printer.show(all) { printer in
        guard !all.isEmpty else { return printer.note(Text("没有企业。", "No enterprises.")) }
        printer.table(
          [Text("编号", "id"), Text("名称", "name"), Text("信用代码", "credit code"), Text("区", "district"), Text("细分行业", "sub-sector")],
          all.map { [$0.id, $0.name + merged($0, printer), $0.creditCode ?? "", printer.name($0.district), printer.name($0.subSector)] })
      }
      for (code, count) in Self.shared(all.filter { $0.mergedInto == nil }) {
        common.printer.note(
          Text("提醒:\(count) 家企业的信用代码都是 \(code),可能重复登记。", "Warning: \(count) enterprises have the credit code \(code); recorded twice?"))
      }
    }

    /// A mark behind a record that was merged: it is not an enterprise of its own.
    private func merged(_ enterprise: EnterpriseLine, _ printer: Printer) -> String {
      enterprise.mergedInto.map { Text("(已并入 \($0))", " (merged into \($0))")(printer.language) } ?? ""
    }

    /// The codes that several enterprises have. Each is a case of its own that different people hold, so that only here, where all of them
    /// lie, can it be seen.
    static func shared(_ all: [EnterpriseLine]) -> [(code: String, count: Int)] {
      Dictionary(grouping: all.compactMap(\.creditCode)) { $0 }.mapValues(\.count).filter { $0.value > 1 }
        .sorted { $0.key < $1.key }.map { (code: $0.key, count: $0.value) }
    }
  }

  /// Checks a credit code; needs no home.
  struct CheckCode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check-code", abstract: Text("校验统一社会信用代码(GB 32100-2015)", "Check a unified social credit code (GB 32100-2015)").here,
      discussion: Text("代码不对时退出码仍为 0:看输出的 valid。", "A wrong code ends with 0 too: read valid in the output.").here)

    @Argument(help: ArgumentHelp(Text("18 位代码,全角、小写均可。", "18 characters; full width and lower case will do.").here, valueName: "code"))
    var code: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let check = CreditCode.check(code)
      try common.printer.show(check) { printer in
        printer.say(
          check.valid
            ? Text("有效:\(check.normalised)", "Valid: \(check.normalised)")
            : Text("无效:\(check.normalised)", "Not valid: \(check.normalised)"))
        for problem in check.problems { printer.say(problem.text) }
      }
    }
  }
}

extension CommonOptions {
  /// Tells of an enterprise that was recorded or changed, and what to look at again.
  fileprivate func tell(_ added: AddedEnterprise, _ what: Text) throws {
    try printer.show(added) { printer in
      printer.say(Text("\(what.zh):\(added.enterprise.name)", "\(what.en): \(added.enterprise.name)"))
      printer.line(added.id)
      if let proposal = added.proposal { printer.proposed(proposal) }
    }
    if let check = added.creditCodeCheck, !check.valid {
      printer.note(
        Text(
          "提醒:信用代码 \(check.normalised) 校验不通过,已照样记录,请核对:",
          "Warning: the check of \(check.normalised) fails; recorded all the same, please confirm:"))
      for problem in check.problems { printer.note(problem.text) }
    }
    for other in added.similar { printer.note(Self.similar(other)) }
  }

  /// Another enterprise that may be the same one.
  static func similar(_ other: Enterprise) -> Text {
    Text("提醒:另有名称或代码相同的企业 \(other.name)(\(other.id))", "Warning: another has the same name or code: \(other.name) (\(other.id))")
  }
}

extension CreditCode.Problem {
  /// The problem as people are told it.
  var text: Text {
    switch self {
    case .length(let found): Text("  · 应为 18 位,实为 \(found) 位", "  · 18 characters are needed, found \(found)")
    case .oldRegistrationNumber: Text("  · 这是 15 位的旧注册号", "  · this is an old registration number of 15 digits")
    case .alphabet(let position, let character):
      Text("  · 第 \(position) 位不能是“\(character)”", "  · character \(position) cannot be \"\(character)\"")
    case .division(let found): Text("  · 第 3–8 位应为数字,实为 \(found)", "  · characters 3–8 must be digits, found \(found)")
    case .innerCheck(let expected, let found):
      Text("  · 第 17 位(组织机构代码校验)应为 \(expected),实为 \(found)", "  · character 17, the inner check, should be \(expected), found \(found)")
    case .outerCheck(let expected, let found):
      Text("  · 第 18 位(校验)应为 \(expected),实为 \(found)", "  · character 18, the outer check, should be \(expected), found \(found)")
    }
  }
}
