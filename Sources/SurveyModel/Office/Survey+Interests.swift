import GRDB
import SyncKit

/// That one person worked on an enterprise as a specialist and spoke on it for the agency: a conflict of interest, for the office to judge.
public struct SharedInterest: Codable, Hashable, Sendable {
  /// The enterprise, merged records as one.
  public let enterpriseID: String
  /// Its name.
  public let enterprise: String
  /// Who.
  public let user: String
  /// Where the person appears as a specialist: `visit`, `assessment`, `diagnosis`. An assignment says nothing, for an agency has them too.
  public let asSpecialist: [String]
  /// The acceptances that the person issued.
  public let acceptances: [String]
}

extension Survey {
  /// The conflicts of interest on this device.
  public func sharedInterests() throws -> [SharedInterest] {
    let plan = try IndicatorPlan.bundled(resources: resources)
    let rows = try replica.read { db in
      try Row.fetchAll(
        db,
        sql: plan.prelude + """
          , worked(enterprise_id, user, source) AS (
            SELECT enterprise_id, user, 'visit' FROM visit WHERE kind NOT IN ('acceptance', 'spotCheck')
            UNION SELECT enterprise_id, started_by, 'assessment' FROM assessment WHERE assessor = 'specialist'
            UNION SELECT enterprise_id, started_by, 'diagnosis' FROM diagnosis),
          served AS (
            SELECT member.firm, user, group_concat(DISTINCT source) AS sources FROM worked JOIN member ON member.id = worked.enterprise_id
            GROUP BY member.firm, user)
          SELECT served.*, enterprise.name, group_concat(acceptance.id) AS acceptances
          FROM acceptance JOIN member ON member.id = acceptance.enterprise_id
          JOIN served ON served.firm = member.firm AND served.user = acceptance.issued_by JOIN enterprise ON enterprise.id = served.firm
          WHERE :asOf = '' GROUP BY served.firm, served.user ORDER BY served.firm, served.user
          """, arguments: ["asOf": ""])
    }
    return rows.map { row in
      func list(_ column: String) -> [String] { row.string(column).split(separator: ",").map(String.init).sorted() }
      return SharedInterest(
        enterpriseID: row.string("firm"), enterprise: row.string("name"), user: row.string("user"), asSpecialist: list("sources"),
        acceptances: list("acceptances"))
    }
  }
}
