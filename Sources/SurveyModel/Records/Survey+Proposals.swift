import Foundation
import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// The proposals on this device, open ones first, then the latest.
  ///
  /// - Parameter owner: an enterprise; nil for all.
  public func proposals(of owner: String? = nil) throws -> [Proposal] {
    try replica.read { db in
      let scope = try owner.map { try Lookup.enterprise(db, $0).id }
      return try Row.fetchAll(
        db, sql: "SELECT * FROM proposal WHERE ?1 IS NULL OR scope = ?1 ORDER BY state <> 'open', id DESC", arguments: [scope]
      ).map { Proposal($0) }
    }
  }

  /// A proposal by the beginning of its identifier.
  public func proposal(_ id: String) throws -> Proposal { try replica.read { db in Proposal(try Lookup.row(db, in: "proposal", id)) } }

  /// Accepts a proposal: what it says is recorded as this user's word.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, ``SurveyError/Code/proposalDecided``, and what recording throws.
  public func accept(_ id: String, saying words: String? = nil) throws -> RecordOutcome {
    let proposal = try open(id)
    let type = try kind(of: proposal)
    let input = FieldInput(proposal.fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    // In one transaction: what was accepted and not marked so could be accepted again, and a payment be made twice.
    let written = try type.bounded {
      try write { db in
        let written =
          if let record = proposal.recordID {
            try change(type, record, input, because: nil, ReadForm(token: nil), db)
          } else if type.table == RecordType.assignment.table {
            Written.recorded(try assign(proposal.scope, input, db))
          } else {
            try create(type, input, of: type.home == .enterprise ? proposal.scope : nil, because: nil, db)
          }
        guard case .recorded = written else {
          throw SurveyError(.notAuthorised, ["table": type.table, "role": role.rawValue, "authority": ""])
        }
        try decide(proposal.id, .accepted, words, db)
        return written
      }
    }
    return try told(written, type)
  }

  /// Refuses a proposal; it stays, with the reason.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, ``SurveyError/Code/proposalDecided``, ``SurveyError/Code/valueMissing`` without a reason.
  public func refuse(_ id: String, because reason: String) throws -> Proposal {
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    let proposal = try open(id)
    _ = try kind(of: proposal)
    try write { db in try decide(proposal.id, .refused, reason, db) }
    return try self.proposal(proposal.id)
  }

  /// Makes a proposal of what a record of another role's would say.
  /// - Returns: its identifier.
  func propose(_ type: RecordType, _ record: String?, _ input: FieldInput, _ enterprise: String?, _ reason: String?, _ db: Database) throws
    -> String
  {
    let id = identifiers.next()
    var fields: [String: String] = [:]
    for (name, text) in input.entries { fields[type.field(name)?.name ?? name] = text }
    try db.execute(
      sql: """
        INSERT INTO proposal(id, scope, record_table, record_id, fields, reason, proposed_by, proposed_as, proposed_at)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, enterprise ?? SurveySchema.catalogue.name, type.table, record, ProposedFields.text(fields), reason?.nonEmpty, user,
        role.rawValue, now,
      ])
    return id
  }

  private func open(_ id: String) throws -> Proposal {
    let proposal = try proposal(id)
    guard proposal.state.term == .open else {
      throw SurveyError(.proposalDecided, ["id": proposal.id, "state": proposal.state.rawValue, "by": proposal.decidedBy ?? ""])
    }
    return proposal
  }

  private func kind(of proposal: Proposal) throws(SurveyError) -> RecordType {
    guard let type = RecordType.of(proposal.table) else { throw SurveyError(.recordUnknown, ["table": proposal.table, "id": proposal.id]) }
    try requireAuthority(type, over: proposal.fields.keys.compactMap(type.field))
    return type
  }

  /// Marks an open proposal; another process may have decided it meanwhile.
  private func decide(_ id: String, _ state: ProposalState, _ words: String?, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE proposal SET state = ?, decided_by = ?, decided_at = ?, decision = ? WHERE id = ? AND state = 'open'",
      arguments: [state.rawValue, user, now, words?.nonEmpty, id])
    guard db.changesCount > 0 else { throw SurveyError(.proposalDecided, ["id": id, "state": "", "by": ""]) }
  }
}

/// The fields of a proposal as a column holds them: a JSON object with its keys in order.
enum ProposedFields {
  static func text(_ fields: [String: String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A handful of strings always encodes.
    return (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  static func read(_ text: String) -> [String: String] { (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:] }
}
