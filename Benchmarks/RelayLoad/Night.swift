import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay

/// The phases of a load, one after the other against one relay, and what came of them.
struct Night {
  let fleet: Fleet
  let process: RelayProcess
  private(set) var errors: [String] = []
  private var pushed: [Laptop] = []
  private var idleMedian = Double.nan

  init(fleet: Fleet, process: RelayProcess) {
    self.fleet = fleet
    self.process = process
  }

  /// How fast days are taken in, against the same bytes appended by SQLite alone.
  mutating func measureIngest(_ count: Int, in folder: URL) throws {
    if count == 0 { return }
    let laptops = try fleet.laptops(count, named: "ingest", role: "specialist", doing: .words)
    let ingest = try Ingest(laptops)
    process.forgetPeak()
    let processor = process.processorSeconds
    let taken = try ingest.push(to: process.address.url)
    let spent = process.processorSeconds - processor
    let raw = try ingest.append(to: process.address.store, in: folder)
    tell("ingest: \(rate(taken)), \(text(Double(taken.bytes) / Double(taken.changesets), 0)) bytes a changeset on the wire")
    tell("  requests: \(taken.requests.text); \(text(spent / Double(taken.changesets) * 1e6, 0)) µs of the relay's processor a changeset")
    tell("  plain append: \(rate(raw)); ratio of ingest to it \(text(raw.seconds / taken.seconds, 2))")
    pushed += laptops
    // What was pushed by hand is known to be there after an exchange like any other.
    note(try fleet.exchange(laptops, atOnce: 2).tally)
  }

  private func rate(_ figures: Ingest.Figures) -> String {
    let cells = figures.changesets * Laptop.cellsPerChangeset
    return "\(figures.changesets) changesets in \(text(figures.seconds, 2)) s, \(text(Double(figures.changesets) / figures.seconds, 0))/s, "
      + "\(text(Double(cells) / figures.seconds, 0)) cells/s"
  }

  /// What an exchange takes that has the relay for itself.
  mutating func measureIdle(_ count: Int) throws {
    let laptops = try fleet.laptops(count, named: "idle", role: "specialist", doing: .words)
    let tally = try fleet.exchange(laptops, atOnce: 1).tally
    idleMedian = tally.exchanges.quantile(0.5)
    tell("idle: an exchange of a day \(tally.exchanges.text); requests \(tally.requests.text)")
    pushed += laptops
    note(tally)
  }

  /// The night itself: each laptop comes at its own time within the window.
  mutating func play(_ count: Int, window: Double, atOnce: Int) throws {
    if count == 0 { return }
    let began = ContinuousClock.now
    let laptops = try fleet.laptops(count, named: "laptop", role: "specialist", doing: .wordsAndPhotos)
    tell("night: \(count) laptops enrolled, their day written in \(text((ContinuousClock.now - began).seconds, 0)) s")
    process.forgetPeak()
    let processor = process.processorSeconds
    let (tally, seconds) = try fleet.exchange(laptops, atOnce: atOnce, times: laptops.map { _ in Double.random(in: 0..<window) })
    let changesets = count * Laptop.enterprisesPerDay * Laptop.changesetsPerEnterprise
    let p99 = tally.exchanges.quantile(0.99)
    tell(
      "  \(tally.exchanges.count) exchanges in \(text(seconds)) s, \(text(Double(changesets) / seconds, 0)) changesets/s; relay's processor "
        + "\(text((process.processorSeconds - processor) / seconds * 100, 0)) %")
    tell("  exchanges: \(tally.exchanges.text); p99 to the idle median \(text(p99 / idleMedian, 1))")
    tell("  requests: \(tally.requests.text); \(tally.requests.count) in all, \(tally.busy) told to come back")
    tell(
      "  wire: \(tally.bytesUp / count) bytes up, \(tally.bytesDown / count) down for each; relay at most \(text(process.peakMegabytes)) MB"
    )
    tell(
      "  photographs: \(tally.files.count * Laptop.photosPerDay) verified, \(tally.files.text) for \(Laptop.photosPerDay); "
        + "\(tally.fileBytes / count) bytes for each laptop")
    pushed += laptops
    note(tally)
  }

  private mutating func note(_ tally: Tally) { errors += tally.errors }

  /// Compares every replica with the office's, which stands beside the relay, scope by scope.
  func verify(against home: URL) throws {
    let began = ContinuousClock.now
    let expected = try Laptop.digests(of: home.appendingPathComponent("replica.sqlite"))
    for laptop in pushed {
      for (scope, digest) in try Laptop.digests(of: laptop.file) where expected[scope] != digest {
        throw LoadError("\(laptop.user) and the office differ in \(scope.name)")
      }
    }
    tell(
      "verified: \(pushed.count) replicas hold the same as the office's, \(expected.count) scopes, in "
        + "\(text((ContinuousClock.now - began).seconds, 0)) s")
  }
}
