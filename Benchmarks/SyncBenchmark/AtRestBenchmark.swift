import Foundation
import GRDB
import SyncCore
import SyncKit

/// What encryption at rest costs: one replica in clear and one encrypted, by turns. `BENCH_FOLDER` names a folder that another program
/// encrypts, such as a mounted gocryptfs: a replica in clear is measured there too. By the clock on the wall, because that program's time
/// is not ours.
struct AtRestBenchmark {
  static let rowCount = 50_000
  static let saveCount = 500

  private enum Way: String, CaseIterable {
    case clear
    case encrypted
    case folder
  }

  private let folder: URL
  private let key: StorageKey?

  private func run() throws -> [String: Double] {
    var out: [String: Double] = [:]
    do {
      let replica = try open()
      try Self.time("import", &out) {
        try replica.write { db in
          let insert = try db.makeStatement(sql: "INSERT INTO answer(id, enterprise_id, value) VALUES(?, 'plant', ?)")
          for at in 0..<Self.rowCount { try insert.execute(arguments: ["answer-\(at)", "an answer of some length, number \(at)"]) }
        }
      }
      try Self.time("checkpoint", &out) { try replica.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) } }
      try Self.time("save", &out) {
        for at in 0..<Self.saveCount {
          try replica.write { db in try db.execute(sql: "UPDATE answer SET value = 'C' WHERE id = ?", arguments: ["answer-\(at * 97)"]) }
        }
      }
    }
    let replica = try open()
    try Self.time("read", &out) {
      let sum = try replica.read { db in try Int.fetchOne(db, sql: "SELECT sum(length(value)) FROM answer") }
      guard sum ?? 0 > Self.rowCount else { fatalError("nothing was read") }
    }
    let path = folder.appendingPathComponent("replica.sqlite").path
    out["bytes"] = Double((try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
    return out
  }

  private func open() throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("answer", scope: .fixed(SurveyBenchmark.scope))], author: "author")
    configuration.storageKey = key
    return try Replica(path: folder.appendingPathComponent("replica.sqlite").path, configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in try db.execute(sql: SurveyBenchmark.schema) }
    }
  }

  private static func time(_ step: String, _ out: inout [String: Double], _ body: () throws -> Void) rethrows {
    let taken = try ContinuousClock().measure(body)
    out[step] = Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
  }

  static func printTable(repeats: Int) throws {
    let other = ProcessInfo.processInfo.environment["BENCH_FOLDER"].map { URL(fileURLWithPath: $0) }
    var runs: [Way: [[String: Double]]] = [:]
    // No way is always the first, which finds the disk otherwise than the last.
    for way in (0..<repeats).flatMap({ turn in (0..<3).map { Way.allCases[($0 + turn) % 3] } }) {
      guard let place = way == .folder ? other : FileManager.default.temporaryDirectory else { continue }
      let folder = place.appendingPathComponent("at-rest-benchmark-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      runs[way, default: []].append(try AtRestBenchmark(folder: folder, key: way == .encrypted ? StorageKey() : nil).run())
    }
    print("\nat rest, \(rowCount) rows and \(saveCount) saves, synchronous=FULL, to a replica in clear, median of \(repeats)")
    for step in ["import", "checkpoint", "save", "read", "bytes"] {
      func median(_ way: Way) -> Double { Measure.median((runs[way] ?? []).compactMap { $0[step] }) }
      for way in [Way.encrypted, .folder] where runs[way] != nil {
        print("\(step), \(way): " + String(format: "%.3f", median(way) / median(.clear)))
      }
    }
  }
}
