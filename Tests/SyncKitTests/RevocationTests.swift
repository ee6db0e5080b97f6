import Foundation
import GRDB
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// Of a revoked device counts what the relay had by then, whoever brings what it signs afterwards (docs/decisions/0030).
@Suite struct RevocationTests {
  private let field: RelayField
  private let (li, wang): (Replica, Replica)

  init() throws {
    field = try RelayField()
    (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'of the visit', '', 0)")
    try field.settleDown([li, wang])
  }

  private func texts(_ replica: Replica) throws -> [String] {
    try replica.read { db in try String.fetchAll(db, sql: "SELECT id || '|' || a || '|' || b FROM note ORDER BY id") }
  }

  private func carry(_ from: Replica, _ to: Replica, as name: String = "stick") throws -> BundleReport {
    let path = field.field.path(name)
    _ = try from.exportBundle(to: path)
    return try to.importBundle(from: path)
  }

  private func revoke(_ replica: Replica) throws { try field.relay.revoke(device: DeviceID(of: replica.site)) }

  /// What a colleague had taken from a stick before anybody knew counts for nothing from then on; the colleague's own work on top of it goes
  /// on, and both texts are kept.
  @Test func whatCameByStickBeforeIsUndoneAndWhatWasBasedOnItStays() throws {
    try li.run("UPDATE note SET a = 'of the thief'")
    try li.run("INSERT INTO note VALUES('t', 'made by the thief', '', 0)")
    let report = try carry(li, wang)
    #expect(report.refused.isEmpty && report.changesets == 2)
    try wang.run("UPDATE note SET b = 'seen' WHERE id = 'n'")
    try wang.run("UPDATE note SET b = 'seen' WHERE id = 't'")
    try revoke(li)
    for _ in 0..<2 { try field.sync(wang) }
    let newcomer = try field.replica("chen")
    try field.settleDown([wang, newcomer])
    for replica in [wang, newcomer] {
      #expect(try texts(replica) == ["n|of the visit|seen"])
      #expect(try replica.repair().isEmpty)
    }
    let kept = try wang.rejectedWrites()
    #expect(kept.compactMap { $0.values["a"] } == ["of the thief", "made by the thief"].map { .text(Array($0.utf8)) })
    #expect(kept.allSatisfy { $0.rejection.reason == Rejection.revoked })
    // Neither is it given on.
    #expect(try carry(wang, newcomer).refused.isEmpty)
    #expect(try newcomer.rejectedWrites().allSatisfy { $0.author == "wang" })
  }

  /// Whoever knows of it takes nothing of the device's any more, by hand or by wire, nor under another name; and says so.
  @Test(arguments: [false, true]) func whoKnowsOfItTakesNothingMore(_ isByWire: Bool) throws {
    try revoke(li)
    try field.sync(wang)
    try li.run("UPDATE note SET a = 'of the thief'")
    if isByWire {
      let error = #expect(throws: SyncKitError.self) { try wang.sync(with: LocalTransport(li.exchangeStore), peer: "li") }
      #expect(error?.details["refused"] == Refusal.Code.revoked)
    } else {
      let refused = try carry(li, wang).refused
      #expect(refused.map(\.code) == [Refusal.Code.revoked] && refused.map(\.dot.seq) == [2])
    }
    #expect(try texts(wang) == ["n|of the visit|"])
    // A copy of the device's file begins another life, of which nothing was told.
    let copy = try field.copy("li", as: "copy", author: "li")
    try copy.work { engine in try engine.beginLife() }
    try copy.run("UPDATE note SET a = 'of another life'")
    #expect(try carry(copy, wang, as: "other").refused.contains { $0.code == Refusal.Code.revoked && $0.dot.site == copy.site })
    #expect(try texts(wang) == ["n|of the visit|"])
    try field.settleDown([wang])
  }

  /// It goes by stick too, to who has not met the relay since; and what the device wrote before stays, for who has nothing yet.
  @Test func revocationsGoByStick() throws {
    let chen = try field.replica("chen")
    try li.run("UPDATE note SET a = 'of the thief'")
    _ = try carry(li, chen, as: "theft")
    #expect(try texts(chen) == ["n|of the thief|"])
    try revoke(li)
    try field.sync(wang)
    #expect(try carry(wang, chen).refused.isEmpty)
    #expect(try texts(chen) == ["n|of the visit|"])
    let zhao = try field.replica("zhao")
    _ = try carry(wang, zhao)
    #expect(try texts(zhao) == ["n|of the visit|"])
    #expect(try carry(li, zhao, as: "theft").refused.map(\.code) == [Refusal.Code.revoked])
    try field.settleDown([wang, chen, zhao])
  }

  /// A device of which the relay had nothing in a scope: its end is stated as soon as somebody brings what it wrote there.
  @Test func whereTheRelayHadNothingNothingCounts() throws {
    let thief = try field.replica("zhao")
    try thief.run("INSERT INTO note VALUES('z', 'never sent', '', 0)")
    _ = try carry(thief, wang)
    try revoke(thief)
    try wang.run("UPDATE note SET b = 'seen'")
    // The colleague's program hears of it with the same exchange: what is its own is sent, what is not is undone.
    for _ in 0..<2 { try field.sync(wang) }
    #expect(try texts(wang) == ["n|of the visit|seen"])
    try field.settleDown([li, wang])
    #expect(try wang.rejectedWrites().contains { $0.author == "zhao" })
  }

  /// A device that the office takes back goes on where it was, and what it had written meanwhile counts.
  @Test func aDeviceThatEnrolsAgainCountsAgain() throws {
    try li.run("UPDATE note SET a = 'of the lost weeks'")
    _ = try carry(li, wang)
    try revoke(li)
    for _ in 0..<2 { try field.sync(wang) }
    #expect(try texts(wang) == ["n|of the visit|"])
    let again = try field.replica("li")
    for _ in 0..<2 { try field.sync(wang) }
    try field.settleDown([again, wang])
    for replica in [again, wang] {
      #expect(try texts(replica) == ["n|of the lost weeks|"])
      #expect(try replica.repair().isEmpty && replica.rejectedWrites().isEmpty)
    }
    // And is revoked once more.
    try again.run("UPDATE note SET a = 'of the second theft'")
    _ = try carry(again, wang)
    try revoke(again)
    for _ in 0..<2 { try field.sync(wang) }
    #expect(try texts(wang) == ["n|of the lost weeks|"])
  }

  @Test func nobodyElseRevokes() throws {
    let device = DeviceID(of: li.site).bytes
    let contents: [IssuerStatement.Content] = [
      .revoked(Revocation(device: device, arrival: 1000, isRevoked: true)),
      .ended(ChainEnd(scope: TestField.scope, site: li.site, seq: 0, hash: [], arrival: 1001)),
    ]
    _ = try wang.store([], statements: field.stated(contents, by: "stranger"))
    #expect(try texts(wang) == ["n|of the visit|"])
    // What an older statement says does not undo what a later one does.
    _ = try wang.store([], statements: field.stated(contents))
    #expect(try texts(wang) == [])
    _ = try wang.store([], statements: field.stated([.revoked(Revocation(device: device, arrival: 1002, isRevoked: false))]))
    _ = try wang.store([], statements: field.stated(contents))
    #expect(try texts(wang) == ["n|of the visit|"])
    #expect(try wang.findings().allSatisfy { !$0.isProblem })
  }
}
