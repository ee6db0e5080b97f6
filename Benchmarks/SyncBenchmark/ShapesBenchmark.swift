import CSQLite
import Foundation
import GRDB
import SyncCore
import SyncKit

/// What the survey workload is not: other keys, wider rows, deletions. Each against plain SQLite doing the same.
struct ShapesBenchmark {
  /// One kind of table.
  struct Shape: Sendable {
    let name: String
    let schema: String
    let width: Int
    /// Binds a row's key and returns the number of the next parameter.
    let bindKey: @Sendable (OpaquePointer?, Int32, Int, inout SeededGenerator) -> Int32
    var keyColumns = ["k"]
  }

  static let rowCount = 20_000
  static let editCount = 4_000

  let folder: URL

  static var shapes: [Shape] {
    let cells = { (width: Int) in (0..<width).map { "c\($0) TEXT" }.joined(separator: ", ") }
    return [
      Shape(name: "integer key", schema: "CREATE TABLE t(k INTEGER PRIMARY KEY, \(cells(6))) WITHOUT ROWID", width: 6) {
        statement, at, row, _ in
        sqlite3_bind_int64(statement, at, Int64(row))
        return at + 1
      },
      Shape(name: "binary key", schema: "CREATE TABLE t(k BLOB PRIMARY KEY NOT NULL, \(cells(6)))", width: 6) { statement, at, row, _ in
        withUnsafeBytes(of: UInt64(row).bigEndian) { _ = sqlite3_bind_blob(statement, at, $0.baseAddress, 8, csqlite_transient()) }
        return at + 1
      },
      Shape(
        name: "composite key",
        schema: "CREATE TABLE t(k TEXT NOT NULL, q INTEGER NOT NULL, \(cells(6)), PRIMARY KEY(k, q))", width: 6,
        bindKey: { statement, at, row, _ in
          Plain.text(statement, at, "assessment-\(Workload.padded(row / 31, 6))")
          sqlite3_bind_int64(statement, at + 1, Int64(row % 31))
          return at + 2
        }, keyColumns: ["k", "q"]),
      Shape(name: "random key", schema: "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, \(cells(6)))", width: 6) { statement, at, _, random in
        let time = UInt64.random(in: 0..<1 << 47, using: &random)
        Plain.text(statement, at, Workload.uuid(time, &random))
        return at + 1
      },
      Shape(name: "20 columns", schema: "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, \(cells(20)))", width: 20) {
        statement, at, row, random in
        Plain.text(statement, at, Workload.uuid(1_760_000_000_000 + UInt64(row), &random))
        return at + 1
      },
    ]
  }

  /// Ratios of processor time to plain SQLite's: insert, update, delete.
  func run(_ shape: Shape, isDurable: Bool) throws -> [String: Double] {
    let plain = Plain(path: path("plain"), isDurable: isDurable, schema: shape.schema)
    let base = steps(shape, plain)
    plain.close()
    var configuration = ReplicaConfiguration(tables: [SyncedTable("t", scope: .fixed(ScopeID(literal: "bench")))], author: "bench")
    configuration.isDurable = isDurable
    let replica = try Replica(path: path("replica"), configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in try db.execute(sql: shape.schema) }
    }
    let captured = replica.pool.writeWithoutTransaction { db in db.sqliteConnection.map { steps(shape, Plain(borrowing: $0)) } ?? [:] }
    return captured.reduce(into: [:]) { $0[$1.key] = $1.value / (base[$1.key] ?? .nan) }
  }

  private func steps(_ shape: Shape, _ db: Plain) -> [String: Double] {
    let places = Array(0..<Self.rowCount)
    let parameters = shape.keyColumns.count + shape.width
    let marks = (1...parameters).map { "?\($0)" }.joined(separator: ",")
    let insert = Measure.seconds {
      db.run("BEGIN")
      var random = SeededGenerator(seed: 7)
      db.repeatedly("INSERT INTO t VALUES(\(marks))", places) { statement, row in
        var at = shape.bindKey(statement, 1, row, &random)
        while at <= parameters {
          Plain.text(statement, at, "value \(row &* 31 &+ Int(at))")
          at += 1
        }
      }
      db.run("COMMIT")
    }
    // Every fifth row, by its rank, which is the same for both.
    let keys = shape.keyColumns.joined(separator: ", ")
    let chosen = "(\(keys)) IN (SELECT \(keys) FROM (SELECT \(keys), row_number() OVER (ORDER BY \(keys)) AS n FROM t) WHERE n % 5 = "
    let update = Measure.seconds { db.run("UPDATE t SET c1 = c1 || '!' WHERE \(chosen)0)") }
    let delete = Measure.seconds { db.run("DELETE FROM t WHERE \(chosen)1)") }
    return ["insert": insert, "update": update, "delete": delete]
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name + ".sqlite").path }

  /// Runs every shape and prints the second table.
  static func printTable(repeats: Int) throws {
    print(
      "\nother shapes, \(rowCount) rows, \(editCount) updated and \(editCount) deleted, synchronous=FULL, x plain SQLite, median of \(repeats)"
    )
    for shape in shapes {
      var runs: [[String: Double]] = []
      for _ in 0..<repeats {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sync-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        runs.append(try ShapesBenchmark(folder: folder).run(shape, isDurable: true))
      }
      for step in ["insert", "update", "delete"] {
        let value = String(format: "%.3f", Measure.median(runs.compactMap { $0[step] }))
        print("\(shape.name) \(step): \(value)")
        print(#"{"table":"shapes","shape":"\#(shape.name)","step":"\#(step)","value":\#(value)}"#)
      }
    }
  }
}
