/// A fixed sum for each thing done: the chain leaders' reward (R4).
public struct AwardTerms: SubsidyTerms {
  /// The sum for each, in fen.
  public let each: PolicyFigure
  /// What must hold besides.
  public let conditions: [PolicyCondition]

  struct Claim: SubsidyClaim {
    let completed: Int
    let contested: Int
    let stated: [String: Bool]
  }

  var fields: [ClaimField] {
    [
      ClaimField("completed", .count, "完成改造任务的企业数(同一企业只计一次)", "distinct enterprises whose transformation was completed", example: "3"),
      ClaimField(
        "contested", .count, "其中另有“链主”也主张的企业数", "of these, enterprises that another leader claims too", required: false, example: "1",
        isInExample: false),
    ] + conditions.map(ClaimField.init)
  }

  var figures: [NamedFigure] { [NamedFigure("每家奖励", "for each", each)] }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(completed: reader.count("completed") ?? 0, contested: reader.count("contested") ?? 0, stated: reader.stated(conditions))
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    guard claim.contested <= claim.completed else {
      throw SurveyError(.valueInvalid, ["field": "contested", "value": String(claim.contested)])
    }
    guard result.meets(conditions, claim.stated) else { return }
    // The whole must fit, so that its parts do.
    _ = try SubsidyResult.checked(each.value.multipliedReportingOverflow(by: claim.completed), key: "completed")
    let count = claim.completed - claim.contested
    result.totalFen = each.value * count
    let money = (each: Money.grouped(fen: each.value), total: Money.grouped(fen: result.totalFen))
    result.step(
      "最高金额 = \(money.each) × \(count.grouped) 家 = \(money.total)",
      "ceiling = \(money.each) × \(count.grouped) enterprises = \(money.total)")
    guard claim.contested > 0 else { return }
    let blocked = each.value * claim.contested
    result.blockedFen = blocked
    result.step(
      "暂不发放 = \(money.each) × \(claim.contested.grouped) 家 = \(Money.grouped(fen: blocked))",
      "blocked = \(money.each) × \(claim.contested.grouped) enterprises = \(Money.grouped(fen: blocked))")
    result.raise(.claimContested)
  }

  func check(_ checker: inout PolicyChecker) { checker.unit(.fen, each, at: "each") }
}
