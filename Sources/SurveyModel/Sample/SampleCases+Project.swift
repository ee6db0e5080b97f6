import GRDB

/// What becomes of an enterprise's project: the contract, the checks, the verdicts.
extension SampleCases {
  func writeProject(_ enterprise: SampleEnterprise, _ signing: SampleDay, _ steps: StepDays, _ db: Database) throws {
    guard signing <= writer.today, !catalogue.providers.isEmpty else { return }
    let total = writer.source.skewed(20...160) * 1_000_000
    let down = total / 100 * writer.source.pick([20, 30, 30, 40])
    let discount = total / 100 * writer.source.number(3...10)
    let contract = writer.id(signing)
    let accepted = steps[.accepted].flatMap { $0 <= writer.today ? $0 : nil }
    let provider = writer.source.pick(catalogue.providers)
    let invested = accepted.map { _ in total / 100 * writer.source.number(94...106) }
    try writer.put(
      db, "contract", on: signing,
      [
        ("id", contract), ("enterprise_id", enterprise.id), ("number", "SZH-\(signing.text.prefix(4))-\(contract.suffix(6))"),
        ("title", "数字化改造合同"), ("provider_id", provider), ("signed_on", signing.text), ("total_fen", total),
        ("down_payment_fen", down), ("provider_discount_fen", discount), ("enterprise_share_fen", total - discount),
        ("actual_investment_fen", invested), ("starts_on", signing.text),
      ])
    let first = try payments.payFirst(enterprise.id, total: total, down: down, on: signing, db)
    let isLed = linked < part(SampleFigures.links) && writer.source.chance(14)
    if isLed {
      try writer.put(
        db, "chain_link", on: signing,
        [
          ("enterprise_id", enterprise.id), ("leader_id", catalogue.leaders[linked % catalogue.leaders.count]),
          ("direction", writer.source.pick(ChainDirection.allCases).rawValue), ("mode", writer.source.pick(ChainMode.allCases).rawValue),
          ("completed_on", accepted?.text),
        ])
      linked += 1
    }
    try writeCheck(enterprise, contract, provider, signing, db)
    let fee = payments.acceptanceFee()
    let earlier = try writeEarlierVerdict(enterprise, contract, fee: fee, steps, db)
    guard let accepted else { return }
    try writeAcceptance(enterprise, contract, fee: fee, accepted, after: earlier, db)
    guard let paid = steps[.paid], let invested else { return }
    try payments.payAfterAcceptance(
      enterprise.id, invested: invested, down: down, first: first, level: enterprise.level, fee: fee, isLed: isLed, on: paid, db)
  }

  /// A check on site; where the work is not as contracted, a warning to whom it lies with.
  private func writeCheck(_ enterprise: SampleEnterprise, _ contract: String, _ provider: String, _ signing: SampleDay, _ db: Database)
    throws
  {
    guard writer.source.chance(8) else { return }
    let day = writer.source.day(after: signing, 20...50, notAfter: "2025-12-20")
    let isFine = writer.source.chance(80)
    let finding: CheckFinding = isFine ? .ok : .offContract
    try writer.put(
      db, "spot_check", on: day,
      [
        ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("contract_id", contract), ("checked_on", day.text),
        ("checked_by", "区科工局"), ("finding", finding.rawValue), ("note", isFine ? "设备与合同清单一致" : "部分设备型号与合同清单不符"),
      ])
    if isFine { return }
    let (issued, subject) = (day + writer.source.number(2...8), writer.source.pick(WarningSubject.allCases))
    let mended = issued + writer.source.number(20...60)
    try writer.put(
      db, "warning", on: issued,
      [
        ("id", writer.id(issued)), ("enterprise_id", enterprise.id), ("subject", subject.rawValue),
        ("provider_id", subject == .provider ? provider : nil), ("ground", finding.rawValue), ("issued_on", issued.text),
        ("issued_by", "区科工局"), ("withdrawn_on", mended <= writer.today ? mended.text : nil), ("note", "限期整改,整改后撤销"),
      ])
  }

