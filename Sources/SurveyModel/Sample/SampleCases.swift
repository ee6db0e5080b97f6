import GRDB

/// The cases of a data set: what is recorded of each enterprise, from the first visit to the last payment.
final class SampleCases {
  let writer: SampleWriter
  let catalogue: SampleCatalogue
  let payments: SamplePayments
  let instrument: Instrument
  private let answers: SampleAnswers
  /// Of how many enterprises one is written.
  private let scale: Int
  /// How many of the second batch have signed and are ready so far, in the order in which the enterprises come.
  private var signed = 0
  private var ready = 0
  private var consulted = 0
  /// How many are in a leader's chain so far.
  var linked = 0
  /// How many of those that the papers have ready in the second batch were judged so far.
  var judgedEarly = 0
  /// What the specialists are called.
  private let specialists: [String]

  init(_ writer: SampleWriter, _ catalogue: SampleCatalogue, _ payments: SamplePayments, _ instrument: Instrument, scale: Int) {
    self.writer = writer
    self.catalogue = catalogue
    self.payments = payments
    self.scale = scale
    self.instrument = instrument
    answers = SampleAnswers(instrument)
    specialists = (0..<SampleFigures.specialists).map { _ in SampleWords.person(&writer.source) }
  }

  func write(_ enterprise: SampleEnterprise, _ db: Database) throws {
    var enterprise = enterprise
    enterprise.years = try writeFacts(enterprise, db)
    let steps = self.steps(enterprise)
    for step in EnrolmentStep.allCases {
      guard let day = steps[step] else { continue }
      try writer.put(
        db, "enrolment_step", on: day,
        [("enterprise_id", enterprise.id), ("step", step.rawValue), ("happened_on", day.text), ("recorded_by", "office")])
    }
    if let batch = enterprise.batch, let selected = steps[.selected] {
      try writer.put(db, "enrolment", on: selected, [("enterprise_id", enterprise.id), ("batch", batch)])
    }
    let visited = steps[.diagnosed] ?? writer.source.day("2024-03-01", "2025-06-30")
    if enterprise.isDiagnosed || steps[.diagnosed] != nil { try writeDiagnosis(enterprise, visited, db) }
    if let signing = steps[.signed] { try writeProject(enterprise, signing, steps, db) }
  }

  /// The part of a number of the papers that falls to those who are written; at least one.
  func part(_ count: Int) -> Int { (count + scale - 1) / scale }

  // MARK: What it is

  private func writeFacts(_ enterprise: SampleEnterprise, _ db: Database) throws -> SampleYears {
    let park = writer.source.pick(SampleWords.parks)
    let unit = writer.source.chance(30) ? ReportingUnit.torch : ReportingUnit(enterprise.district)
    let address = "厦门市\(enterprise.district.label)\(SampleWords.mark)路 \(writer.source.number(1...999)) 号"
    try writer.put(
      db, "enterprise", on: enterprise.recorded,
      [
        ("id", enterprise.id), ("name", enterprise.name), ("uscc", enterprise.code), ("district", enterprise.district.rawValue),
        ("reporting_unit", unit.rawValue), ("sub_sector", enterprise.sector.rawValue), ("industry_code", enterprise.trade.code),
        ("address", address), ("contact", enterprise.contact), ("created_at", writer.time(enterprise.recorded, hour: 10)),
        ("created_by", "office"), ("established_on", writer.source.day("1998-01-05", "2020-12-20").text),
        ("registered_capital_fen", writer.source.skewed(100...6000) * 1_000_000), ("main_products", enterprise.trade.products),
        ("park", park),
      ])
    try writer.put(
      db, "site", on: enterprise.recorded,
      [
        ("id", writer.id(enterprise.recorded)), ("enterprise_id", enterprise.id), ("name", "主厂区"),
        ("district", enterprise.district.rawValue),
        ("address", address), ("longitude_micro", 118_000_000 + writer.source.number(60_000...250_000)),
        ("latitude_micro", 24_000_000 + writer.source.number(440_000...720_000)),
      ])
    let years = try writeYears(enterprise, db)
    if enterprise.isInnovative {
      let from = writer.source.day("2021-10-01", "2023-08-20")
      try tier(.innovative, enterprise.id, from, until: "2027-06-30", db)
    }
    return years
  }

