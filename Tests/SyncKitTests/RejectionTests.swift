import Foundation
import GRDB
import SyncCore
import SyncRelay
import SyncSimulator
import Testing

@testable import SyncKit

/// I-1, I-8, I-9: what nobody can take counts as applied without effect, everywhere, and its text is kept (docs/decisions/0013).
@Suite struct RejectionTests {
  private static let note = RowReference(scope: TestField.scope, table: "note", key: [.text(Array("n".utf8))])

  private func last(of replica: Replica) throws -> Dot {
    try #require(try replica.digest(of: TestField.scope).holdings.entries.first { $0.site == replica.site })
  }

  private func texts(_ replica: Replica, _ sql: String) throws -> [String] {
    try replica.read { db in try String.fetchAll(db, sql: sql) }
  }

  @Test func whatIsRejectedHasNoEffectAnywhereAndItsTextIsKept() throws {
    let field = try RelayField()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    try field.settleDown([li, wang])
    try li.run("UPDATE note SET a = 'unwanted', b = 'second'")
    let unwanted = try last(of: li)
    try field.settleDown([li, wang])
    try wang.run("UPDATE note SET b = 'of one who had read it'")
    let rejection = try #require(try field.relay.reject(unwanted, of: TestField.scope, reason: "另一家企业的内容"))
    #expect(try field.relay.reject(unwanted, of: TestField.scope, reason: "again") == nil)
    try field.settleDown([li, wang])
    let late = try field.replica("late")
    try field.settleDown([li, wang, late])
    for replica in [li, wang, late] {
      #expect(try texts(replica, "SELECT a || '|' || b FROM note") == ["first|of one who had read it"])
      #expect(try replica.rejections() == [rejection])
      #expect(try replica.repair().isEmpty)
    }
    // Who comes later does not get what has no effect; who had it keeps it.
    #expect(try late.history(of: Self.note).map(\.kind) == [.wrote, .wrote])
    for replica in [li, wang] {
      let kept = try replica.rejectedWrites()
      #expect(kept.map(\.dot) == [unwanted] && kept.first?.author == "li" && kept.first?.rejection.reason == "另一家企业的内容")
      #expect(kept.first?.values == ["a": .text(Array("unwanted".utf8)), "b": .text(Array("second".utf8))])
      #expect(kept.first?.key == ["id": .text(Array("n".utf8))])
      #expect(try replica.history(of: Self.note).map(\.kind) == [.wrote, .rejected, .wrote])
    }
    #expect(try li.incidents().map(\.kind) == [.rejected])
    // What its author writes from then on is as if it had never been.
    try li.run("UPDATE note SET a = 'written again'")
    try field.settleDown([li, wang, late])
    #expect(try texts(late, "SELECT a FROM note") == ["written again"])
    #expect(try li.conflicts().isEmpty)
    #expect(try li.rows(of: "note", in: TestField.scope, asOf: last(of: wang)).first?["a"] == .text(Array("first".utf8)))
  }

