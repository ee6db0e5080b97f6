import Foundation
import GRDB
import SyncCore
import SyncKit

/// What signatures cost: changesets of one row each, as a person saves them, written on one replica and taken by another, with seals and
/// without. The author's certificate withholds tables, as a specialist's does, so that each changeset is judged by it on both sides.
struct SealBenchmark {
  static let changesetCount = 2000

  private let folder: URL
  private let issuer = SigningKey()

  /// One run: seconds of the processor by step, and bytes.
  private func run(signed: Bool, isDurable: Bool) throws -> [String: Double] {
    let author = try replica("author", signed, isDurable)
    let reader = try replica("reader", signed, isDurable)
    var out: [String: Double] = [:]
    try Measure.time("write", &out) {
      for at in 0..<Self.changesetCount {
        try author.write { db in
          try db.execute(
            sql: "INSERT INTO answer(id, enterprise_id, value) VALUES(?, 'plant', 'B')", arguments: ["answer-\(at)"])
        }
      }
    }
    let transport = CountingTransport(LocalTransport(author.exchangeStore))
    try Measure.time("exchange", &out) { _ = try reader.sync(with: transport, peer: "author") }
    out["bytes"] = Double(transport.bytes) / Double(Self.changesetCount)
    guard try author.digest(of: SurveyBenchmark.scope).hex == reader.digest(of: SurveyBenchmark.scope).hex else {
      fatalError("the replicas differ")
    }
    return out
  }

  private func replica(_ name: String, _ isSigned: Bool, _ isDurable: Bool) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("answer", scope: .fixed(SurveyBenchmark.scope))], author: name)
    configuration.isDurable = isDurable
    func open() throws -> Replica {
      try Replica(path: folder.appendingPathComponent(name + ".sqlite").path, configuration: configuration) { migrator in
        migrator.registerMigration("1") { db in try db.execute(sql: SurveyBenchmark.schema) }
      }
    }
    guard isSigned else { return try open() }
    // The file says which device it is, and the certificate names that.
    let device = Array(try open().site.bytes.prefix(SiteID.deviceByteCount))
    let key = SigningKey()
    let others = Dictionary(uniqueKeysWithValues: (0..<25).map { ("a_table_of_others_\($0)", Set<String>()) })
    let certificate = Certificate(
      device: device, key: key.publicKey, user: name, role: "specialist", authority: Authority(withheld: others, settles: []), from: 0,
      issuer: issuer.publicKey, encryptionKey: key.encryptionKey.publicKey)
    configuration.signing = Signing(certificate: try SignedCertificate(certificate, by: issuer.signer), signer: key.signer)
    configuration.trust = Trust(issuers: [issuer.publicKey])
    return try open()
  }

  static func printTable(repeats: Int) throws {
    for isDurable in [false, true] {
      var runs: [Bool: [[String: Double]]] = [:]
      for signed in (0..<repeats).flatMap({ _ in [false, true] }) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("seal-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        runs[signed, default: []].append(try SealBenchmark(folder: folder).run(signed: signed, isDurable: isDurable))
      }
      let mode = isDurable ? "FULL" : "NORMAL"
      print("\nseals, \(changesetCount) changesets of one row, synchronous=\(mode), with them to without, median of \(repeats)")
      for step in ["write", "exchange", "bytes"] {
        func median(_ signed: Bool) -> Double { Measure.median((runs[signed] ?? []).compactMap { $0[step] }) }
        let each = step == "bytes" ? median(true) : (median(true) - median(false)) / Double(changesetCount) * 1e6
        let figures = String(format: "%.3f  %.1f", median(true) / median(false), each)
        print("\(step): \(figures) \(step == "bytes" ? "bytes a changeset" : "µs more a changeset")")
      }
    }
  }
}