  private func writeYears(_ enterprise: SampleEnterprise, _ db: Database) throws -> SampleYears {
    var years = SampleYears()
    // Most spend little on software and networks; some have begun in earnest.
    let intensity = writer.source.chance(90) ? writer.source.number(2...60) : writer.source.number(80...260)
    for year in 2022...2025 where SampleDay("\(year)-01-01") <= writer.today {
      // Of the running year only the register is known.
      if SampleDay("\(year)-12-31") <= writer.today {
        let revenue = max(enterprise.revenueFen / wan * writer.source.number(86...112) / 100, enterprise.isAboveScale ? 2000 : 1)
        years.years[year] = SampleYears.Year(
          employees: enterprise.employees + writer.source.number(-4...6), revenue: revenue,
          cost: revenue * writer.source.number(68...88) / 100,
          digitalSpend: max(1, revenue * intensity * writer.source.number(80...120) / 100_000))
      }
      let known = years.years[year]
      try writer.put(
        db, "enterprise_year", on: max(SampleDay("\(year)-01-01"), enterprise.recorded),
        [
          ("enterprise_id", enterprise.id), ("year", year), ("above_scale", enterprise.isAboveScale), ("above_scale_source", "统计名录"),
          ("employees", known?.employees), ("revenue_fen", known.map { $0.revenue * wan }), ("cost_fen", known.map { $0.cost * wan }),
          ("assets_fen", known.map { $0.revenue * writer.source.number(60...140) / 100 * wan }),
          ("energy_kgce", known.map { $0.revenue * writer.source.number(3...14) }),
          ("digital_spend_fen", known.map { $0.digitalSpend * wan }), ("source", "企业报表"),
        ])
    }
    return years
  }

  /// 万元 in fen.
  private let wan = 1_000_000

  func tier(_ tier: LadderTier, _ enterprise: String, _ from: SampleDay, until last: String, _ db: Database) throws {
    try writer.put(
      db, "tier", on: from,
      [
        ("id", writer.id(from)), ("enterprise_id", enterprise), ("tier", tier.rawValue), ("valid_from", from.text), ("valid_to", last),
        ("source", "市工信局公告"),
      ])
  }

  // MARK: How far it comes

  /// The days of its steps. A day may lie behind that of the data set: then it has not come.
  private func steps(_ enterprise: SampleEnterprise) -> StepDays {
    var steps = StepDays()
    switch enterprise.part {
    case .none: break
    case .applied: steps[.applied] = writer.source.day("2023-10-10", "2025-05-30")
    case .batch(1):
      steps[.applied] = writer.source.day("2023-10-10", "2023-12-28")
      let selected = writer.source.day("2024-01-15", "2024-04-30")
      steps[.selected] = selected
      steps[.diagnosed] = selected + writer.source.number(5...25)
      let signed = selected + writer.source.number(30...45)
      steps[.signed] = signed
      steps[.transforming] = signed + writer.source.number(3...12)
      let ready = writer.source.day("2024-07-08", "2024-10-25")
      steps[.preAcceptance] = ready
      finish(ready, notAfter: "2024-12-20", &steps)
    case .batch:
      steps[.applied] = writer.source.day("2024-07-10", "2024-12-20")
      steps[.selected] = writer.source.day("2025-01-10", "2025-04-30")
      steps[.diagnosed] = writer.source.day("2025-05-01", "2025-05-28")
      signed += 1
      let isEarly = signed <= part(SampleFigures.secondBatchSigned)
      let signing = isEarly ? writer.source.day("2025-05-29", "2025-07-10") : writer.source.day("2025-07-21", "2025-08-28")
      steps[.signed] = signing
      steps[.transforming] = signing + writer.source.number(1...7)
      if isEarly { ready += 1 }
      let isReady = isEarly && ready <= part(SampleFigures.secondBatchReady)
      let day = isReady ? max(signing + 5, writer.source.day("2025-07-05", "2025-07-17")) : writer.source.day("2025-09-05", "2025-10-28")
      steps[.preAcceptance] = min(day, SampleDay(isReady ? "2025-07-17" : "2025-10-28"))
      finish(writer.source.day("2025-08-20", "2025-11-10"), notAfter: "2025-12-12", &steps)
      if let ready = steps[.preAcceptance], let accepted = steps[.accepted], accepted < ready {
        finish(ready, notAfter: "2025-12-12", &steps)
      }
    }
    return steps
  }