  /// A changeset that the relay will never take holds up nothing any more, and those who never had it go on without.
  @Test func whatFollowsARefusedChangesetFlowsOnceItIsRejected() throws {
    var limits = RelayLimits()
    limits.changesetBytes = 20_000
    let field = try RelayField(limits)
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    try field.settleDown([li, wang])
    var random = SeededGenerator(seed: 1)
    let huge = (0..<4000).map { _ in String(UInt64.random(in: 0 ... .max, using: &random), radix: 36) }.joined()
    try li.run("INSERT INTO note VALUES('huge', ?, '', 0)", [huge])
    let refused = try last(of: li)
    try li.run("UPDATE note SET b = 'of the huge one' WHERE id = 'huge'")
    try li.run("UPDATE note SET a = 'what follows' WHERE id = 'n'")
    try field.sync(li)
    #expect(try li.status(peer: "relay").refused.map(\.dot) == [refused])
    let known = try #require(try field.relay.refused().first)
    #expect(known.refusal == Refusal(scope: TestField.scope, dot: refused, code: Refusal.Code.tooLarge) && known.user == "li")

    try field.relay.reject(refused, of: TestField.scope, reason: "too large")
    #expect(try field.relay.refused().isEmpty)
    try field.settleDown([li, wang])
    let late = try field.replica("late")
    try field.settleDown([li, wang, late])
    for replica in [li, wang, late] {
      #expect(try texts(replica, "SELECT id || a FROM note") == ["nwhat follows"])
      #expect(try replica.repair().isEmpty)
    }
    // Both of what was said of the row are kept: of what made it, and of what was said of it later.
    let kept = try li.rejectedWrites()
    #expect(kept.map { $0.values["a"] } == [.text(Array(huge.utf8)), nil])
    #expect(kept.last?.values["b"] == .text(Array("of the huge one".utf8)) && kept.last?.key["id"] == .text(Array("huge".utf8)))
    #expect(try wang.rejectedWrites().map(\.key) == [[:]])
    // Under the same key it can be written again.
    try li.run("INSERT INTO note VALUES('huge', 'shorter', '', 0)")
    try wang.run("UPDATE note SET c = 1")
    try field.settleDown([li, wang, late])
    #expect(try texts(late, "SELECT a FROM note WHERE id = 'huge'") == ["shorter"])
  }

