/// A percentage of an amount that lies within a band: technical renovation (R5).
public struct BandTerms: SubsidyTerms {
  /// The amount.
  public let base: PolicyBase
  /// The percentage of it.
  public let percent: PolicyFigure
  /// Where the band begins, in fen.
  public let from: PolicyThreshold
  /// Where another policy takes over, in fen.
  public let beyond: PolicyThreshold

  struct Claim: SubsidyClaim {
    let base: [Int]
  }

  var fields: [ClaimField] { [ClaimField(base)] }

  var figures: [NamedFigure] {
    [NamedFigure("比例", "percentage", percent), NamedFigure("起点", "from", from), NamedFigure("另按现行政策", "another policy from", beyond)]
  }

  func claim(from reader: inout ClaimReader) -> Claim { Claim(base: reader.amounts(base.key)) }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    let fen = try result.sum(claim.base, base.name, key: base.key)
    if beyond.isReached(by: fen) {
      result.compare(base.name, Money.grouped(fen: fen), reaches: true, beyond, Money.grouped(fen: beyond.value))
      result.raise(.outsidePlan)
    } else if from.isReached(by: fen) {
      result.totalFen = result.share(percent, of: (base.name, fen), upTo: nil, as: .ceiling)
    } else {
      result.compare(base.name, Money.grouped(fen: fen), reaches: false, from, Money.grouped(fen: from.value))
      result.raise(.belowThreshold)
    }
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.percent, percent, at: "percent")
    checker.unit(.fen, from, at: "from")
    checker.unit(.fen, beyond, at: "beyond")
    checker.expect(from.value < beyond.value, "the band begins before it ends", found: "\(from.value)…\(beyond.value)", at: "from")
  }
}

extension SubsidyResult {
  /// A step that gives nothing, because a number reaches a threshold or does not.
  mutating func compare(
    _ name: BilingualText, _ number: String, reaches: Bool, _ threshold: PolicyThreshold, _ value: String
  ) {
    let sign =
      switch (reaches, threshold.inclusive) {
      case (true, true): "≥"
      case (true, false): ">"
      case (false, true): "<"
      case (false, false): "≤"
      }
    step("\(name.zh) \(number) \(sign) \(value) → 0", "\(name.en) \(number) \(sign) \(value) → 0")
  }
}
