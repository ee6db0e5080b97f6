import SurveyFiles
import SurveyModel

extension Failure {
  /// What the domain refuses: each single fault becomes a line, so that a person mends all in one go.
  init(_ error: SurveyError) {
    let lines = error.problems.prefix(Self.mostProblems).map(Self.sentence)
    var what =
      Self.sentence(error)
      + Text(lines.map { "\n  · \($0.zh)" }.joined(), lines.map { "\n  · \($0.en)" }.joined())
    let more = error.problems.count - lines.count
    if more > 0 { what = what + Text("\n  · 还有 \(more) 处", "\n  · and \(more) more") }
    var details = error.details
    for (at, problem) in error.problems.prefix(Self.mostProblems).enumerated() {
      details["problem\(at + 1)"] =
        ([problem.code.description] + problem.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }
    self.init(
      error.code.description, Self.status(error.code), what, kept: Self.nothingChanged, next: Self.next(error.code), details: details)
  }

  /// As many faults as are told at once: more than an answer file of any sense can have.
  private static let mostProblems = 50

  private static func status(_ code: SurveyError.Code) -> ExitStatus {
    switch code {
    case .resourceMissing, .resourceUnreadable, .instrumentMalformed, .instrumentInconsistent, .planMalformed: .notConfigured
    case .instrumentUnknown, .policyUnknown, .recordUnknown, .indicatorUnknown, .fileUnreadable: .notFound
    case .notAuthorised: .notPermitted
    case .fileExists, .fileUnwritable, .notAFile: .cannotWrite
    default: .badInput
    }
  }

  private static func next(_ code: SurveyError.Code) -> Text? {
    switch code {
    case .resourceMissing, .resourceUnreadable, .instrumentMalformed, .instrumentInconsistent, .planMalformed:
      Text("请重新安装 fieldsurvey,或设置 FIELDSURVEY_RESOURCES。", "Install fieldsurvey anew, or set FIELDSURVEY_RESOURCES.")
    case .instrumentUnknown:
      Text(
        "请更新指标文件;没有指标文件的旧版只登记结果:fieldsurvey assessment import。",
        "Update the instrument files; of an edition without one only the result is recorded: fieldsurvey assessment import.")
    case .editionScored: Text("请用 fieldsurvey assessment start。", "Use fieldsurvey assessment start.")
    case .answersRefused, .recordRefused, .policyInconsistent: Text("改正以上各处后再试。", "Mend these, then try again.")
    case .claimRefused, .ruleUnknown, .ruleWithoutFigures:
      Text("每项规则的输入见 fieldsurvey subsidy rules。", "fieldsurvey subsidy rules lists the rules and what each takes.")
    case .policyUnknown, .policyNotInForce, .policyAmbiguous:
      Text("各版本见 fieldsurvey policy list;也可用 --policy 指定。", "fieldsurvey policy list lists the versions; --policy names one.")
    case .recordHandedOver:
      Text("请开始自己的诊断:fieldsurvey diagnosis start 企业。", "Begin a diagnosis of your own: fieldsurvey diagnosis start ENTERPRISE.")
    case .creditCodesDiffer:
      Text(
        "确认是同一家时加 --although-codes-differ。", "Where they are one all the same, add --although-codes-differ.")
    default: nextForFile(code) ?? nextForAttachment(code)
    }
  }

  private static func sentence(_ error: SurveyError) -> Text {
    let details = error.details
    func of(_ key: String) -> String { details[key] ?? "?" }
    let sentence: Text =
      switch error.code {
      case .resourceMissing: Text("缺少数据文件 \(of("name"))。", "The data file \(of("name")) is missing.")
      case .resourceUnreadable: Text("无法读取数据文件 \(of("path"))。", "The data file \(of("path")) cannot be read.")
      case .instrumentUnknown: Text("没有“\(of("edition"))”版的评测指标。", "There is no instrument of edition \(of("edition")).")
      case .instrumentMalformed: Text("评测指标文件格式不对。", "The instrument's file is malformed.")
      case .instrumentInconsistent: Text("评测指标文件自相矛盾。", "The instrument's file contradicts itself.")
      case .instrumentRule:
        Text(
          "规则 \(of("rule")):应为 \(of("expected")),实为 \(of("found"))", "rule \(of("rule")): expected \(of("expected")), found \(of("found"))")
      case .inputTooLarge:
        Text("输入过大(\(of("bytes")) 字节,上限 \(of("limit")))。", "The input is too large (\(of("bytes")) bytes of \(of("limit"))).")
      case .notUTF8: Text("文件不是 UTF-8 编码。", "The file is not UTF-8.")
      case .jsonMalformed:
        Text(
          "第 \(of("line")) 行第 \(of("column")) 字节处不是有效的 JSON。", "Not valid JSON at line \(of("line")), byte \(of("column")).")
      case .keyUnknown: Text("不认识的键“\(of("key"))”", "unknown key \"\(of("key"))\"")
      case .keyDuplicate: Text("键“\(of("path"))”重复", "key \"\(of("path"))\" is there twice")
      case .typeMismatch where of("path").isEmpty:
        Text("整个文件应为 \(of("expected")),实为 \(of("found"))", "the whole file should be \(of("expected")), found \(of("found"))")
      case .typeMismatch:
        Text(
          "“\(of("path"))”应为 \(of("expected")),实为 \(of("found"))", "\"\(of("path"))\" should be \(of("expected")), found \(of("found"))")
      case .answersRefused: Text("答案有 \(of("count")) 处不能接受:", "The answers cannot be taken, for \(of("count")) reason(s):")
      case .questionUnknown: Text("没有第 \(of("question")) 题", "there is no question \(of("question"))")
      case .sceneUnknown: Text("没有第 \(of("scene")) 个场景", "there is no scene \(of("scene"))")
      case .answerEmpty:
        Text("\(item(details).zh)没有选项;未答请不要写这一题", "\(item(details).en): no letter; leave the question out instead")
      case .letterUnknown: Text("\(item(details).zh)没有选项“\(of("letter"))”", "\(item(details).en): no option \"\(of("letter"))\"")
      case .letterRepeated: Text("\(item(details).zh)选项 \(of("letter")) 重复", "\(item(details).en): option \(of("letter")) is there twice")
      case .choiceExclusive:
        Text(
          "\(item(details).zh)选了 \(of("letter"))(无)就不能再选其他(\(of("letters")))",
          "\(item(details).en): \(of("letter")) (none) excludes the others (\(of("letters")))")
      case .choiceSingle:
        Text("\(item(details).zh)是单选题,却选了 \(of("letters"))", "\(item(details).en): one letter only, not \(of("letters"))")
      case .sceneLevelOutOfRange:
        Text("\(item(details).zh)等级应为 0 到 4,不是 \(of("level"))", "\(item(details).en): the level is 0 to 4, not \(of("level"))")
      case .creditCodePart: Text("\(of("part")) 不能是“\(of("value"))”", "\(of("part")) cannot be \"\(of("value"))\"")
      default: file(error) ?? attachment(error) ?? record(error)
      }
    if let place = place(details) { return place + sentence }
    guard let line = details["line"], error.code != .jsonMalformed else { return sentence }
    return sentence + Text("(第 \(line) 行)", " (line \(line))")
  }

  /// `q3` and `scene7` as people call them.
  private static func item(_ details: [String: String]) -> Text {
    guard let item = details["item"] else { return Text("", "answer") }
    if item.hasPrefix("q") { return Text("第 \(item.dropFirst()) 题:", "question \(item.dropFirst())") }
    if item.hasPrefix("scene") { return Text("场景 \(item.dropFirst("scene".count)):", "scene \(item.dropFirst("scene".count))") }
    return Text("\(item):", item)
  }
}
