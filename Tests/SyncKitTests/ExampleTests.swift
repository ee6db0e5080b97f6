import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// An app as it was before: a record, its migrations, and a pool of GRDB's.
struct Note: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "note"
  var id: String
  var body: String

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("notes") { db in
      try db.execute(sql: "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL)")
    }
    return migrator
  }
}

// snippet: the article GettingStarted shows what stands between these marks.
/// The app's database, now a replica.
struct NoteStore {
  let replica: Replica

  init(path: String, author: String) throws {
    let notes = SyncedTable("note", scope: .fixed(ScopeID(literal: "team")))
    let configuration = ReplicaConfiguration(tables: [notes], author: author)
    // The app's own migrations, as they are.
    replica = try Replica(path: path, configuration: configuration) { $0 = Note.migrator }
  }

  /// GRDB as before: what a transaction writes is captured within it.
  func save(_ note: Note) throws {
    try replica.pool.write { db in try note.save(db) }
  }

  /// Whenever there is a network; may be cut anywhere and begun again.
  func sync(relay: String, token: String) throws -> ExchangeSummary {
    try replica.sync(with: CurlTransport(baseURL: relay, token: token), peer: relay)
  }

  /// What two people wrote at once: both values, and who wrote them having read what.
  func conflicts() throws -> [Conflict] { try replica.conflicts() }

  func settle(_ conflict: Conflict, with value: Value, because reason: String) throws {
    try replica.settle([Settlement(conflict: conflict.id, value: value)], reason: reason)
  }
}
// snippet: end.

@Suite struct ExampleTests {
  private func store(_ name: String, in field: TestField) throws -> NoteStore {
    let path = field.path("\(name).sqlite")
    let pool = try DatabasePool(path: path)
    try Note.migrator.migrate(pool)
    try pool.write { db in try Note(id: "old-\(name)", body: "written before sync").insert(db) }
    try pool.close()
    return try NoteStore(path: path, author: name)
  }

  private func exchange(_ a: NoteStore, _ b: NoteStore) throws {
    try a.replica.exchange(with: b.replica)
  }

  private func bodies(_ store: NoteStore) throws -> [String: String] {
    let notes = try store.replica.pool.read { db in try Note.fetchAll(db) }
    return Dictionary(uniqueKeysWithValues: notes.map { ($0.id, $0.body) })
  }

  @Test func anExistingAppIsTakenInWithWhatItHadWritten() throws {
    let field = try TestField()
    let (lin, wang) = (try store("lin", in: field), try store("wang", in: field))
    try lin.save(Note(id: "1", body: "from lin"))
    try exchange(lin, wang)
    #expect(try bodies(lin) == ["old-lin": "written before sync", "old-wang": "written before sync", "1": "from lin"])
    #expect(try bodies(wang) == bodies(lin))
  }

  @Test func whatTwoWroteAtOnceIsSettledOnce() throws {
    let field = try TestField()
    let (lin, wang) = (try store("lin", in: field), try store("wang", in: field))
    try lin.save(Note(id: "1", body: "first"))
    try exchange(lin, wang)
    try lin.save(Note(id: "1", body: "lin's"))
    try wang.save(Note(id: "1", body: "wang's"))
    try exchange(lin, wang)
    let conflict = try #require(try lin.conflicts().first)
    #expect(Set(conflict.candidates.flatMap { $0.writes.map(\.author) }) == ["lin", "wang"])
    try lin.settle(conflict, with: .text("both agreed"), because: "talked on the phone")
    try exchange(wang, lin)
    #expect(try wang.conflicts().isEmpty)
    #expect(try bodies(wang)["1"] == "both agreed")
  }

  @Test func aRelayThatIsNotThereIsAnErrorWithACode() throws {
    let field = try TestField()
    let lin = try store("lin", in: field)
    #expect { try lin.sync(relay: "http://127.0.0.1:9", token: "none") } throws: { ($0 as? TransportError)?.code == .unreachable }
  }

  @Test func theArticleShowsThisVeryCode() throws {
    let here = URL(fileURLWithPath: #filePath)
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let source = try String(contentsOf: here, encoding: .utf8).components(separatedBy: "\n")
    let start = try #require(source.firstIndex { $0.hasPrefix("// snippet: the article") })
    let end = try #require(source.firstIndex { $0.hasPrefix("// snippet: end") })
    let snippet = source[(start + 1)..<end]
    #expect(snippet.count < 30)
    let article = try String(contentsOf: root.appendingPathComponent("Sources/SyncKit/SyncKit.docc/GettingStarted.md"), encoding: .utf8)
    #expect(article.contains("```swift\n" + snippet.joined(separator: "\n") + "\n```"))
  }
}
