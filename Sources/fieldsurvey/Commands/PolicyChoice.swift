import ArgumentParser
import SurveyModel

/// Which version of the subsidy policy a command works with.
struct PolicyChoice: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      Text("政策版本的编号,或政策文件的路径(默认按日期选)。", "A policy version's identifier, or the path of a policy file (by default, by date).").here,
      valueName: "id|file"))
  var policy: String?

  @Option(
    help: ArgumentHelp(
      Text("按哪一天的政策,如 2024-06-30;不给时用最新一版,不核对有效期。", "The day, as 2024-06-30; without it the latest version, whether or not it is in force.")
        .here, valueName: "date"))
  var on: String?

  /// The day in its one form.
  func day() throws -> String? {
    guard let on else { return nil }
    guard let day = Moment.day(on) else { throw SurveyError(.valueInvalid, ["field": "on", "value": on]) }
    return day
  }

  /// The version that the options name, in force on the day if there is one.
  func chosen() throws -> SubsidyPolicy {
    let day = try day()
    guard let policy else { return try SubsidyPolicies.bundled().policy(on: day) }
    let named = try Self.named(policy)
    if let day { try named.requireInForce(on: day) }
    return named
  }

  /// A version by its identifier, or from a file: what has a slash or ends in .json is one.
  static func named(_ name: String) throws -> SubsidyPolicy {
    guard name.contains("/") || name.hasSuffix(".json") else { return try SubsidyPolicies.bundled().policy(name) }
    return try SubsidyPolicy(json: AnswerInput.read(name))
  }
}
