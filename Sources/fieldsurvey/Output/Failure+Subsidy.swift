import SurveyModel

extension Failure {
  /// What the domain refuses about policies and claims, and codes of a later version.
  static func subsidy(_ error: SurveyError) -> Text {
    let details = error.details
    func of(_ key: String) -> String { details[key] ?? "?" }
    func list(_ key: String) -> String { of(key).split(separator: "\n").joined(separator: ", ") }
    switch error.code {
    case .policyUnknown:
      return Text("没有政策版本“\(of("policy"))”;现有:\(list("known"))", "There is no policy \"\(of("policy"))\"; known: \(list("known"))")
    case .policyNotInForce:
      return Text("\(of("day")) 没有生效的政策版本;现有:\(list("known"))", "No policy version is in force on \(of("day")); known: \(list("known"))")
    case .policyAmbiguous:
      return Text("有几版政策同日生效:\(list("known"))", "Several versions begin on the same day: \(list("known"))")
    case .policyMalformed:
      guard let path = details["path"] else { return Text("政策文件格式不对。", "The policy file is malformed.") }
      return Text("政策文件格式不对:“\(path)”。", "The policy file is malformed at \"\(path)\".")
    case .policyInconsistent: return Text("政策文件“\(of("policy"))”自相矛盾:", "The policy \"\(of("policy"))\" contradicts itself:")
    case .policyBroken:
      return Text(
        "“\(of("path"))”不符合规则(\(of("law"))):\(of("found"))", "\"\(of("path"))\" breaks the law \"\(of("law"))\": \(of("found"))")
    case .ruleUnknown:
      return Text("没有规则“\(of("rule"))”;可用:\(list("allowed"))", "There is no rule \"\(of("rule"))\"; allowed: \(list("allowed"))")
    case .ruleWithoutFigures:
      return Text("\(of("rule")) 没有给出金额或比例,不能计算。", "\(of("rule")) states no figures; there is nothing to compute.")
    case .claimRefused:
      return Text("\(of("rule")) 的输入有 \(of("count")) 处不能接受:", "The input of \(of("rule")) cannot be taken, for \(of("count")) reason(s):")
    case .claimUnfit:
      return Text(
        "政策 \(of("policy")) 的 \(of("rule")) 换了算法,本程序的记录不能直接套用;可用 subsidy compute 给出输入。",
        "\(of("policy")) computes \(of("rule")) in another way than these records are told for; give subsidy compute the input.")
    case .keyMissing: return Text("缺少“\(of("path"))”", "\"\(of("path"))\" is missing")
    case .keysExclusive: return Text("须且只能给出其中一个:\(list("keys"))", "exactly one of these must be there: \(list("keys"))")
    case .numberNegative: return Text("“\(of("path"))”不能为负(\(of("value")))", "\"\(of("path"))\" must not be negative (\(of("value")))")
    case .numberTooLarge: return Text("“\(of("path"))”太大,无法计算", "\"\(of("path"))\" is too large to compute with")
    case .levelUnknown:
      return Text(
        "“\(of("path"))”没有等级 \(of("level"));可用:\(list("allowed"))",
        "\"\(of("path"))\": there is no level \(of("level")); allowed: \(list("allowed"))")
    case .monthInvalid:
      return Text("“\(of("path"))”的“\(of("month"))”不是月份(应如 2024-01)", "\"\(of("path"))\": \"\(of("month"))\" is no month (as 2024-01)")
    case .valueRepeated: return Text("“\(of("path"))”重复:\(of("value"))", "\"\(of("path"))\" is there twice: \(of("value"))")
    default:
      let facts = details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      return Text("不能接受(\(error.code) \(facts))。", "This cannot be taken (\(error.code) \(facts)).")
    }
  }
}
