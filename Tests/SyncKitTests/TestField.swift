import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncSimulator
import Testing

/// Replicas of one small table in a temporary folder, in memory where the system has such a place.
final class TestField {
  static let scope = ScopeID(literal: "case-1")
  static let schema = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER)"]
  let folder: URL
  let time = TestClock()

  init() throws {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let parent = access(memory.path, W_OK) == 0 ? memory : FileManager.default.temporaryDirectory
    folder = parent.appendingPathComponent("synckit-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Opens the replica of this name, or makes it.
  func replica(
    _ name: String, tables: [SyncedTable]? = nil, schema: [String]? = nil, version: Int = 1, clock: TestClock? = nil,
    author: String? = nil, marks: ReplicaMarks? = nil, chance: String? = nil,
    keepsHistory: Bool = false, signing: Signing? = nil, trust: Trust? = nil, encryption: EncryptionKey? = nil
  ) throws -> Replica {
    let (time, random) = (clock ?? time, TestRandom(chance ?? name))
    var configuration = ReplicaConfiguration(
      tables: tables ?? [SyncedTable("note", scope: .fixed(Self.scope))], author: author ?? name, schemaVersion: version,
      clock: { time.next() },
      random: { random.bytes($0) }, marks: marks)
    configuration.keepsHistory = keepsHistory
    (configuration.signing, configuration.trust, configuration.encryption) = (signing, trust, encryption)
    return try Replica(path: folder.appendingPathComponent(name + ".sqlite").path, configuration: configuration) { migrator in
      for (at, sql) in (schema ?? Self.schema).enumerated() {
        migrator.registerMigration("\(at)") { db in try db.execute(sql: sql) }
      }
    }
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}

/// A clock that a test winds.
final class TestClock: @unchecked Sendable {
  static let start: Int64 = 1_760_000_000_000
  private let lock = NSLock()
  private var now = TestClock.start

  func next() -> Int64 {
    lock.withLock {
      now &+= 1
      return now
    }
  }

  func set(_ milliseconds: Int64) { lock.withLock { now = milliseconds } }
}

/// Chance that a replica's name decides, so that a failure can be had again.
final class TestRandom: @unchecked Sendable {
  private let lock = NSLock()
  private var generator: SeededGenerator

  init(_ name: String) { generator = SeededGenerator(seed: name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }) }

  func bytes(_ count: Int) -> [UInt8] { lock.withLock { (0..<count).map { _ in .random(in: .min ... .max, using: &generator) } } }
}

extension SigningKey {
  /// A key that a name decides.
  static func test(_ name: String) -> SigningKey {
    let seed = Codec.standard.digest(Array("key of \(name)".utf8))
    guard let key = SigningKey(bytes: seed) else { preconditionFailure("32 bytes are a key") }
    return key
  }
}

extension Replica {
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try write { db in try db.execute(sql: sql, arguments: arguments) }
  }

  func rows(_ sql: String) throws -> [String] {
    try read { db in try Row.fetchAll(db, sql: sql).map { row in row.databaseValues.map { "\($0)" }.joined(separator: "|") } }
  }

  @discardableResult
  func exchange(with other: Replica) throws -> ExchangeSummary {
    try sync(with: LocalTransport(other.exchangeStore), peer: other.site.description)
  }

  var hex: String { get throws { try digest(of: TestField.scope).hex } }

  /// What this replica has of a scope beyond what somebody holds, all of it.
  func fragments(of scope: ScopeID = TestField.scope, beyond held: VersionVector = VersionVector()) throws -> [Fragment] {
    try exchangeStore.load(beyond: [ScopeHoldings(scope: scope, holdings: Holdings(vector: held))], budget: 1 << 30).fragments
  }
}

extension TestField {
  /// Two replicas of the same tables.
  func pair(_ table: SyncedTable? = nil, _ sql: String...) throws -> (Replica, Replica) {
    let (tables, schema) = (table.map { [$0] }, sql.isEmpty ? nil : sql)
    return (try replica("a", tables: tables, schema: schema), try replica("b", tables: tables, schema: schema))
  }
}

extension SyncedTable {
  /// A table of the test's one scope.
  static func fixed(_ name: String, _ policies: [String: MergePolicy] = [:]) -> SyncedTable {
    SyncedTable(name, scope: .fixed(TestField.scope), policies: policies)
  }
}

/// Exchanges between two replicas and checks that they are alike to the last bit, in what SQL shows and in what the library knows.
func expectAlike(
  _ a: Replica, _ b: Replica, _ table: String = "note", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try a.exchange(with: b)
  #expect(try a.bits(table) == b.bits(table), sourceLocation: sourceLocation)
  #expect(try a.hex == b.hex, sourceLocation: sourceLocation)
  for replica in [a, b] {
    let problems = try replica.findings().filter(\.isProblem).map { "\($0.code) \($0.details)" }
    #expect(problems == [], sourceLocation: sourceLocation)
  }
}

extension Replica {
  /// A table's rows with every value's type and bytes.
  func bits(_ table: String) throws -> [String] {
    try read { db in
      let names = try db.columns(in: table).map(\.name)
      let list = names.map { name in
        """
        typeof("\(name)") || ':' || CASE typeof("\(name)") WHEN 'real' THEN printf('%!.26g', "\(name)") \
        ELSE quote(CAST("\(name)" AS BLOB)) END
        """
      }
      return try String.fetchAll(db, sql: "SELECT \(list.joined(separator: " || ' ' || ")) FROM \"\(table)\"").sorted()
    }
  }

  /// The values that each changeset of a row wrote.
  func written(_ key: Value..., table: String = "note") throws -> [[String: Value]] {
    try history(of: RowReference(scope: TestField.scope, table: table, key: key)).map(\.values)
  }
}