  /// A row that a rejected changeset made was never made: what others wrote of it under its name has no effect either, for all alike.
  @Test func whatNamesARejectedRowHasNoEffectEither() throws {
    let field = try RelayField()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'made', 'made', 0)")
    let made = try last(of: li)
    try field.settleDown([li, wang])
    try wang.run("UPDATE note SET a = 'edited'")
    try field.relay.reject(made, of: TestField.scope, reason: "a mistake")
    try li.run("UPDATE note SET b = 'meanwhile'")
    try field.settleDown([li, wang])
    let late = try field.replica("late")
    try field.settleDown([li, wang, late])
    for replica in [li, wang, late] {
      #expect(try texts(replica, "SELECT id FROM note").isEmpty)
      #expect(try replica.rejectedWrites().count == (replica === late ? 2 : 3))
      #expect(try replica.history(of: Self.note).allSatisfy { $0.kind == .rejected })
    }
    // Somebody else makes the row.
    try wang.run("INSERT INTO note VALUES('n', 'made anew', '', 0)")
    try field.settleDown([li, wang, late])
    #expect(try texts(li, "SELECT a FROM note") == ["made anew"])
  }

  /// What the relay has forgotten with a backup the office's replica tells it again.
  @Test func aRelayThatWasSetBackIsToldAgain() throws {
    let field = try RelayField()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', '', 0)")
    try li.run("UPDATE note SET a = 'unwanted'")
    let unwanted = try last(of: li)
    try field.settleDown([li, wang])
    try field.backUpRelay()
    try field.relay.reject(unwanted, of: TestField.scope, reason: "unwanted")
    try field.settleDown([li, wang])
    try field.setBackRelay()
    #expect(try field.relay.rejections().isEmpty)
    try field.relay.restore(wang.rejections())
    let late = try field.replica("late")
    try field.settleDown([li, wang, late])
    #expect(try texts(late, "SELECT a FROM note") == ["first"])
  }

  /// That somebody's work is to have no effect the issuer states: whoever brings that, a laptop or a stick, is believed.
  @Test func aRejectionGoesByHandToo() throws {
    let field = try RelayField()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', '', 0)")
    let dot = try last(of: li)
    try field.settleDown([li, wang])
    try field.relay.reject(dot, of: TestField.scope, reason: "unwanted")
    try field.sync(li)
    _ = try wang.sync(with: LocalTransport(li.exchangeStore), peer: "li")
    #expect(try texts(wang, "SELECT a FROM note").isEmpty)
    #expect(try wang.rejections() == li.rejections() && wang.rejections().count == 1)
    let third = try field.replica("third")
    _ = try wang.exportBundle(to: field.field.path("stick"))
    _ = try third.importBundle(from: field.field.path("stick"))
    #expect(try third.rejections() == li.rejections())
    try field.settleDown([li, wang, third])
  }

  @Test func whatIsRejectedStaysWhenTheLogIsCompacted() throws {
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    let field = try RelayField(limits)
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', '', 0)")
    try field.settleDown([li, wang])
    var unwanted: Dot?
    for at in 0..<6 {
      try li.run("UPDATE note SET a = 'edit \(at)'")
      if at == 3 { unwanted = try last(of: li) }
    }
    try field.settleDown([li, wang])
    let dot = try #require(unwanted)
    try field.relay.reject(dot, of: TestField.scope, reason: "unwanted")
    try field.settleDown([li, wang])
    let before = try li.hex
    for held in try field.relay.acknowledgedByAll() {
      let all = try field.relay.officeAccess().holdings(of: held.scope)
      // The making, the rejected one and the last stay.
      #expect(try field.relay.leaveOut(li.compact(held.scope, acknowledged: held.holdings.vector, held: all)) == 4)
    }
    let late = try field.replica("late")
    try field.settleDown([li, wang, late])
    for replica in [li, wang, late] {
      #expect(try replica.hex == before)
      #expect(try replica.rejectedWrites().map(\.dot) == (replica === late ? [] : [dot]))
    }
  }

  /// Whatever is rejected, and in whatever order who hears of it: all come to the same, and so does who comes last.
  @Test(arguments: 0..<12) func anyOrderComesToTheSame(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    let field = try RelayField(limits)
    let replicas = try ["li", "wang", "zhang"].map { try field.replica($0) }
    for _ in 0..<60 {
      let replica = replicas[Int.random(in: 0..<3, using: &random)]
      let id = "n\(Int.random(in: 0..<3, using: &random))"
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: try replica.run("INSERT OR IGNORE INTO note VALUES(?, 'made', '', 0)", [id])
      case 2: try replica.run("UPDATE note SET a = ? WHERE id = ?", ["\(Int.random(in: 0..<99, using: &random))", id])
      case 3: try replica.run("UPDATE note SET b = ?", ["\(Int.random(in: 0..<99, using: &random))"])
      case 4: try replica.run("DELETE FROM note WHERE id = ?", [id])
      case 5: try? field.sync(replica)
      case 6:
        let held = try field.relay.officeAccess().holdings(of: TestField.scope).vector.entries
        guard let site = held.randomElement(using: &random) else { continue }
        let dot = Dot(site: site.site, seq: UInt64.random(in: 1...site.seq, using: &random))
        try field.relay.reject(dot, of: TestField.scope, reason: "seed \(seed)")
      default: _ = try replica.sync(with: LocalTransport(replicas[0].exchangeStore), peer: "li")
      }
    }
    try field.settleDown(replicas)
    let late = try field.replica("late")
    try field.settleDown(replicas + [late])
    let shown = try replicas.map { try $0.bits("note") }
    #expect(Set(shown).count == 1, "seed \(seed)")
    #expect(try late.bits("note") == shown[0], "seed \(seed)")
    for replica in replicas { #expect(try replica.repair().isEmpty, "seed \(seed)") }
  }

  @Test func limitsOfRejectionsHoldOnBothSides() throws {
    let field = try RelayField()
    let li = try field.replica("li")
    try li.run("INSERT INTO note VALUES('n', 'first', '', 0)")
    let dot = try last(of: li)
    #expect(throws: RelayError.self) { try field.relay.reject(dot, of: TestField.scope, reason: "unknown yet") }
    try field.sync(li)
    #expect(throws: RelayError.self) { try field.relay.reject(dot, of: TestField.scope, reason: "") }
    let longest = String(repeating: "r", count: Limits.reasonBytes)
    #expect(throws: RelayError.self) { try field.relay.reject(dot, of: TestField.scope, reason: longest + "r") }
    #expect(try field.relay.reject(dot, of: TestField.scope, reason: longest) != nil)
    try field.settleDown([li])
    #expect(try li.rejections().first?.reason == longest)
  }
}