  private func finish(_ ready: SampleDay, notAfter last: String, _ steps: inout StepDays) {
    let accepted = writer.source.day(after: ready, 10...40, notAfter: last)
    steps[.accepted] = accepted
    steps[.rated] = accepted
    steps[.paid] = writer.source.day(after: accepted, 5...15, notAfter: "2025-12-31")
  }

  // MARK: Diagnosis

  private func writeDiagnosis(_ enterprise: SampleEnterprise, _ day: SampleDay, _ db: Database) throws {
    let number = writer.source.number(1...SampleFigures.specialists)
    let specialist = "zy" + String(1000 + number).dropFirst()
    // Who is below scale is diagnosed by a provider, the first of them with an institute's advice.
    let isFree = enterprise.isAboveScale
    if !isFree { consulted += 1 }
    let source: DiagnosisSource = isFree ? .specialist : consulted <= part(SampleFigures.consulted) ? .provider : .chainLeader
    try writer.put(
      db, "assignment", on: day,
      [
        ("enterprise_id", enterprise.id), ("user", specialist), ("role", "lead"), ("due_on", (day + 20).text),
        ("assigned_at", writer.time(day + -10, hour: 9)), ("assigned_by", "office"),
      ])
    let visit = writer.id(day)
    try writer.put(
      db, "visit", on: day,
      [
        ("id", visit), ("enterprise_id", enterprise.id), ("user", specialist), ("kind", VisitKind.first.rawValue),
        ("started_at", writer.time(day, hour: 9)), ("ended_at", writer.time(day, hour: 16)), ("place", "主厂区"), ("planned_on", day.text),
      ])
    let level = max(0, min(3, enterprise.level - writer.source.number(1...2)))
    let assessment = try writeAssessment(enterprise, day, level: level, .specialist, .baseline, by: specialist, visit: visit, db)
    let diagnosis = writer.id(day)
    let (started, finalized) = (writer.time(day, hour: 10), writer.time(day + 3, hour: 15))
    let fee = isFree ? 0 : writer.source.number(2...9) * 1_000_000
    try writer.put(
      db, "diagnosis", on: day,
      [
        ("id", diagnosis), ("enterprise_id", enterprise.id), ("visit_id", visit), ("state", RecordState.finalized.rawValue),
        ("started_at", started), ("started_by", specialist), ("finalized_at", finalized), ("finalized_by", specialist),
        ("source", source.rawValue), ("assessment_id", assessment), ("fee_fen", fee), ("surveyed_on", day.text),
        ("main_products", enterprise.trade.products),
        ("process_flow", "来料检验 → 加工 → 装配 → 测试 → 包装入库"), ("target_level", min(4, level + 1)),
      ])
    guard day <= writer.today else { return }
    try writer.put(
      db, "survey_person", on: day,
      [
        ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("diagnosis_id", diagnosis), ("name", specialists[number - 1]),
        ("agency", "\(SampleWords.mark)数字专员队"), ("role", "数字专员"), ("account", specialist),
      ])
    if enterprise.batch != nil { try payments.payDiagnosis(enterprise.id, fee: fee, on: day, db) }
    for link in BusinessLink.allCases {
      try writer.put(
        db, "diagnosis_link", on: day,
        [
          ("diagnosis_id", diagnosis), ("link", link.rawValue), ("enterprise_id", enterprise.id),
          ("current_state", writer.source.pick(SampleWords.states[link] ?? [""])),
          ("problems", writer.source.pick(SampleWords.problems[link] ?? [""])),
          ("level", max(0, min(4, level + writer.source.number(-1...1)))),
          ("recommendation", writer.source.pick(SampleWords.needs[link] ?? [""])),
        ])
    }
    for _ in 0..<writer.source.number(2...5) {
      let link = writer.source.pick(BusinessLink.allCases)
      let objectives = writer.source.some(writer.source.number(1...2), of: Objective.allCases)
      let finding = writer.id(day)
      try writer.put(
        db, "finding", on: day,
        [
          ("id", finding), ("enterprise_id", enterprise.id), ("diagnosis_id", diagnosis), ("link", link.rawValue),
          ("objectives", Objective.allCases.filter(objectives.contains).map(\.rawValue).joined(separator: ",")),
          ("text", writer.source.pick(SampleWords.problems[link] ?? [""])),
          ("severity", writer.source.pick(["high", "medium", "medium", "low"])),
          ("created_at", writer.time(day, hour: 11)), ("created_by", specialist),
        ])
      guard writer.source.chance(40) else { continue }
      try writer.put(
        db, "evidence", on: day,
        [
          ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("diagnosis_id", diagnosis), ("finding_id", finding),
          ("sha256", Digest.sha256(finding)), ("file_name", "\(link.label)现场.jpg"), ("bytes", writer.source.number(180_000...5_000_000)),
          ("taken_at", writer.time(day, hour: 11)), ("caption", "\(link.label)现场照片"),
        ])
    }
    for priority in 1...writer.source.number(1...4) {
      let link = writer.source.pick(BusinessLink.allCases)
      let text = writer.source.pick(SampleWords.needs[link] ?? [""])
      try writer.put(
        db, "need", on: day,
        [
          ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("diagnosis_id", diagnosis),
          ("scope", writer.source.chance(40) ? "common" : "individual"), ("link", link.rawValue),
          ("objective", writer.source.pick(Objective.allCases).rawValue), ("text", text), ("priority", priority),
          ("budget_fen", writer.source.number(3...60) * 1_000_000), ("created_at", writer.time(day, hour: 14)), ("created_by", specialist),
        ])
      if priority == 1, !catalogue.solutions.isEmpty {
        try writer.put(
          db, "recommendation", on: day,
          [
            ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("diagnosis_id", diagnosis), ("link", link.rawValue), ("text", text),
            ("solution_id", writer.source.pick(catalogue.solutions)), ("budget_fen", writer.source.number(5...50) * 1_000_000),
            ("target_level", min(4, level + 1)),
          ])
      }
    }
  }

