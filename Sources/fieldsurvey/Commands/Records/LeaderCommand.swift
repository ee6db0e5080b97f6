import ArgumentParser
import SurveyModel

/// The chain leaders, and what they are rewarded.
struct LeaderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leader", abstract: Text("链主企业", "Chain leaders").here,
    subcommands: RecordCommand<LeaderNoun>.subcommands + [Rewards.self])

  /// What R4 gives each; what several claim waits for the office.
  struct Rewards: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rewards", abstract: Text("按 R4 计算奖励;有争议的暂不发放", "The reward by R4; what is contested waits").here)

    @OptionGroup var choice: PolicyChoice
    @OptionGroup var common: CommonOptions

    func run() throws {
      let policy = try choice.chosen()
      let all = try common.openSurvey().leaderRewards(by: policy, on: choice.day())
      try common.printer.show(all) { printer in
        if all.isEmpty { return printer.note(Text("没有已完成的链上改造。", "No completed transformation is claimed.")) }
        printer.table(
          [Text("链主企业", "leader"), Text("完成", "completed"), Text("已认定", "attributed"), Text("有争议", "contested"), Text("奖励", "reward")],
          all.map { reward in
            let counts = [reward.claims?.completed, reward.claims?.attributed, reward.claims?.contested].map { "\($0 ?? 0)" }
            return [reward.claims?.leader ?? ""] + counts + [printer.money(reward.dueFen ?? 0)(printer.language)]
          }, right: [1, 2, 3, 4])
        for claim in all.compactMap(\.claims).flatMap(\.claims) where claim.state.term == .contested {
          printer.say(
            Text("⚠ 有争议,暂不发放:\(claim.enterprise)(\(claim.leader))", "⚠ contested, not paid: \(claim.enterprise) (\(claim.leader))"))
        }
      }
    }
  }
}

enum LeaderNoun: RecordNoun {
  static let type = RecordType.chainLeader
  static let path = "leader"
}
