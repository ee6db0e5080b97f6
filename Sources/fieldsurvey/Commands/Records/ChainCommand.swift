import ArgumentParser
import SurveyModel

/// Up or down the chain of which leaders an enterprise is, and whose its transformation is where several claim it.
struct ChainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chain", abstract: Text("链上关系", "Chain links").here,
    subcommands: [RecordAdd<ChainNoun>.self, RecordDelete<ChainNoun>.self, List.self, RecordShow<ChainNoun>.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出", "List").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let claims = try survey.chainClaims()
      let all = try survey.records(.chainLink, throughMergesOf: enterprise).map { ShownLink(record: $0, claims) }
      let names = try survey.referenceNames(of: all.map(\.record))
      try common.printer.show(all) { printer in
        printer.records(all.map(\.record), .chainLink, names)
        for claim in all.compactMap(\.claim) where claim.state.term != .sole {
          printer.say(
            Text(
              "⚠ \(claim.enterprise):\(claim.leader) \(printer.name(claim.state))",
              "⚠ \(claim.enterprise): \(claim.leader) \(printer.name(claim.state))"))
        }
      }
    }
  }

  /// A link with what becomes of the leader's claim: `claim` is null where nothing is claimed.
  private struct ShownLink: Encodable {
    let record: Record
    let claim: ChainClaim?

    private enum CodingKeys: CodingKey { case claim }

    init(record: Record, _ claims: [ChainClaim]) {
      self.record = record
      claim = claims.first { $0.enterpriseID == record.enterpriseID && $0.leaderID == record["leader"]?.text }
    }

    func encode(to encoder: any Encoder) throws {
      try record.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(claim?.state, forKey: .claim)
    }
  }
}

enum ChainNoun: RecordNoun {
  static let type = RecordType.chainLink
  static let path = "chain"
}
