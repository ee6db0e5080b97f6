/// A sum for each person and day of training (R13).
public struct TrainingTerms: SubsidyTerms {
  /// The most for each person and day, in fen.
  public let each: PolicyFigure
  /// How many class hours make a day.
  public let hoursPerDay: PolicyFigure
  /// What must hold besides.
  public let conditions: [PolicyCondition]

  struct Claim: SubsidyClaim {
    let personDays: Int?
    let attendances: [Attendance]
    let stated: [String: Bool]
  }

  /// Some people who each attended so many class hours.
  struct Attendance: Sendable {
    let persons: Int
    let hours: Int
  }

  private static let parts = [
    ClaimField("persons", .count, "人数", "people", example: "20"), ClaimField("hours", .count, "每人学时", "class hours of each", example: "20"),
  ]

  var fields: [ClaimField] {
    [
      ClaimField(
        "personDays", .count, "人次(天)合计;与 attendances 二选一", "person-days in all; this or attendances", required: false, example: "40"),
      ClaimField(
        "attendances", .list, "参训情况:每人只计满天数", "who attended; whole days of each count", required: false,
        example: #"[{"persons":20,"hours":20}]"#, parts: Self.parts, isInExample: false),
    ] + conditions.map(ClaimField.init)
  }

  var figures: [NamedFigure] { [NamedFigure("每人次(天)", "each person-day", each), NamedFigure("每天", "a day", hoursPerDay)] }

  func claim(from reader: inout ClaimReader) -> Claim {
    if reader.has("personDays") == reader.has("attendances") {
      reader.note(SurveyError(.keysExclusive, ["keys": "personDays\nattendances"]))
    }
    let attendances = reader.list("attendances", parts: Self.parts) { part in
      Attendance(persons: part.count("persons") ?? 0, hours: part.count("hours") ?? 0)
    }
    return Claim(personDays: reader.count("personDays"), attendances: attendances, stated: reader.stated(conditions))
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    var days = claim.personDays ?? 0
    for attendance in claim.attendances {
      let whole = attendance.hours / hoursPerDay.value
      let part = try SubsidyResult.checked(attendance.persons.multipliedReportingOverflow(by: whole), key: "attendances")
      days = try SubsidyResult.checked(days.addingReportingOverflow(part), key: "attendances")
      result.step(
        "\(attendance.persons.grouped) 人 × ⌊\(attendance.hours) ÷ \(hoursPerDay.value)⌋ 天 = \(part.grouped) 人次",
        "\(attendance.persons.grouped) people × ⌊\(attendance.hours) ÷ \(hoursPerDay.value)⌋ days = \(part.grouped) person-days")
      if attendance.hours % hoursPerDay.value != 0, attendance.persons > 0 { result.raise(.partialDays) }
    }
    result.personDays = days
    guard result.meets(conditions, claim.stated) else { return }
    result.totalFen = try SubsidyResult.checked(each.value.multipliedReportingOverflow(by: days), key: "personDays")
    let money = (each: Money.grouped(fen: each.value), total: Money.grouped(fen: result.totalFen))
    result.step(
      "最高金额 = \(money.each) × \(days.grouped) 人次 = \(money.total)", "ceiling = \(money.each) × \(days.grouped) person-days = \(money.total)"
    )
  }

  func check(_ checker: inout PolicyChecker) {
    checker.unit(.fen, each, at: "each")
    checker.unit(.hours, hoursPerDay, at: "hoursPerDay")
    checker.expect((1...24).contains(hoursPerDay.value), "1 to 24 hours", found: String(hoursPerDay.value), at: "hoursPerDay")
  }
}
