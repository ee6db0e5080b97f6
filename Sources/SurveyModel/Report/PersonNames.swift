import GRDB
import SyncKit

/// Who is behind an account: as somebody recorded it with the people of a survey (``RecordType/surveyPerson``), else as the account was enrolled,
/// where that is known.
struct PersonNames: Sendable {
  private let names: [String: String]
  private let accounts: Set<String>

  /// - Parameters:
  ///   - enterprise: whose case is told of: what it calls somebody comes before what other cases do.
  ///   - accounts: who wrote in it.
  ///   - enrolled: what accounts were enrolled as.
  init(_ db: Database, in enterprise: String, accounts: Set<String>, enrolled: [String: String]) throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT account, name FROM survey_person WHERE account <> '' AND name <> '' ORDER BY enterprise_id = ?, id",
      arguments: [enterprise])
    let recorded = Dictionary(rows.map { ($0.string("account"), $0.string("name")) }) { _, later in later }
    names = enrolled.filter { $0.key != $0.value }.merging(recorded) { _, recorded in recorded }
    self.accounts = accounts
  }

  /// A user of the program: the person's name with the account behind it, or the account, marked as one.
  func user(_ account: String?) -> String? {
    account?.nonEmpty.map { account in names[account].map { "\($0)（账号 \(account)）" } ?? "账号 \(account)" }
  }

  /// What a field says of who did something: words as they were typed, an account as ``user(_:)`` tells it.
  func author(_ said: String) -> String {
    accounts.contains(said) || names[said] != nil ? user(said) ?? said : said
  }
}

extension Survey {
  /// Who wrote in some cases, by their accounts.
  func accounts(in cases: [String]) throws -> Set<String> {
    try cases.reduce(into: []) { $0.formUnion(try replica.authors(in: scope($1))) }
  }
}
