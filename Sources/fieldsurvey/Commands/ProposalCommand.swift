import ArgumentParser
import SurveyModel

/// What is another role's word, and waits for it.
struct ProposalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proposal", abstract: Text("建议:由他人职权决定的内容", "Proposals: what is another role's word").here,
    subcommands: [List.self, Show.self, Accept.self, Refuse.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出建议,待定的在前", "List proposals, open ones first").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().proposals(of: enterprise)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有建议。", "No proposals.")) }
        for proposal in all { printer.proposal(proposal) }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Text("查看一条建议", "Show a proposal").here)

    @Argument(help: ProposalCommand.argument)
    var proposal: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let found = try common.openSurvey().proposal(proposal)
      try common.printer.show(found) { printer in printer.proposal(found) }
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept", abstract: Text("采纳:以本人名义登记", "Accept: it is recorded as your word").here)

    @Argument(help: ProposalCommand.argument)
    var proposal: String

    @Option(help: Text("附言。", "Something to say with it.").help)
    var saying: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let outcome = try home.survey().accept(proposal, saying: saying)
      if case .recorded(let record) = outcome, record.type.table == "assignment",
        let enterprise = record.enterpriseID, let user = record["user"]?.text
      {
        try AssignCommand.grant(enterprise, to: user, home)
      }
      try common.tell(outcome, Text("已采纳并登记。", "Accepted and recorded."))
    }
  }

  struct Refuse: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "refuse", abstract: Text("不采纳,并说明理由;建议保留", "Refuse with a reason; the proposal stays").here)

    @Argument(help: ProposalCommand.argument)
    var proposal: String

    @Option(help: Text("理由,提出人会看到。", "The reason; its author reads it.").help)
    var because: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let found = try common.openSurvey().refuse(proposal, because: because)
      try common.printer.show(found) { printer in printer.proposal(found) }
    }
  }

  static let argument = ArgumentHelp(Text("建议编号(可只写开头)。", "The proposal's identifier, or its beginning.").here, valueName: "proposal")
}
