import GRDB

/// Finds records by what people type.
enum Lookup {
  /// How many matches an ambiguous identifier names.
  private static let matchLimit = 5

  /// The whole identifier that begins with a text. Case, width and spaces around it do not matter.
  ///
  /// Throws ``SurveyError/Code/recordUnknown`` or ``SurveyError/Code/recordAmbiguous``.
  static func id(_ db: Database, in table: String, _ text: String) throws -> String {
    let prefix = text.halfWidth.trimmingSpaces.lowercased()
    guard !prefix.isEmpty else { throw SurveyError(.recordUnknown, ["table": table, "id": text]) }
    // A range, so that the key's index serves; identifiers are ASCII.
    let matches = try String.fetchAll(
      db, sql: "SELECT id FROM \(table) WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id LIMIT \(matchLimit)", arguments: [prefix])
    switch matches.count {
    case 0: throw SurveyError(.recordUnknown, ["table": table, "id": text])
    case 1: return matches[0]
    default:
      // The whole of one may be the beginning of another, if ever somebody chose identifiers by hand.
      if matches.contains(prefix) { return prefix }
      throw SurveyError(.recordAmbiguous, ["table": table, "id": text, "matches": matches.joined(separator: "\n")])
    }
  }

  /// As ``id(_:in:_:)``, or the record of that whole name, where the table has names and one record alone has it.
  static func named(_ db: Database, in table: String, _ text: String) throws -> String {
    if table == "enterprise" { return try enterprise(db, text).id }
    if let id = try optionalID(db, in: table, text) { return id }
    if let name = RecordType.of(table)?.nameColumn {
      let found = try String.fetchAll(
        db, sql: "SELECT id FROM \(table) WHERE \(name) = ? ORDER BY id LIMIT \(matchLimit)", arguments: [text.trimmingSpaces])
      if found.count > 1 { throw SurveyError(.recordAmbiguous, ["table": table, "id": text, "matches": found.joined(separator: "\n")]) }
      if let id = found.first { return id }
    }
    throw SurveyError(.recordUnknown, ["table": table, "id": text])
  }

  /// As ``id(_:in:_:)``, but nil where there is none.
  static func optionalID(_ db: Database, in table: String, _ text: String) throws -> String? {
    do {
      return try id(db, in: table, text)
    } catch let error as SurveyError where error.code == .recordUnknown {
      return nil
    }
  }

  /// As ``enterprise(_:_:)``, but nil where there is none.
  static func optionalEnterprise(_ db: Database, _ text: String) throws -> Enterprise? {
    do {
      return try enterprise(db, text)
    } catch let error as SurveyError where error.code == .recordUnknown {
      return nil
    }
  }

  /// The row of a whole identifier, if it is here.
  static func optionalRow(_ db: Database, in table: String, _ id: String) throws -> Row? {
    try Row.fetchOne(db, sql: "SELECT * FROM \(table) WHERE id = ?", arguments: [id])
  }

  /// The row that an identifier's beginning names.
  static func row(_ db: Database, in table: String, _ text: String) throws -> Row {
    let id = try id(db, in: table, text)
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM \(table) WHERE id = ?", arguments: [id]) else {
      throw SurveyError(.recordUnknown, ["table": table, "id": text])
    }
    return row
  }

  /// An enterprise, by the beginning of its identifier or by its whole credit code.
  static func enterprise(_ db: Database, _ text: String) throws -> Enterprise {
    let code = CreditCode.normalise(text)
    let found = try Row.fetchAll(db, sql: "SELECT * FROM enterprise WHERE uscc = ? ORDER BY merged_into IS NOT NULL, id", arguments: [code])
    // A code that a merged record shares names the one that stands for both.
    switch max(found.count { $0.text("merged_into") == nil }, min(found.count, 1)) {
    case 0: return Enterprise(try row(db, in: "enterprise", text))
    case 1: return Enterprise(found[0])
    default:
      let matches = found.prefix(matchLimit).map { $0.string("id") }.joined(separator: "\n")
      throw SurveyError(.recordAmbiguous, ["table": "enterprise", "id": text, "matches": matches])
    }
  }

  /// A visit to an enterprise; nil when none is named.
  static func visit(_ db: Database, _ text: String?, to enterprise: Enterprise) throws -> String? {
    guard let text else { return nil }
    let visit = Visit(try row(db, in: "visit", text))
    guard visit.enterpriseID == enterprise.id else {
      throw SurveyError(.otherEnterprise, ["table": "visit", "id": visit.id, "enterprise": visit.enterpriseID])
    }
    return visit.id
  }
}
