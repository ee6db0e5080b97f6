/// A fixed sum for enterprises that register and resolve identifiers in great numbers (R7).
public struct IdentifierTerms: SubsidyTerms {
  /// How many registrations a year takes.
  public let registrations: PolicyThreshold
  /// How many resolutions each of the months takes.
  public let resolutions: PolicyThreshold
  /// How many months after one another.
  public let months: PolicyFigure
  /// The sum, in fen.
  public let award: PolicyFigure

  struct Claim: SubsidyClaim {
    let registrations: Int
    let resolutions: [CalendarMonth: Int]
  }

  private static let registrationsName = BilingualText("年标识注册量", "registrations in the year")

  var fields: [ClaimField] {
    [
      ClaimField("annualRegistrations", .count, Self.registrationsName.zh, Self.registrationsName.en, example: "20000001"),
      ClaimField(
        "monthlyResolutions", .months, "各月标识解析量", "resolutions in each month",
        example: #"{"2024-03":500001,"2024-04":620000,"2024-05":500001}"#),
    ]
  }

  var figures: [NamedFigure] {
    [
      NamedFigure("年标识注册量", "registrations in the year", registrations), NamedFigure("每月标识解析量", "resolutions in each month", resolutions),
      NamedFigure("连续", "consecutive", months), NamedFigure("奖励", "award", award),
    ]
  }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(registrations: reader.count("annualRegistrations") ?? 0, resolutions: reader.months("monthlyResolutions"))
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    guard registrations.isReached(by: claim.registrations) else {
      result.compare(
        Self.registrationsName, claim.registrations.grouped, reaches: false, registrations, registrations.value.grouped)
      return result.raise(.belowThreshold, Self.registrationsName)
    }
    let runs = runs(in: claim.resolutions)
    // Months of one year raise no question, so such a run is named where there is one.
    guard let run = runs.first(where: { $0.first?.year == $0.last?.year }) ?? runs.first else {
      let sign = resolutions.inclusive ? "≥" : ">"
      result.step(
        "没有连续 \(months.value) 个月标识解析量均 \(sign) \(resolutions.value.grouped) → 0",
        "no \(months.value) consecutive months with resolutions \(sign) \(resolutions.value.grouped) each → 0")
      return result.raise(.belowThreshold, BilingualText("月标识解析量", "resolutions in each month"))
    }
    result.totalFen = award.value
    result.months = run.map(\.description)
    if run.first?.year != run.last?.year { result.raise(.monthsAcrossYears) }
    let names = run.map(\.description).joined(separator: ", ")
    result.step(
      "注册量 \(claim.registrations.grouped) 与 \(names) 的解析量均达到要求 → 最高金额 \(Money.grouped(fen: award.value))",
      "registrations \(claim.registrations.grouped) and the resolutions of \(names) suffice → ceiling \(Money.grouped(fen: award.value))")
  }

  /// Every run of as many months after one another as it takes, all of which suffice; the earliest first.
  private func runs(in resolutions: [CalendarMonth: Int]) -> [[CalendarMonth]] {
    let good = Set(resolutions.filter { self.resolutions.isReached(by: $0.value) }.keys)
    return good.sorted().map { first in (0..<months.value).map(first.advanced) }.filter(good.isSuperset)
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.count, registrations, at: "registrations")
    checker.unit(.count, resolutions, at: "resolutions")
    checker.unit(.months, months, at: "months")
    checker.unit(.fen, award, at: "award")
    checker.expect((1...12).contains(months.value), "1 to 12 months", found: String(months.value), at: "months")
  }
}
