import ArgumentParser
import SurveyModel

/// Arguments that many commands take, described alike.
enum Argued {
  static let enterprise = ArgumentHelp(
    Text("企业:编号(可只写开头)或信用代码。", "The enterprise: an identifier (the beginning will do) or a credit code.").here, valueName: "enterprise")
  static let assessment = ArgumentHelp(
    Text("评测编号(可只写开头)。", "The assessment's identifier, or its beginning.").here, valueName: "assessment")
  static let diagnosis = ArgumentHelp(
    Text("诊断编号(可只写开头)。", "The diagnosis's identifier, or its beginning.").here, valueName: "diagnosis")
  static let owner = ArgumentHelp(
    Text("诊断编号,或企业(编号或信用代码)。", "A diagnosis, or an enterprise (an identifier or a credit code).").here, valueName: "diagnosis|enterprise")
  static let visit = ArgumentHelp(
    Text("所属的走访(编号,可只写开头)。", "The visit that it belongs to (the beginning of its identifier).").here, valueName: "visit")
  static let asOf = ArgumentHelp(Text("截至日期,如 2025-07-18(默认今天)。", "As of a day, as 2025-07-18 (today by default).").here, valueName: "day")
  static let readToken = ArgumentHelp(
    Text("查看时得到的 readToken:说明填写时看到的是什么。", "The readToken that show gave: what was seen when this was written.").here, valueName: "token")
}

/// The closed lists that options choose from.
enum Choices {
  /// Help that names the keys with their labels.
  static func help<T: Term>(_ type: T.Type, _ what: Text) -> ArgumentHelp {
    let all = T.allCases.map { Text("\($0.rawValue) \($0.label)", $0.rawValue) }.joined()
    return Text("\(what.zh):\(all.zh)。", "\(what.en): \(all.en).").help
  }

  /// Several terms, given apart or with commas between them.
  static func parse<T: Term>(_ words: [String], _ type: T.Type, field: String) throws -> [T] {
    try words.flatMap { $0.split { ",、，".contains($0) } }.map { try T.parse(String($0), field: field) }
  }
}

extension Printer {
  /// A term's name in the reader's language; empty where there is none.
  func name<T: Term>(_ term: Stored<T>?) -> String { term.map { Text($0.label, $0.labelEn)(language) } ?? "" }

  /// A record's time, in Beijing time.
  func time(_ text: String?) -> String { text.flatMap { Moment($0) }?.beijingText ?? "" }

  /// A text of the domain in the reader's language.
  func name(_ text: BilingualText) -> String { Text(text.zh, text.en)(language) }

  /// What is open between several writers, beside what is shown.
  /// - Parameter item: which part of the record, where it has several.
  func contested(_ all: [Contested], of table: String, item: String = "") {
    let place = item.isEmpty ? "" : item + " "
    for contest in all {
      let column = Survey.describe(column: contest.column, of: table)
      if contest.candidates.isEmpty {
        say(
          Text(
            "  ⚠ \(place)\(column.zh)与其他内容矛盾,请核实(fieldsurvey conflicts show \(contest.conflict))",
            "  ⚠ \(place)\(column.en) contradicts something else: check it (fieldsurvey conflicts show \(contest.conflict))"))
        continue
      }
      let sides = contest.candidates.map { candidate in
        Text(
          "\(candidate.value ?? "(空)")(\(candidate.by.joined(separator: "、")))",
          "\(candidate.value ?? "(empty)") (\(candidate.by.joined(separator: ", ")))")
      }.joined()
      say(Text("  ⚠ \(place)\(column.zh)有争议:\(sides.zh)", "  ⚠ \(place)\(column.en) contested: \(sides.en)"))
    }
  }

  /// A mark behind what is contested.
  func mark(_ all: [Contested]) -> String { all.isEmpty ? "" : " ⚠" }
}