  /// A verdict that is not the last word: of some of the first batch, and of every fifth that the second had ready early, on the day after.
  /// - Returns: its identifier.
  private func writeEarlierVerdict(_ enterprise: SampleEnterprise, _ contract: String, fee: Int, _ steps: StepDays, _ db: Database) throws
    -> String?
  {
    guard let ready = steps[.preAcceptance], let accepted = steps[.accepted] else { return nil }
    let isEarly = enterprise.batch == 2 && ready < SampleDay(SampleFigures.day)
    if isEarly { judgedEarly += 1 }
    guard isEarly ? judgedEarly % 5 == 1 : writer.source.chance(9) else { return nil }
    let day = ready + (isEarly ? 1 : writer.source.number(2...8))
    guard day < accepted, day <= writer.today else { return nil }
    let hasFailed = isEarly ? judgedEarly % 10 == 1 : writer.source.chance(20)
    let id = writer.id(day)
    try writer.put(
      db, "acceptance", on: day,
      [
        ("id", id), ("enterprise_id", enterprise.id), ("contract_id", contract), ("agency_id", catalogue.agency), ("fee_fen", fee),
        ("accepted_on", day.text), ("verdict", (hasFailed ? Verdict.failed : .rectify).rawValue), ("report_number", "YS-\(id.suffix(8))"),
        ("issued_by", "agency"), ("note", hasFailed ? "合同内容未完成" : "部分设备数据未接入平台,限期整改"),
      ])
    for criterion in AcceptanceCriterion.allCases where criterion != .other {
      let rating: CriterionRating = criterion == .dataConnection || hasFailed ? .poor : .fair
      try writer.put(
        db, "acceptance_criterion", on: day,
        [("acceptance_id", id), ("criterion", criterion.rawValue), ("enterprise_id", enterprise.id), ("rating", rating.rawValue)])
    }
    return id
  }

  private func writeAcceptance(
    _ enterprise: SampleEnterprise, _ contract: String, fee: Int, _ day: SampleDay, after earlier: String?, _ db: Database
  ) throws {
    let assessment = try writeAssessment(
      enterprise, day, level: enterprise.level, .agency, .postTransformation, by: "agency", visit: nil,
      isThorough: writer.source.chance(82), db)
    let id = writer.id(day)
    try writer.put(
      db, "acceptance", on: day,
      [
        ("id", id), ("enterprise_id", enterprise.id), ("contract_id", contract), ("agency_id", catalogue.agency), ("fee_fen", fee),
        ("accepted_on", day.text),
        ("verdict", Verdict.passed.rawValue), ("level", enterprise.level), ("edition", instrument.edition), ("assessment_id", assessment),
        ("report_number", "YS-\(id.suffix(8))"), ("satisfaction", writer.source.number(3...5)), ("issued_by", "agency"),
        ("supersedes_id", earlier),
      ])
    for criterion in AcceptanceCriterion.allCases where criterion != .other {
      try writer.put(
        db, "acceptance_criterion", on: day,
        [
          ("acceptance_id", id), ("criterion", criterion.rawValue), ("enterprise_id", enterprise.id),
          ("rating", writer.source.pick(["good", "good", "fair"])),
        ])
    }
    for slot in DossierSlot.allCases where slot != .other {
      try writer.put(
        db, "dossier_file", on: day,
        [
          ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("slot", slot.rawValue), ("file_name", "\(slot.label).pdf"),
          ("sha256", Digest.sha256(enterprise.id + slot.rawValue)), ("bytes", writer.source.number(40_000...4_000_000)),
          ("received_on", day.text),
        ])
    }
    if enterprise.hasWorkshop {
      try writer.put(
        db, "achievement", on: day,
        [
          ("id", writer.id(day)), ("enterprise_id", enterprise.id),
          ("kind", writer.source.pick([AchievementKind.digitalWorkshop, .smartFactory]).rawValue), ("title", "数字化车间"), ("count", 1),
          ("happened_on", day.text),
        ])
    }
  }
}
