import CSQLite
import CZstd
import Foundation
import GRDB
import SyncCore
import SyncKit

/// The survey workload: 100,000 answers inserted, 20,000 of them updated on each of two replicas, everything exchanged.
struct SurveyBenchmark {
  static let schema =
    """
    CREATE TABLE answer(id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT, indicator TEXT, value TEXT, score REAL, note TEXT, \
    updated_by TEXT)
    """
  static let insert = "INSERT INTO answer(id,enterprise_id,indicator,value,score,note,updated_by) VALUES(?,?,?,?,?,?,?)"
  static let update = "UPDATE answer SET value=? WHERE id=?"
  static let scope = ScopeID(literal: "survey")

  let rows: [AnswerRow]
  let isDurable: Bool
  let folder: URL

  /// One run through all steps: seconds of the processor, seconds by the clock (`name.wall`), or bytes, by the step's name.
  func run() throws -> [String: Double] {
    var out: [String: Double] = [:]
    let updatesA = Workload.updates(rows, site: "A", seed: 100)
    let updatesB = Workload.updates(rows, site: "B", seed: 200)

    let plain = Plain(path: path("plain"), isDurable: isDurable, schema: Self.schema)
    Measure.time("T0", &out) { insertAll(plain) }
    Measure.time("plainUpdate", &out) { updateAll(plain, updatesA) }
    Measure.time("plainOneRow", &out) { oneRow(plain, 2000) }
    plain.close()
    let plainPool = try plainPool()
    try Measure.time("plainGRDB", &out) { try grdbInsert(plainPool) }

    let a = try replica("a")
    var peak = 0.0
    a.pool.writeWithoutTransaction { db in
      guard let handle = db.sqliteConnection else { return }
      let captured = Plain(borrowing: handle)
      peak = max(peak, Measure.peak { Measure.time("insert", &out) { insertAll(captured) } })
    }
    out["metadata"] = try metadata(a, "a", &out)
    out["logAfterInsert"] = out["log"]

    var messages: [[UInt8]] = []
    peak = max(peak, try Measure.peak { try Measure.time("extract", &out) { messages = try extract(a) } })
    out["extractBytes"] = Double(messages.reduce(0) { $0 + $1.count })
    let b = try replica("b")
    peak = max(peak, try Measure.peak { try Measure.time("apply", &out) { try apply(messages, to: b) } })
    out["peak"] = peak
    try Measure.time("reapply", &out) { try apply(messages, to: b) }
    messages = []

    a.pool.writeWithoutTransaction { db in
      if let handle = db.sqliteConnection { Measure.time("update", &out) { updateAll(Plain(borrowing: handle), updatesA) } }
    }
    out["metadataUpdated"] = try metadata(a, "a", &out)
    b.pool.writeWithoutTransaction { db in
      if let handle = db.sqliteConnection { updateAll(Plain(borrowing: handle), updatesB) }
    }
    let transport = CountingTransport(LocalTransport(b.exchangeStore))
    try Measure.time("incremental", &out) { _ = try a.sync(with: transport, peer: "b") }
    out["incrementalBytes"] = Double(transport.bytes)
    guard try a.digest(of: Self.scope).hex == b.digest(of: Self.scope).hex else { fatalError("the replicas differ") }
    out["conflicts"] = Double(try a.conflictCount())

    let c = try replica("c")
    c.pool.writeWithoutTransaction { db in
      if let handle = db.sqliteConnection { Measure.time("insertOneRow", &out) { oneRow(Plain(borrowing: handle), 2000) } }
    }
    let d = try replica("d")
    try Measure.time("insertGRDB", &out) { try grdbInsert(d.pool) }
    return out
  }

  // MARK: Steps

  private func insertAll(_ db: Plain) {
    db.run("BEGIN")
    db.repeatedly(Self.insert, rows, bind)
    db.run("COMMIT")
  }

  private func bind(_ statement: OpaquePointer?, _ row: AnswerRow) {
    Plain.text(statement, 1, row.id)
    Plain.text(statement, 2, row.enterprise)
    Plain.text(statement, 3, row.indicator)
    Plain.text(statement, 4, row.value)
    sqlite3_bind_double(statement, 5, row.score)
    Plain.text(statement, 6, row.note)
    Plain.text(statement, 7, row.updatedBy)
  }

