import GRDB
import SyncKit

/// An enterprise's acceptance file (一企一档): how it came through the pilot, what was contracted, checked, accepted and paid, and what its
/// dossier lacks.
public struct AcceptanceFile: Sendable, Encodable {
  /// A slot of the dossier with what is there.
  public struct Slot: Sendable, Encodable {
    /// What belongs there.
    public let slot: Stored<DossierSlot>
    /// What is there; empty where it is missing.
    public let files: [Record]
  }

  /// The enterprise's own fields.
  public let enterprise: Record
  /// The records of the same enterprise that were merged into it; what their cases hold is among the below.
  public let merged: [Enterprise]
  /// That it is in the pilot, and in which batch; nil when it is not on the list.
  public let enrolment: Record?
  /// The steps that it reached.
  public let steps: [Record]
  /// When it was off the list.
  public let standings: [Record]
  /// The contracts of transformation.
  public let contracts: [Record]
  /// All assessments, oldest first.
  public let assessments: [AssessmentSummary]
  /// The assessment that counts before the transformation.
  public let before: AssessmentSummary?
  /// The assessment that counts after it: the one that the acceptance names, else the enterprise's after its transformation.
  public let after: AssessmentSummary?
  /// The acceptances, the latest first. Those that another supersedes stay: a correction is a new record.
  public let acceptances: [Record]
  /// What they say of the criteria.
  public let criteria: [Record]
  /// The dossier, every slot of the list.
  public let dossier: [Slot]
  /// What was paid.
  public let payments: [Record]
  /// What the office allowed.
  public let approvals: [Record]
  /// What another policy paid.
  public let otherSupport: [Record]
  /// The checks on site.
  public let checks: [Record]
  /// The warnings.
  public let warnings: [Record]
  /// What is open between several writers, with every value.
  public let contests: [OpenContest]
  /// When the file was made, in UTC.
  public let madeAt: String
  /// Who made it.
  public let madeBy: String
  let names: ReferenceNames

  private enum CodingKeys: CodingKey {
    case enterprise, merged, enrolment, steps, standings, contracts, assessments, before, after, acceptances, criteria, dossier, payments,
      approvals,
      otherSupport, checks, warnings, contests, madeAt, madeBy
  }

  /// The acceptances that no other supersedes, the latest first.
  public var standingAcceptances: [Record] {
    let superseded = Set(acceptances.compactMap { $0["supersedes"]?.text })
    return acceptances.filter { !superseded.contains($0.id ?? "") }
  }

  /// The one that counts.
  public var acceptance: Record? { standingAcceptances.first }

  /// Whether the two assessments may be held against each other: ratings of different editions never are.
  public var isComparable: Bool {
    guard let before, let after else { return false }
    return before.assessment.edition == after.assessment.edition
  }

  /// The slots that every dossier needs and this one lacks.
  public var missing: [DossierSlot] { dossier.filter { $0.files.isEmpty }.compactMap(\.slot.term).filter { $0 != .other } }
}

extension Survey {
  /// The acceptance file of an enterprise. There is one: a record that was merged has that of the enterprise that stands for it.
  ///
  /// - Parameters:
  ///   - enterprise: as ``enterprise(_:)`` takes it.
  ///   - enrolled: what accounts were enrolled as, where that is known.
  ///
  /// ```swift
  /// let missing = try survey.acceptanceFile(of: "0193a").missing
  /// ```
  public func acceptanceFile(of enterprise: String, enrolled: [String: String] = [:]) throws -> AcceptanceFile {
    let (id, merged) = try replica.read { db in
      let named = try Lookup.row(db, in: "enterprise", try Lookup.enterprise(db, enterprise).id)
      let id = try Lookup.canonical(db, named).string("id")
      return (id, try Lookup.merged(db, into: id))
    }
    let facts = try record(.enterprise, id)
    func all(_ type: RecordType) throws -> [Record] { try records(type, throughMergesOf: id) }
    func dated(_ type: RecordType, _ field: String) throws -> [Record] {
      try all(type).sorted { ($0[field]?.text ?? "", $0.id ?? "") < ($1[field]?.text ?? "", $1.id ?? "") }
    }
    let steps = try all(.enrolmentStep)
    let standings = try dated(.standing, "fromOn")
    let contracts = try dated(.contract, "signedOn")
    let acceptances = Array(try dated(.acceptance, "acceptedOn").reversed())
    let criteria = try all(.acceptanceCriterion)
    let files = try dated(.dossierFile, "receivedOn")
    let payments = try dated(.payment, "paidOn")
    let approvals = try dated(.approval, "decidedOn")
    let support = try dated(.otherSupport, "paidOn")
    let checks = try dated(.spotCheck, "checkedOn")
    let warnings = try dated(.warning, "issuedOn")
    let enrolment = try all(.enrolment).first
    let summaries = try assessmentSummaries(of: id)
    let superseded = Set(acceptances.compactMap { $0["supersedes"]?.text })
    let accepted = acceptances.first { !superseded.contains($0.id ?? "") }?["assessment"]?.text
    let before = AssessmentSummary.chosen(.baseline, among: summaries)
    let after = summaries.first { $0.assessment.id == accepted } ?? AssessmentSummary.chosen(.postTransformation, among: summaries)
    let known = DossierSlot.allCases.map { Stored($0) }
    let slots = known + Set(files.compactMap { $0["slot"]?.text }).sorted().map { Stored(rawValue: $0) }.filter { !known.contains($0) }
    let told =
      [enrolment].compactMap { $0 } + steps + standings + contracts + acceptances + criteria + files + payments + approvals + support
      + checks
      + warnings
    var contests = OpenContest.all(facts.contested, of: "enterprise", named: "企业") + told.flatMap(OpenContest.all)
    contests += [before, after].flatMap { $0?.view?.openContests ?? [] }
    let writers = try accounts(in: [id] + merged.map(\.id))
    return try replica.read { db in
      AcceptanceFile(
        enterprise: facts, merged: merged, enrolment: enrolment, steps: steps, standings: standings, contracts: contracts,
        assessments: summaries,
        before: before, after: after, acceptances: acceptances, criteria: criteria,
        dossier: slots.map { slot in AcceptanceFile.Slot(slot: slot, files: files.filter { $0["slot"]?.text == slot.rawValue }) },
        payments: payments, approvals: approvals, otherSupport: support, checks: checks, warnings: warnings, contests: contests,
        madeAt: now,
        madeBy: user, names: try ReferenceNames(db, of: told, people: try PersonNames(db, in: id, accounts: writers, enrolled: enrolled)))
    }
  }
}
