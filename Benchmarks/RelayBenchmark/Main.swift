import CPostgres
import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay
import TestPostgres

/// How quick the relay takes pushes in, against how quick its store appends the same bytes: prepared inserts, or COPY, a commit for each push.
///
/// usage: relay-benchmark [PUSHES [CHANGESETS [BYTES]]]
@main
enum RelayBenchmark {
  static func main() throws {
    let given = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let (pushes, changesets, bytes) = (given.first ?? 200, given.dropFirst().first ?? 50, given.dropFirst(2).first ?? 1000)
    let folder = NSTemporaryDirectory() + "relay-benchmark-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try PostgresServer([:])
    defer { server.stop() }
    let random: @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
    let clock: @Sendable () -> Int64 = { 1_800_000_000_000 }
    let file = try Relay(path: folder + "/relay.sqlite", codec: .standard, clock: clock, random: random)
    let database = try Relay(
      postgres: PostgresAddress(server.url()), blobFolder: folder + "/blobs", codec: .standard, clock: clock, random: random)
    let work = Work.make(pushes: pushes, changesets: changesets, bytes: bytes)
    for (name, relay) in [("SQLite", file), ("PostgreSQL", database)] { try HoldingsBenchmark.run(relay, name) }
    for round in 1...3 {
      let times = [
        ("SQLite", try ingest(work, file, device: UInt64(round)), try appendToFile(work, folder + "/raw-\(round).sqlite")),
        ("PostgreSQL", try ingest(work, database, device: UInt64(round)), try appendToDatabase(work, server, round)),
      ]
      for (name, ours, raw) in times {
        let count = Double(pushes * changesets)
        print(
          "\(name): \(Int(count / ours)) changesets/s, raw append \(Int(count / raw))/s, ratio \((raw / ours * 100).rounded() / 100)")
      }
    }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  private static func ingest(_ work: Work, _ relay: Relay, device number: UInt64) throws -> Double {
    let device = DeviceID(high: 7, low: number)
    guard let scope = ScopeID("case/\(number)") else { return 0 }
    let code = try relay.createCode(user: "li", name: "li", grants: [.one(scope)])
    let token = try relay.enrol(code: code, device: device, label: "laptop").token
    guard let principal = try relay.authenticate(token) else { return 0 }
    let access = RelayAccess(relay, principal)
    let pushes = work.fragments(scope, SiteID(deviceHigh: device.high, deviceLow: device.low, incarnation: 1))
    return try seconds { for push in pushes where try !access.store(push).refused.isEmpty { fatalError("refused") } }
  }

  private static func appendToFile(_ work: Work, _ path: String) throws -> Double {
    let pool = try DatabasePool(path: path)
    try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL; \(Work.table("INTEGER", "BLOB"))") }
    return try seconds {
      for push in work.rows {
        try pool.write { db in
          let insert = try db.cachedStatement(sql: "INSERT INTO raw VALUES (?, ?, ?)")
          for row in push { try insert.execute(arguments: [row.number, Data(row.header), Data(row.body)]) }
        }
      }
    }
  }

  private static func appendToDatabase(_ work: Work, _ server: PostgresServer, _ round: Int) throws -> Double {
    try server.run("CREATE SCHEMA raw_\(round); SET search_path = raw_\(round); \(Work.table("BIGINT", "BYTEA"))")
    guard let connection = PQconnectdb(server.url(schema: "raw_\(round)")), PQstatus(connection) == CONNECTION_OK else {
      fatalError("server")
    }
    defer { PQfinish(connection) }
    return seconds {
      for push in work.rows {
        PQclear(PQexec(connection, "COPY raw FROM STDIN (FORMAT binary)"))
        var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
        func append(_ field: [UInt8]) {
          withUnsafeBytes(of: Int32(field.count).bigEndian) { bytes.append(contentsOf: $0) }
          bytes.append(contentsOf: field)
        }
        for row in push {
          bytes += [0, 3]
          append(withUnsafeBytes(of: row.number.bigEndian) { Array($0) })
          append(row.header)
          append(row.body)
        }
        bytes += [0xFF, 0xFF]
        let sent = bytes.withUnsafeBytes { PQputCopyData(connection, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
        guard sent == 1, PQputCopyEnd(connection, nil) == 1 else { fatalError("COPY") }
        while let result = PQgetResult(connection) {
          guard PQresultStatus(result) == PGRES_COMMAND_OK else { fatalError("COPY") }
          PQclear(result)
        }
      }
    }
  }
}

/// What is written: the same bytes for all.
struct Work {
  struct Row {
    let number: Int64
    let header: [UInt8]
    let body: [UInt8]
  }

  let rows: [[Row]]

  static func table(_ integer: String, _ blob: String) -> String {
    "CREATE TABLE raw(number \(integer) PRIMARY KEY, header \(blob), body \(blob))"
  }

  static func make(pushes: Int, changesets: Int, bytes: Int) -> Work {
    var number: Int64 = 0
    return Work(
      rows: (0..<pushes).map { _ in
        (0..<changesets).map { _ in
          number += 1
          return Row(number: number, header: noise(300), body: noise(bytes))
        }
      })
  }

  private static func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }

  /// The bodies as one site's changesets, one push after the other.
  func fragments(_ scope: ScopeID, _ site: SiteID) -> [[Fragment]] {
    var (seq, previous) = (UInt64(0), [UInt8]())
    return rows.map { push in
      push.map { row in
        seq += 1
        let header = ChangesetHeader(
          scope: scope, dot: Dot(site: site, seq: seq), time: HybridTime(rawValue: seq << 16), wallClock: 1_800_000_000_000, author: "li",
          transaction: .init(id: [UInt8](repeating: 9, count: 16), part: 0, parts: 1), schema: 1, certificate: [], previous: previous,
          needs: VersionVector(), note: "", parts: [.init(rows: 1, bytes: row.body.count, digest: Codec.standard.digest(row.body))])
        let bytes = header.encoded
        previous = Codec.standard.digest(bytes)
        return Fragment(header: bytes, signature: [UInt8](repeating: 5, count: 64), firstPart: 0, parts: [row.body])
      }
    }
  }
}
