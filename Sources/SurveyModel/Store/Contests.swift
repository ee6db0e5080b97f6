import GRDB
import SyncCore
import SyncKit

/// Something of a record that is open between several writers. It blocks nobody; the office settles it.
public struct Contested: Codable, Hashable, Sendable {
  /// One of the values, and who wrote it.
  public struct Candidate: Codable, Hashable, Sendable {
    /// The value as text; nil where it was withdrawn. Of ``existence``: `kept` or `deleted`.
    public let value: String?
    /// Who wrote it.
    public let by: [String]
  }

  /// The column, or ``existence``.
  public let column: String
  /// The conflict's name as it is now, by which it is settled.
  public let conflict: String
  /// The values, the shown one first; empty where a rule is broken and not a value open.
  public let candidates: [Candidate]

  /// Stands for a column where one deleted the record while another edited it.
  public static let existence = "(exists)"
}

/// Open conflicts, to be looked up by row.
struct Contests {
  /// A row's place. Identifiers are unique in the whole world, so that the scope need not be known.
  private struct Place: Hashable {
    let table: String
    let key: [Value]
  }

  private var byPlace: [Place: [Conflict]] = [:]

  init(_ conflicts: [Conflict]) {
    for conflict in conflicts { byPlace[Place(table: conflict.row.table, key: conflict.row.key), default: []].append(conflict) }
  }

  /// What is open in a row.
  func of(_ table: String, _ key: [Value]) -> [Contested] {
    conflicts(table, key).map { conflict in
      let column =
        switch conflict.kind {
        case .cell(let column): column
        case .existence: Contested.existence
        case .unique(let columns, _): columns.joined(separator: ",")
        case .reference(let column, _), .bound(let column, _): column
        }
      let isExistence = conflict.kind == .existence
      let candidates = conflict.candidates.map { candidate in
        let value = isExistence ? candidate.value == .integer(0) ? "deleted" : "kept" : candidate.value.string
        return Contested.Candidate(value: value, by: Array(Set(candidate.writes.map(\.author))).sorted())
      }
      return Contested(column: column, conflict: conflict.id, candidates: candidates)
    }
  }

  /// The candidates of a cell; empty when it is not open.
  func candidates(_ table: String, _ key: [Value], _ column: String) -> [Value] {
    conflicts(table, key).first { $0.kind == .cell(column: column) }?.candidates.map(\.value) ?? []
  }

  private func conflicts(_ table: String, _ key: [Value]) -> [Conflict] {
    byPlace[Place(table: table, key: key)] ?? []
  }
}

extension Survey {
  /// What is open in an enterprise's case; nil for all cases.
  func contests(in enterprise: String?) throws -> Contests {
    try Contests(replica.conflicts(in: enterprise.map(scope)))
  }

  /// The scope of a case.
  func scope(_ enterprise: String) throws(SurveyError) -> ScopeID {
    guard let scope = ScopeID(enterprise) else { throw SurveyError(.recordUnknown, ["table": "enterprise", "id": enterprise]) }
    return scope
  }

  /// What a form shows, as text that a later edit hands back.
  ///
  /// It is taken before the rows are read: what arrives in between must not count as seen.
  func readToken(_ rows: [(table: String, key: [Value])], in enterprise: String) throws -> String {
    let scope = try scope(enterprise)
    return try replica.readToken(for: rows.map { RowReference(scope: scope, table: $0.table, key: $0.key) }).text
  }

  /// Writes in one transaction.
  func write<T>(_ body: (Database) throws -> T) throws -> T {
    try requireWriter()
    return try replica.write(body)
  }

  /// Saves a form in one transaction, judged by what its author had read; nil for what is there now.
  func write<T>(reading token: String?, _ body: (Database, ReadForm) throws -> T) throws -> T {
    try requireWriter()
    let token = try token.map { try ReadToken(text: $0) }
    return try replica.write(reading: token) { db in try body(db, ReadForm(token: token)) }
  }
}

/// What a form had shown, to be held against the record that it is saved to.
struct ReadForm {
  /// Nil for a save that names no form.
  let token: ReadToken?

  /// Refuses a form of another record: judged by it, what was written since would count as read.
  ///
  /// Throws SyncKit's `other-form`.
  func expect(_ table: String, _ key: [Value], of enterprise: String) throws {
    guard let token, let scope = ScopeID(enterprise), !token.covers(RowReference(scope: scope, table: table, key: key)) else { return }
    throw SyncKitError(.otherForm, ["table": table])
  }
}

extension Value {
  /// The value as text; nil for NULL.
  var string: String? {
    switch self {
    case .null: nil
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let bytes): String(decoding: bytes, as: UTF8.self)
    case .blob(let bytes): "(\(bytes.count) bytes)"
    }
  }
}
