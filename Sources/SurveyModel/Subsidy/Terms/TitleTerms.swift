/// A sum for a national title (R11).
public struct TitleTerms: SubsidyTerms {
  /// The titles.
  public let titles: [Title]
  /// What must hold besides.
  public let conditions: [PolicyCondition]

  /// A title and the most that is paid for it.
  public struct Title: Codable, Hashable, Sendable {
    /// The key in a claim.
    public let key: String
    /// The title.
    public let name: BilingualText
    /// The most, in fen.
    public let limit: PolicyFigure
  }

  struct Claim: SubsidyClaim {
    let titles: [String]
    let stated: [String: Bool]
  }

  var fields: [ClaimField] {
    let allowed = Dictionary(titles.map { ($0.key, $0.name) }) { first, _ in first }
    let example = titles.first.map { "[\"\($0.key)\"]" } ?? "[]"
    return [ClaimField("titles", .keys, "获得的称号", "titles awarded", example: example, allowed: allowed)] + conditions.map(ClaimField.init)
  }

  var figures: [NamedFigure] { titles.map { NamedFigure($0.name.zh, $0.name.en, $0.limit) } }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(titles: reader.keys("titles", allowed: titles.map(\.key)), stated: reader.stated(conditions))
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    for title in claim.titles where !titles.contains(where: { $0.key == title }) {
      throw SurveyError(.valueInvalid, ["field": "titles", "value": title, "allowed": titles.map(\.key).joined(separator: "\n")])
    }
    guard result.meets(conditions, claim.stated) else { return }
    let won = titles.filter { claim.titles.contains($0.key) }
    for title in won {
      result.step("\(title.name.zh):\(Money.grouped(fen: title.limit.value))", "\(title.name.en): \(Money.grouped(fen: title.limit.value))")
    }
    var stacked = 0
    for title in won { stacked = try SubsidyResult.checked(stacked.addingReportingOverflow(title.limit.value), key: "titles") }
    result.totalFen = won.map(\.limit.value).max() ?? 0
    result.stackedFen = stacked
    let limits = won.map { Money.grouped(fen: $0.limit.value) }.joined(separator: ", ")
    switch won.count {
    case 0: result.step("没有称号 → 0", "no title → 0")
    case 1: break
    default:
      let total = Money.grouped(fen: result.totalFen)
      result.step("最高金额 = max(\(limits)) = \(total)", "ceiling = max(\(limits)) = \(total)")
      result.raise(.severalTitles)
    }
  }

  func check(_ checker: inout PolicyChecker) {
    for (at, title) in titles.enumerated() { checker.unit(.fen, title.limit, at: "titles.\(at).limit") }
    checker.unique(titles.map(\.key), at: "titles")
  }
}
