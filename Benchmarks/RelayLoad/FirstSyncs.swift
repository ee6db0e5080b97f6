import Foundation
import GRDB
import SyncKit
import SyncRelay

/// Laptops that begin with nothing, against a relay that holds a thousand times more scopes than a day's work has.
struct FirstSyncs {
  let fleet: Fleet
  let process: RelayProcess

  /// - Returns: the errors that laptops met.
  func play(_ count: Int, enterprises: Int, atOnce: Int, packed: Bool) throws -> [String] {
    let writer = try fleet.laptops(1, named: "office", role: "office", grants: [.all], doing: .nothing)
    try writer[0].open().write { db in
      for number in 0..<enterprises {
        try db.execute(
          sql: "INSERT INTO enterprise(id, name, district, industry_code, address) VALUES (?, ?, '湖里区', '3911', ?)",
          arguments: ["first-\(number)", "厦门市\(number)号电子科技有限公司", "火炬高新区\(number)号"])
      }
    }
    let pushed = try fleet.exchange(writer, atOnce: 1).tally
    if packed { try pack() }
    let readers = try fleet.laptops(count, named: "reader", role: "district", grants: [.all], doing: .nothing)
    process.forgetPeak()
    let processor = process.processorSeconds
    let (tally, seconds) = try fleet.exchange(readers, atOnce: atOnce)
    let share = (process.processorSeconds - processor) / seconds * 100
    tell(
      "first syncs: \(count) of \(enterprises) enterprises in \(text(seconds)) s, \(text(Double(count * enterprises) / seconds, 0)) changesets/s; "
        + "relay's processor \(text(share, 0)) %")
    tell("  exchanges: \(tally.exchanges.text); requests: \(tally.requests.text); \(tally.busy) told to come back")
    tell("  wire: \(tally.bytesDown / count) bytes down for each; relay at most \(text(process.peakMegabytes)) MB")
    let expected = try Laptop.digests(of: writer[0].file)
    for reader in readers where try Laptop.digests(of: reader.file) != expected { throw LoadError("\(reader.user) and the writer differ") }
    tell("verified: \(count) replicas hold the same as the writer's, \(expected.count) scopes")
    return pushed.errors + tally.errors
  }

  /// Packs what was pushed, as `serve` does by and by.
  private func pack() throws {
    let relay = try fleet.relay.open()
    defer { try? relay.close() }
    let began = ContinuousClock.now
    guard let report = try relay.pack(with: .packing) else { throw LoadError("packing was disturbed") }
    let seconds = (ContinuousClock.now - began).seconds
    tell("packed: \(report.scopes) scopes in \(report.packs) packs, \(report.bytes) bytes, in \(text(seconds)) s")
  }
}
