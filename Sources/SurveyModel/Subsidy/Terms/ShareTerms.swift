/// A percentage of an amount, up to a limit: diagnosis (R3), cloud use (R6), the agency's fee (R10).
public struct ShareTerms: SubsidyTerms {
  /// The amount.
  public let base: PolicyBase
  /// The percentage of it.
  public let percent: PolicyFigure
  /// The limit, in fen.
  public let limit: PolicyFigure
  /// What must hold besides.
  public let conditions: [PolicyCondition]

  struct Claim: SubsidyClaim {
    let base: [Int]
    let stated: [String: Bool]
  }

  var fields: [ClaimField] {
    [ClaimField(base)] + conditions.map(ClaimField.init)
  }

  var figures: [NamedFigure] { [NamedFigure("比例", "percentage", percent), NamedFigure("上限", "limit", limit)] }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(base: reader.amounts(base.key), stated: reader.stated(conditions))
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    let fen = try result.sum(claim.base, base.name, key: base.key)
    guard result.meets(conditions, claim.stated) else { return }
    result.totalFen = result.share(percent, of: (base.name, fen), upTo: limit.value, as: .ceiling)
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.percent, percent, at: "percent")
    checker.unit(.fen, limit, at: "limit")
  }
}

extension BilingualText {
  /// What a rule's whole amount is called in a derivation.
  static let ceiling = BilingualText("最高金额", "ceiling")
}
