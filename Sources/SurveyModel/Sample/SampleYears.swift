/// An enterprise's figures by year, and what it answers by them: whoever holds the two against each other finds them alike.
struct SampleYears {
  /// The figures of a year, amounts in whole 万元 as statements have them.
  struct Year {
    let employees: Int
    let revenue: Int
    let cost: Int
    let digitalSpend: Int
  }

  var years: [Int: Year] = [:]

  /// The answers that figures decide (questions 11, 14 and 15 of the 2024 edition), by the years before that of an assessment.
  func answers(in year: Int) -> [Int: String] {
    var answers: [Int: String] = [:]
    let past = (year - 3..<year).compactMap { years[$0] }
    let (revenue, spend) = (past.reduce(0) { $0 + $1.revenue }, past.reduce(0) { $0 + $1.digitalSpend })
    if revenue > 0 {
      let bounds = [("A", 10), ("B", 20), ("C", 40), ("D", 60)]
      answers[11] = bounds.first { spend * 100 <= revenue * $0.1 }?.0 ?? "E"
    }
    guard let last = years[year - 1], let before = years[year - 2] else { return answers }
    answers[14] = ["A", "B", "C"][1 + Self.trend(last.revenue * before.employees, from: before.revenue * last.employees)]
    answers[15] = ["C", "B", "A"][1 + Self.trend(last.cost * before.revenue, from: before.cost * last.revenue)]
    return answers
  }

  /// Down, level or up, as -1, 0 and 1: what changes by no more than one in a hundred is level.
  static func trend(_ now: Int, from before: Int) -> Int {
    let hundredths = (now - before) * 100
    return hundredths > before ? 1 : hundredths < -before ? -1 : 0
  }
}
