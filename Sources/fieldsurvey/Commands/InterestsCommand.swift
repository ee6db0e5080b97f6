import ArgumentParser
import SurveyModel

/// Who worked on an enterprise and then judged it for the agency.
struct InterestsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interests", abstract: Text("利益冲突:同一人既服务又验收同一企业", "Conflicts of interest: who both served and accepted an enterprise").here
  )

  @OptionGroup var common: CommonOptions

  func run() throws {
    let all = try common.openSurvey().sharedInterests()
    try common.printer.show(all) { printer in
      if all.isEmpty { printer.note(Text("没有发现。", "None was found.")) }
      for interest in all {
        let places = interest.asSpecialist.map(Failure.name)
        let (zh, en) = (places.map(\.zh).joined(separator: "、"), places.map(\.en).joined(separator: ", "))
        printer.say(
          Text(
            "⚠ \(interest.enterprise):\(interest.user) 既参与\(zh),又签发验收 \(interest.acceptances.joined(separator: "、"))",
            "⚠ \(interest.enterprise): \(interest.user) took part (\(en)) and issued the acceptance \(interest.acceptances.joined(separator: ", "))"
          ))
      }
    }
  }
}
