import Foundation
import SyncCore
import SyncKit
import Testing

/// Random histories on real replicas, judged by an oracle.
@Suite struct MergeOracleTests {
  /// How many histories run; SYNCKIT_SEEDS asks for more, SYNCKIT_FIRST_SEED begins elsewhere.
  private static func setting(_ name: String, _ standard: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
  }

  @Test func randomHistoriesLoseNothingAndEndAlike() throws {
    let field = try TestField()
    let sites = try (0..<4).map { number in
      let clock = TestClock()
      let replica = try field.replica("site\(number)", tables: MergeHistory.tables, schema: MergeHistory.schema, clock: clock)
      return HistorySite(replica, clock)
    }
    let first = Self.setting("SYNCKIT_FIRST_SEED", 0)
    var (conflicts, failed) = (0, 0)
    for seed in first..<first + Self.setting("SYNCKIT_SEEDS", 75) {
      let history = try MergeHistory(seed: seed, sites: Array(sites.prefix(seed % 3 == 0 ? 3 : 4)))
      do {
        conflicts += try Self.play(history)
      } catch {
        history.expect(false, "threw \(error)")
      }
      if let failure = history.failures.first {
        failed += 1
        Issue.record("seed \(seed): \(failure), and \(history.failures.count - 1) more")
        if failed == 3 { break }
      }
    }
    #expect(conflicts > 0)
  }

  /// Plays one history of 60 steps and checks its end.
  /// - Returns: how many conflicts were open at the end.
  private static func play(_ history: MergeHistory) throws -> Int {
    var forms: [(site: HistorySite, sight: MergeHistory.Sight)] = []
    for _ in 0..<60 where history.failures.isEmpty {
      let site = history.pick(history.sites)
      switch history.number(0...99) {
      case 0..<12: forms.append((site, try history.look(site, history.pick(history.rows), keeping: true)))
      case 12..<56:
        if !forms.isEmpty, history.chance(0.4) {
          let form = forms.remove(at: history.number(0...forms.count - 1))
          try save(form.site, form.sight, history)
        } else {
          try save(site, try history.look(site, history.pick(history.rows), keeping: false), history)
        }
      case 56..<64: try history.settle(site, share: 0.6)
      default: try history.deliver(from: site, to: history.pick(history.sites))
      }
    }
    try history.giveAll()
    return try end(history)
  }

  private static func save(_ site: HistorySite, _ sight: MergeHistory.Sight, _ history: MergeHistory) throws {
    var given: [String: Value] = [:]
    for column in history.someColumns() { given[column] = history.value() }
    if history.chance(0.4) {
      // The whole row, as a form has it: what was shown, with what the author changed.
      given.merge(sight.values) { changed, _ in changed }
    }
    let statement: MergeHistory.Statement =
      switch history.number(0...9) {
      case 0: .delete
      case 1..<4: .update
      case 4..<8: .upsert
      default: .replace
      }
    try history.write(site, sight, statement, given)
  }

  private static func end(_ history: MergeHistory) throws -> Int {
    var open = 0
    var digests: Set<String> = []
    for site in history.sites where !site.held.isEmpty {
      for row in history.rows { _ = try history.look(site, row, keeping: false) }
      open = try history.checkedConflicts(site).count
      let digest = try site.replica.digest(of: history.scope)
      history.expect(digest.conflicts == open, "the digest counts \(digest.conflicts) conflicts, not \(open)")
      digests.insert(digest.hex)
    }
    history.expect(digests.count <= 1, "\(digests.count) digests")
    return open
  }
}
