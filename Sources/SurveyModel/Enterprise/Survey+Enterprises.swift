import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Records an enterprise and so opens its case.
  ///
  /// The credit code is examined and kept even if it fails, in canonical form: real codes exist that fail. What looks like the same
  /// enterprise on this device is returned, not refused, for nobody in the field can tell.
  ///
  /// Throws ``SurveyError/Code/valueMissing`` for an empty name and ``SurveyError/Code/valueInvalid`` for an impossible industry code.
  public func addEnterprise(_ draft: EnterpriseDraft) throws -> AddedEnterprise {
    guard let name = draft.name.nonEmpty else { throw SurveyError(.valueMissing, ["field": "name"]) }
    let check = draft.creditCode?.nonEmpty.map(CreditCode.check)
    let industry = try draft.industryCode?.nonEmpty.map(Self.industryCode)
    let unit = draft.reportingUnit ?? draft.district.map(ReportingUnit.init)
    let id = identifiers.next()
    let arguments: StatementArguments = [
      id, name, check?.normalised, draft.district?.rawValue, unit?.rawValue, draft.subSector?.rawValue, industry,
      draft.address?.nonEmpty, draft.contact?.nonEmpty, now, user,
    ]
    return try write { db in
      let similar = try Row.fetchAll(
        db, sql: "SELECT * FROM enterprise WHERE uscc = ? OR name = ? ORDER BY id", arguments: [check?.normalised, name])
      try db.execute(
        sql: """
          INSERT INTO enterprise(id, name, uscc, district, reporting_unit, sub_sector, industry_code, address, contact, created_at, created_by)
          VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """, arguments: arguments)
      return AddedEnterprise(
        id: id, enterprise: try Lookup.enterprise(db, id), creditCodeCheck: check, similar: similar.map { Enterprise($0) })
    }
  }

  /// The enterprises on this device, by name.
  ///
  /// - Parameter text: what must occur in the name, the credit code or the address; nil for all.
  public func enterprises(matching text: String? = nil) throws -> [Enterprise] {
    let wanted = text?.halfWidth.trimmingSpaces.lowercased() ?? ""
    let all = try replica.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM enterprise ORDER BY name, id").map { Enterprise($0) }
    }
    guard !wanted.isEmpty else { return all }
    return all.filter { enterprise in
      [enterprise.name, enterprise.creditCode ?? "", enterprise.address ?? ""].contains { $0.halfWidth.lowercased().contains(wanted) }
    }
  }

  /// An enterprise with everything that its case holds.
  ///
  /// - Parameter id: the beginning of its identifier, or its whole credit code.
  public func enterprise(_ id: String) throws -> EnterpriseView {
    let enterprise = try replica.read { db in try Lookup.enterprise(db, id) }
    let token = try readToken([("enterprise", [.text(enterprise.id)])], in: enterprise.id)
    let contests = try contests(in: enterprise.id)
    return try replica.read { db in
      func all(_ table: String, order: String) throws -> [Row] {
        try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE enterprise_id = ? ORDER BY \(order)", arguments: [enterprise.id])
      }
      return EnterpriseView(
        id: enterprise.id, enterprise: try Lookup.enterprise(db, enterprise.id),
        creditCodeCheck: enterprise.creditCode.map(CreditCode.check),
        assignments: try all("assignment", order: "user").map { Assignment($0) },
        visits: try all("visit", order: "id").map { Visit($0) },
        assessments: try all("assessment", order: "id").map { Assessment($0) },
        diagnoses: try all("diagnosis", order: "id").map { Diagnosis($0) },
        contested: contests.of("enterprise", [.text(enterprise.id)]), readToken: token)
    }
  }

  private static func industryCode(_ text: String) throws(SurveyError) -> String {
    let code = text.halfWidth.uppercased()
    let digits = code.first?.isLetter == true ? code.dropFirst() : code[...]
    guard (2...4).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw SurveyError(.valueInvalid, ["field": "industry", "value": text])
    }
    return code
  }
}

/// An enterprise with everything that its case holds.
public struct EnterpriseView: Codable, Hashable, Sendable, Identifiable {
  /// The enterprise's identifier.
  public let id: String
  /// The enterprise.
  public let enterprise: Enterprise
  /// What the examination of its credit code finds; nil when it has none.
  public let creditCodeCheck: CreditCode.Check?
  /// Who is assigned.
  public let assignments: [Assignment]
  /// The visits, oldest first.
  public let visits: [Visit]
  /// The assessments, oldest first.
  public let assessments: [Assessment]
  /// The diagnoses, oldest first.
  public let diagnoses: [Diagnosis]
  /// What is open between several writers of the enterprise itself.
  public let contested: [Contested]
  /// What was shown here, for a later edit to say what it had read.
  public let readToken: String
}