  private func updateAll(_ db: Plain, _ updates: [(value: String, id: String)]) {
    db.run("BEGIN")
    db.repeatedly(Self.update, updates) { statement, update in
      Plain.text(statement, 1, update.value)
      Plain.text(statement, 2, update.id)
    }
    db.run("COMMIT")
  }

  private func oneRow(_ db: Plain, _ count: Int) {
    // Rows of their own, so that it does not matter what the table holds already.
    let fresh = Workload.rows(count).map { row in
      AnswerRow(
        id: "x" + row.id.dropFirst(), enterprise: row.enterprise, indicator: row.indicator, value: row.value, score: row.score,
        note: row.note,
        updatedBy: row.updatedBy)
    }
    db.repeatedly(Self.insert, fresh, bind)
  }

  private func grdbInsert(_ pool: DatabasePool) throws {
    try pool.write { db in
      let statement = try db.cachedStatement(sql: Self.insert)
      for row in rows {
        try statement.execute(arguments: [row.id, row.enterprise, row.indicator, row.value, row.score, row.note, row.updatedBy])
      }
    }
  }

  private func extract(_ replica: Replica) throws -> [[UInt8]] {
    let store = replica.exchangeStore
    var held = Holdings()
    var messages: [[UInt8]] = []
    while true {
      let batch = try store.load(beyond: [ScopeHoldings(scope: Self.scope, holdings: held)], budget: Limits.batchBytes)
      let (fragments, hasMore) = (batch.fragments, batch.hasMore)
      guard !fragments.isEmpty else { return messages }
      for fragment in fragments {
        let header = try ChangesetHeader(decoding: fragment.header)
        let parts = fragment.firstPart + fragment.parts.count
        held.partial = []
        if parts == header.parts.count {
          held.vector.insert(header.dot)
        } else {
          held.partial = [Holdings.Partial(dot: header.dot, parts: parts)]
        }
      }
      messages.append(ExchangeResponse.changes(fragments, isComplete: !hasMore).encoded(codec: .standard))
    }
  }

  private func apply(_ messages: [[UInt8]], to replica: Replica) throws {
    let store = replica.exchangeStore
    for message in messages {
      guard case .changes(let fragments, _, _, _, _) = try ExchangeResponse(decoding: message, codec: .standard) else { continue }
      _ = try store.store(fragments)
    }
  }

  /// The bytes that the file has grown by beside the user's tables and the log.
  private func metadata(_ replica: Replica, _ name: String, _ out: inout [String: Double]) throws -> Double {
    try replica.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    let size = try FileManager.default.attributesOfItem(atPath: path(name))[.size] as? Int ?? 0
    let (user, log) = try replica.read { db in
      (
        try Int.fetchOne(db, sql: "SELECT sum(pgsize) FROM dbstat WHERE name IN ('answer', 'sqlite_autoindex_answer_1')") ?? 0,
        try Int.fetchOne(db, sql: "SELECT sum(pgsize) FROM dbstat WHERE name IN ('synckit_log', 'synckit_log_place')") ?? 0
      )
    }
    out["log"] = Double(log)
    return Double(size - user - log)
  }

  // MARK: Files

  private func path(_ name: String) -> String { folder.appendingPathComponent(name + ".sqlite").path }

  private func replica(_ name: String) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("answer", scope: .fixed(Self.scope))], author: name)
    configuration.isDurable = isDurable
    return try Replica(path: path(name), configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in try db.execute(sql: Self.schema) }
    }
  }

  private func plainPool() throws -> DatabasePool {
    var configuration = Configuration()
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -65536") }
    let pool = try DatabasePool(path: path("plain-grdb"), configuration: configuration)
    let synchronous = isDurable ? "FULL" : "NORMAL"
    try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = \(synchronous)") }
    try pool.write { db in try db.execute(sql: Self.schema) }
    return pool
  }
}

/// Counts the bytes of both directions.
final class CountingTransport: ExchangeTransport {
  private let inner: LocalTransport<ReplicaExchangeStore>
  private(set) var bytes = 0

  init(_ inner: LocalTransport<ReplicaExchangeStore>) { self.inner = inner }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    let answer = try inner.roundTrip(path: path, body: body)
    bytes += body.count + answer.count
    return answer
  }
}
