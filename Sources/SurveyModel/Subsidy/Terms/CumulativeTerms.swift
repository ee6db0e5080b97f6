/// A percentage of an amount, up to a limit for all time that a title raises: the platforms' reward (R9).
public struct CumulativeTerms: SubsidyTerms {
  /// The amount.
  public let base: PolicyBase
  /// The percentage of it.
  public let percent: PolicyFigure
  /// The limit of all payments together, in fen.
  public let limit: PolicyFigure
  /// The limit where ``raisedWhen`` holds, in fen.
  public let raisedLimit: PolicyFigure
  /// What raises the limit.
  public let raisedWhen: PolicyCondition

  struct Claim: SubsidyClaim {
    let base: [Int]
    let paid: [Int]
    let isRaised: Bool
  }

  private static let paid = ClaimField("paidSoFarFen", .amounts, "此前累计已拨付", "paid so far", example: "0")

  var fields: [ClaimField] {
    [ClaimField(base), Self.paid, ClaimField(raisedWhen)]
  }

  var figures: [NamedFigure] {
    [
      NamedFigure("比例", "percentage", percent), NamedFigure("累计上限", "cumulative limit", limit),
      NamedFigure("双跨平台累计上限", "raised limit", raisedLimit),
    ]
  }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(base: reader.amounts(base.key), paid: reader.amounts(Self.paid.key), isRaised: reader.flag(raisedWhen.key) ?? false)
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    let fen = try result.sum(claim.base, base.name, key: base.key)
    let paid = try result.sum(claim.paid, Self.paid.name, key: Self.paid.key)
    let limit = claim.isRaised ? raisedLimit.value : limit.value
    let remaining = max(0, limit - paid)
    let money = (limit: Money.grouped(fen: limit), paid: Money.grouped(fen: paid), remaining: Money.grouped(fen: remaining))
    result.remainingFen = remaining
    result.step(
      "剩余额度 = max(0, \(money.limit) − \(money.paid)) = \(money.remaining)",
      "remaining = max(0, \(money.limit) − \(money.paid)) = \(money.remaining)")
    result.excessFen = max(0, paid - limit)
    if paid > limit {
      result.raise(.paidBeyondLimit, BilingualText(verbatim: Money.grouped(fen: paid - limit)))
    } else if remaining == 0 {
      result.raise(.limitUsedUp)
    }
    result.totalFen = result.share(percent, of: (base.name, fen), upTo: remaining, as: .ceiling)
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.percent, percent, at: "percent")
    checker.unit(.fen, limit, at: "limit")
    checker.unit(.fen, raisedLimit, at: "raisedLimit")
    checker.condition(raisedWhen, at: "raisedWhen")
    checker.expect(limit.value <= raisedLimit.value, "the raised limit is no lower", found: String(raisedLimit.value), at: "raisedLimit")
  }
}
