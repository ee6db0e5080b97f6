/// A percentage of what a transformation cost, up to a limit for the level reached, in two instalments (R8).
public struct TransformationTerms: SubsidyTerms {
  /// The percentage of the actual investment.
  public let percent: PolicyFigure
  /// Every level that can be, with its limit.
  public let levels: [LevelLimit]
  /// The percentage of the down payment that is paid first.
  public let firstPercent: PolicyFigure
  /// The most that is paid first, in fen.
  public let firstLimit: PolicyFigure

  /// A level and the most that is paid for it.
  public struct LevelLimit: Codable, Hashable, Sendable {
    /// The level.
    public let level: Int
    /// The most, in fen; nil where nothing is paid.
    public let limit: PolicyFigure?
  }

  struct Claim: SubsidyClaim {
    let investment: [Int]
    let downPayment: [Int]
    /// The level, or all that are in dispute; empty before there is one, when every level with a subsidy is possible.
    let levels: [Int]
    /// What was paid at signing; nil where nothing was said of it.
    let firstPaid: [Int]?
  }

  private static let investment = ClaimField("actualInvestmentFen", .amounts, "实际投入", "actual investment", example: "80000000")
  private static let downPayment = ClaimField("downPaymentFen", .amounts, "首付", "down payment", example: "30000000")
  private static let level = ClaimField("level", .level, "改造后数字化水平等级", "level after the transformation", example: "3")
  private static let firstPaid = ClaimField(
    "firstPaidFen", .amounts, "已拨付的首期", "first instalment as it was paid", required: false, example: "10000000", isInExample: false)

  var fields: [ClaimField] { [Self.investment, Self.downPayment, Self.level, Self.firstPaid] }

  var figures: [NamedFigure] {
    [NamedFigure("实际投入的比例", "percentage of the investment", percent)]
      + levels.compactMap { entry in
        entry.limit.map { NamedFigure("\(entry.level) 级上限", "limit of level \(entry.level)", $0) }
      } + [
        NamedFigure("首付的比例", "percentage of the down payment", firstPercent),
        NamedFigure("首期上限", "limit of the first instalment", firstLimit),
      ]
  }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(
      investment: reader.amounts(Self.investment.key), downPayment: reader.amounts(Self.downPayment.key),
      levels: reader.levels(Self.level.key, known: levels.map(\.level)),
      firstPaid: reader.has(Self.firstPaid.key) ? reader.amounts(Self.firstPaid.key) : nil)
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    let investment = try result.sum(claim.investment, Self.investment.name, key: Self.investment.key)
    let downPayment = try result.sum(claim.downPayment, Self.downPayment.name, key: Self.downPayment.key)
    let first = result.share(
      firstPercent, of: (Self.downPayment.name, downPayment), upTo: firstLimit.value, as: BilingualText("首期", "first"))
    let paid = try firstPaid(claim, first, &result)
    var amounts: [SubsidyResult.LevelAmounts] = []
    for level in claim.levels.isEmpty ? levels.filter({ $0.limit != nil }).map(\.level) : claim.levels {
      guard let entry = levels.first(where: { $0.level == level }) else {
        let known = levels.map { String($0.level) }.joined(separator: "\n")
        throw SurveyError(.levelUnknown, ["path": Self.level.key, "level": String(level), "allowed": known])
      }
      amounts.append(self.amounts(of: entry, investment, paid ?? first, &result))
    }
    // The level is not ours to settle: what is due at the lowest is due in any case.
    guard let certain = amounts.min(by: { $0.totalFen < $1.totalFen }) else { return }
    result.firstFen = first
    result.totalFen = certain.totalFen
    result.restFen = certain.restFen
    result.excessFen = certain.excessFen
    guard amounts.count > 1 else { return }
    result.perLevel = amounts
    let names = amounts.map { String($0.level) }
    result.raise(.levelDisputed, BilingualText(names.joined(separator: "、"), names.joined(separator: ", ")))
  }

  /// What was paid at signing, held against what the rule gives now; a correction may have come since.
  private func firstPaid(_ claim: Claim, _ first: Int, _ result: inout SubsidyResult) throws(SurveyError) -> Int? {
    guard let amounts = claim.firstPaid else { return nil }
    let paid = try result.sum(amounts, Self.firstPaid.name, key: Self.firstPaid.key)
    result.overpaidFen = max(0, paid - first)
    result.underpaidFen = max(0, first - paid)
    let money = (paid: Money.grouped(fen: paid), first: Money.grouped(fen: first))
    result.step("已拨付首期 \(money.paid),现应为 \(money.first)", "first instalment paid \(money.paid), by the rule now \(money.first)")
    if paid != first { result.raise(.paidDiffers, BilingualText(verbatim: "\(money.paid) / \(money.first)")) }
    return paid
  }

  /// The amounts of one level, of which some were paid, or are to be paid, at signing.
  private func amounts(of entry: LevelLimit, _ investment: Int, _ first: Int, _ result: inout SubsidyResult) -> SubsidyResult.LevelAmounts {
    let level = entry.level
    let name = BilingualText("总额(\(level) 级)", "total (level \(level))")
    var total = 0
    if let limit = entry.limit {
      total = result.share(percent, of: (Self.investment.name, investment), upTo: limit.value, as: name)
    } else {
      result.step("\(name.zh) = 0", "\(name.en) = 0")
      result.raise(.levelWithoutSubsidy, BilingualText("\(level) 级", "level \(level)"))
    }
    let (rest, excess) = (max(0, total - first), max(0, first - total))
    let money = (total: Money.grouped(fen: total), first: Money.grouped(fen: first))
    result.step(
      "余款(\(level) 级) = max(0, \(money.total) − \(money.first)) = \(Money.grouped(fen: rest))",
      "rest (level \(level)) = max(0, \(money.total) − \(money.first)) = \(Money.grouped(fen: rest))")
    if excess > 0 {
      let text = Money.grouped(fen: excess)
      result.step(
        "超付(\(level) 级) = \(money.first) − \(money.total) = \(text)", "excess (level \(level)) = \(money.first) − \(money.total) = \(text)")
      result.raise(.excessInstalment, BilingualText("\(level) 级,\(text)", "level \(level), \(text)"))
    }
    return .init(level: level, totalFen: total, restFen: rest, excessFen: excess)
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.percent, percent, at: "percent")
    checker.unit(.percent, firstPercent, at: "firstPercent")
    checker.unit(.fen, firstLimit, at: "firstLimit")
    for (at, entry) in levels.enumerated() {
      if let limit = entry.limit { checker.unit(.fen, limit, at: "levels.\(at).limit") }
    }
    let ranks = levels.map(\.level)
    checker.expect(ranks == Array(0..<levels.count), "levels from 0 on, each once", found: "\(ranks)", at: "levels")
    let limits = levels.map { $0.limit?.value ?? 0 }
    checker.expect(
      zip(limits, limits.dropFirst()).allSatisfy { $0 <= $1 }, "a higher level brings no less", found: "\(limits)", at: "levels")
    checker.expect(
      limits.contains { $0 >= firstLimit.value }, "the first instalment is within some level's limit", found: String(firstLimit.value),
      at: "firstLimit")
  }
}