  /// An assessment with an answer to everything.
  /// - Returns: its identifier; nil where its day has not come.
  func writeAssessment(
    _ enterprise: SampleEnterprise, _ day: SampleDay, level: Int, _ assessor: Assessor, _ phase: AssessmentPhase, by user: String,
    visit: String?,
    isThorough: Bool = false, _ db: Database
  ) throws -> String? {
    let id = writer.id(day)
    let given = enterprise.years.answers(in: day.year)
    let (answers, _) = try answers.draw(level: level, given: given, isThorough: isThorough, &writer.source)
    let isWritten = try writer.put(
      db, "assessment", on: day,
      [
        ("id", id), ("enterprise_id", enterprise.id), ("visit_id", visit), ("edition", instrument.edition), ("phase", phase.rawValue),
        ("assessor", assessor.rawValue), ("state", RecordState.finalized.rawValue), ("started_at", writer.time(day, hour: 10)),
        ("started_by", user), ("finalized_at", writer.time(day, hour: 16)), ("finalized_by", user),
      ])
    guard isWritten else { return nil }
    for question in instrument.questions {
      try writer.put(
        db, "answer", on: day,
        [
          ("assessment_id", id), ("question", question.number), ("enterprise_id", enterprise.id),
          ("letters", answers.questions[question.number]?.text),
        ])
    }
    for scene in instrument.scenes {
      try writer.put(
        db, "scene", on: day,
        [("assessment_id", id), ("scene", scene.number), ("enterprise_id", enterprise.id), ("level", answers.scenes[scene.number])])
    }
    return id
  }
}

/// The days of an enterprise's steps.
typealias StepDays = [EnrolmentStep: SampleDay]
