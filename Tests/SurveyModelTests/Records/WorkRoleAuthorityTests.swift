import SyncCore
import SyncKit
import Testing

@testable import SurveyModel

/// Who has a say in what, as the plan says it (domain A.3), written down here a second time: every role and every table.
@Suite struct WorkRoleAuthorityTests {
  /// The tables that are some roles' word alone.
  private static let words: [(roles: Set<WorkRole>, tables: Set<String>)] = [
    (
      [.office],
      [
        "assignment", "unit_transfer", "enrolment", "enrolment_step", "standing", "approval", "policy_file", "provider", "provider_state",
        "platform", "platform_year", "chain_leader", "agency", "programme_result", "field_order", "alias", "distinct_pair", "snapshot",
        "correction", "handover", "erasure", "late_record", "attachment_policy",
      ]
    ),
    ([.office, .district], ["spot_check", "warning"]),
    ([.office, .provider], ["solution"]),
    ([.agency], ["acceptance", "acceptance_criterion"]),
    ([.finance], ["payment"]),
  ]

  private static func group(_ table: String, isSettlement: Bool = false, _ columns: String...) -> ChangeGroupBuilder {
    var group = ChangeGroupBuilder(
      table: table, isDeletion: false, isSettlement: isSettlement, columns: columns.map { .init(name: $0, isIncrement: false) },
      keyNames: ["id"])
    group.keys[0].append(.text([1]))
    for column in columns.indices { group.values[column].append(.integer(1)) }
    group.endRow(context: [])
    return group
  }

  @Test func everyTableIsWrittenByThoseWhoseWordItIs() {
    for table in SurveySchema.tables.map(\.name) {
      let roles = Self.words.first { $0.tables.contains(table) }?.roles ?? Set(WorkRole.allCases).subtracting([.viewer])
      for role in WorkRole.allCases {
        let mayWrite = roles.contains(role) || role == .viewer && table == "erasure_receipt"
        #expect((role.authority.excess(of: Self.group(table, "x")) == nil) == mayWrite, "\(role) \(table)")
      }
    }
    #expect(Self.words.flatMap(\.tables).allSatisfy { table in SurveySchema.tables.contains { $0.name == table } })
  }

  @Test func someColumnsAreOneRolesWordInTablesOfAll() {
    for role in WorkRole.allCases where role != .viewer {
      for (table, column, roles) in [
        ("enterprise", "merged_into", [WorkRole.office]), ("chain_link", "attributed", [.office]),
        ("proposal", "decided_by", [.office, .finance, .district, .agency, .provider]),
        ("proposal", "state", [.office, .finance, .district, .agency, .provider]),
      ] {
        let excess = role.authority.excess(of: Self.group(table, "note", column))
        #expect(excess == (roles.contains(role) ? nil : Excess(table: table, column: column)), "\(role) \(table)")
      }
    }
  }

  @Test func theOfficeSettlesAndOthersSettleTheirOwnWord() {
    for table in SurveySchema.tables.map(\.name) {
      let roles = Self.words.first { $0.tables.contains(table) }?.roles ?? [.office]
      for role in WorkRole.allCases {
        let isAssessment = role == .agency && ["assessment", "answer", "scene"].contains(table)
        let maySettle = role.authority.excess(of: Self.group(table, isSettlement: true, "x")) == nil
        #expect(maySettle == (roles.contains(role) || isAssessment), "\(role) \(table)")
      }
    }
  }

  /// A certificate with all of it stays well below what one may have.
  @Test func everyRolesCertificateHasRoom() {
    for role in WorkRole.allCases {
      let certificate = Certificate(
        device: [UInt8](repeating: 1, count: 16), key: [UInt8](repeating: 2, count: 32), user: String(repeating: "u", count: 256),
        role: role.rawValue, authority: role.authority, from: 1, issuer: [UInt8](repeating: 3, count: 32))
      #expect(certificate.encoded.count < Limits.certificateBytes / 2, "\(role): \(certificate.encoded.count)")
    }
  }
}
