import Foundation
import GRDB
import SyncBlobs
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// I-13: what was withdrawn is frozen, what was written before arrives, and what is granted again comes back whole (docs/decisions/0028).
@Suite struct WithdrawalTests {
  private static let tables = [SyncedTable("note", scope: .column("plant"))]
  private static let schema = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, plant TEXT NOT NULL, a TEXT, b TEXT)"]
  private static let plant = ScopeID(literal: "plant-1")
  private static let other = ScopeID(literal: "plant-2")

  private func field() throws -> RelayField { try RelayField(tables: Self.tables, schema: Self.schema) }

  /// A laptop with two cases, one of which a colleague writes in too.
  private func begun() throws -> (field: RelayField, li: Replica, office: Replica) {
    let field = try field()
    let (li, office) = (try field.replica("li", grants: []), try field.replica("office"))
    try li.run("INSERT INTO note VALUES('n', 'plant-1', 'first', NULL), ('m', 'plant-2', 'first', NULL)")
    for _ in 0..<2 { for replica in [li, office] { try field.sync(replica) } }
    try office.run("UPDATE note SET b = 'of the office'")
    for _ in 0..<2 { for replica in [office, li] { try field.sync(replica) } }
    return (field, li, office)
  }

  private func expectFrozen(_ replica: Replica, _ sql: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = try replica.bits("note")
    let error = try #require(throws: SyncKitError.self, sourceLocation: sourceLocation) { try replica.run(sql) }
    #expect(error.code == .withdrawn && error.details["scope"] == Self.plant.name, sourceLocation: sourceLocation)
    #expect(try replica.bits("note") == before, sourceLocation: sourceLocation)
  }

  @Test func workFromBeforeItWasToldArrivesAndThenTheScopeIsFrozen() throws {
    let (field, li, office) = try begun()
    try field.relay.revoke(user: "li", scope: .one(Self.plant))
    // Nobody has told the laptop yet.
    for at in 0..<3 { try li.run("UPDATE note SET a = 'before \(at)'") }
    try field.sync(li)
    try field.sync(office)
    #expect(try office.texts("SELECT a FROM note ORDER BY id") == ["before 2", "before 2"])
    #expect(try li.status(peer: "relay").unsentChangesets == 0 && li.status(peer: "relay").refused.isEmpty)
    #expect(try li.withdrawnScopes().map(\.scope) == [Self.plant])
    try expectFrozen(li, "UPDATE note SET a = 'after' WHERE id = 'n'")
    try expectFrozen(li, "INSERT INTO note VALUES('k', 'plant-1', 'after', NULL)")
    try expectFrozen(li, "DELETE FROM note WHERE plant = 'plant-1'")
    // One transaction is written whole or not at all; and the other case goes on.
    try expectFrozen(li, "UPDATE note SET a = 'after'")
    try li.run("UPDATE note SET a = 'on and on' WHERE plant = 'plant-2'")
    // It can be read, and is not told any more what others write there.
    #expect(try li.texts("SELECT a FROM note WHERE plant = 'plant-1'") == ["before 2"])
    try office.run("UPDATE note SET b = 'unseen'")
    for _ in 0..<2 { for replica in [office, li] { try field.sync(replica) } }
    #expect(try li.texts("SELECT b FROM note ORDER BY id") == ["unseen", "of the office"])
    #expect(try li.findings().allSatisfy { !$0.isProblem })
    // Across a new beginning of the program it stays so, and what comes again is taken at once.
    try field.relay.grant(user: "li", scope: .one(Self.plant))
    try field.sync(li)
    #expect(try li.withdrawnScopes().isEmpty)
    try li.run("UPDATE note SET a = 'again'")
    for _ in 0..<2 { for replica in [li, office] { try field.sync(replica) } }
    #expect(try office.texts("SELECT a || b FROM note ORDER BY id") == ["againunseen", "againunseen"])
    #expect(try li.incidents().isEmpty && office.conflicts().isEmpty)
  }

  @Test func whatIsWithdrawnInTheMiddleOfAnExchangeLosesNothing() throws {
    for path in ["push", "pull"] {
      let (field, li, office) = try begun()
      try li.run("UPDATE note SET a = 'unsent'")
      try office.run("UPDATE note SET b = 'to be pulled'")
      try field.sync(office)
      var isDone = false
      try field.sync(li) { request in
        guard !isDone, request.hasSuffix(path) else { return }
        isDone = true
        try field.relay.revoke(user: "li", scope: .one(Self.plant))
      }
      #expect(isDone, "\(path)")
      try field.sync(li)
      try field.sync(office)
      #expect(try office.texts("SELECT a FROM note ORDER BY id") == ["unsent", "unsent"], "\(path)")
      try expectFrozen(li, "UPDATE note SET a = 'after' WHERE id = 'n'")
      #expect(try li.status(peer: "relay").unsentChangesets == 0, "\(path)")
    }
  }

  @Test func aCutAfterItWasToldStillLetsTheWorkOfBeforeArrive() throws {
    let (field, li, office) = try begun()
    try li.run("UPDATE note SET a = 'unsent'")
    try field.relay.revoke(user: "li", scope: .one(Self.plant), removing: true)
    // Told, and the link is gone before anything is pushed: again and again.
    for _ in 0..<3 {
      #expect(throws: TransportError.self) {
        try field.sync(li) { path in if path.hasSuffix("push") { throw CancellationError() } }
      }
    }
    try expectFrozen(li, "UPDATE note SET a = 'after' WHERE id = 'n'")
    #expect(try li.status(peer: "relay").unsentChangesets == 2)
    try field.sync(li)
    try field.sync(office)
    #expect(try office.texts("SELECT a FROM note ORDER BY id") == ["unsent", "unsent"])
    #expect(try li.status(peer: "relay").unsentChangesets == 0)
  }

  /// Lets the grace period pass for a laptop.
  private func wait(_ field: RelayField) { field.field.time.set(field.field.time.next() + Replica.removalGraceMilliseconds) }

  @Test func whatIsToBeRemovedGoesOnceAllHasArrivedAndComesBackWhole() throws {
    let (field, li, office) = try begun()
    try li.run("UPDATE note SET a = 'mine' WHERE id = 'n'")
    let before = try #require(li.digest(of: Self.plant).holdings.entries.first { $0.site == li.site })
    try field.relay.revoke(user: "li", scope: .one(Self.plant), removing: true)
    try field.sync(li)
    wait(field)
    // Not all is known to have arrived: an exchange that goes well lets go of nothing.
    try li.pool.write { db in
      try db.execute(sql: "CREATE TABLE kept AS SELECT * FROM synckit_acknowledged; DELETE FROM synckit_acknowledged")
    }
    try li.letGo(toldBy: "relay")
    #expect(try li.texts("SELECT id FROM note ORDER BY id") == ["m", "n"])
    try li.pool.write { db in try db.execute(sql: "INSERT INTO synckit_acknowledged SELECT * FROM kept") }
    try field.sync(li)
    #expect(try li.texts("SELECT id FROM note") == ["m"])
    #expect(try li.scopes() == [Self.other])
    #expect(try li.withdrawnScopes().first?.removed != nil)
    #expect(try li.status(peer: "relay").unsentChangesets == 0)
    #expect(try li.findings().allSatisfy { !$0.isProblem })
    for table in ["log", "rows", "candidate", "aside", "waiting", "omission", "rejection", "refused", "attachment"] {
      let number = "(SELECT id FROM synckit_scope WHERE name = 'plant-1')"
      #expect(try li.rows("SELECT count(*) FROM synckit_\(table) WHERE scope = \(number)") == ["0"], "\(table)")
    }
    // It is local: nobody hears of it.
    for _ in 0..<2 { for replica in [li, office] { try field.sync(replica) } }
    #expect(try office.texts("SELECT a FROM note ORDER BY id") == ["first", "mine"])
    #expect(try office.conflicts().isEmpty)
    try expectFrozen(li, "INSERT INTO note VALUES('k', 'plant-1', 'after', NULL)")
    try office.run("UPDATE note SET b = 'meanwhile'")
    try field.sync(office)
    // Granted again it comes back, and its own chain goes on with the next number.
    try field.relay.grant(user: "li", scope: .one(Self.plant))
    try field.sync(li)
    #expect(try li.withdrawnScopes().isEmpty)
    #expect(try li.texts("SELECT a || b FROM note ORDER BY id") == ["firstmeanwhile", "minemeanwhile"])
    let site = li.site
    try li.run("UPDATE note SET a = 'again' WHERE id = 'n'")
    for _ in 0..<2 { for replica in [li, office] { try field.sync(replica) } }
    #expect(try li.site == site && li.incidents().isEmpty)
    #expect(try office.digest(of: Self.plant) == li.digest(of: Self.plant))
    #expect(try office.digest(of: Self.plant).holdings.contains(Dot(site: site, seq: before.seq + 1)))
    #expect(try office.texts("SELECT a FROM note WHERE id = 'n'") == ["again"] && office.conflicts().isEmpty)
  }

  @Test func nothingGoesBeforeItsTime() throws {
    let (field, li, _) = try begun()
    try field.relay.revoke(user: "li", scope: .one(Self.plant))
    try field.sync(li)
    wait(field)
    try field.sync(li)
    #expect(try li.texts("SELECT id FROM note ORDER BY id") == ["m", "n"], "the office did not ask for it")
    try field.relay.revoke(user: "li", scope: .one(Self.plant), removing: true)
    let told = try #require(li.withdrawnScopes().first).at
    field.field.time.set(told)
    try field.sync(li)
    #expect(try li.texts("SELECT id FROM note ORDER BY id") == ["m", "n"])
    field.field.time.set(told + Replica.removalGraceMilliseconds)
    try field.sync(li)
    #expect(try li.texts("SELECT id FROM note") == ["m"])
  }

  @Test func whatComesBackInPartTakesNoWritesYet() throws {
    let (field, li, office) = try begun()
    for at in 0..<5 { try li.run("UPDATE note SET a = 'edit \(at)' WHERE id = 'n'") }
    try field.relay.revoke(user: "li", scope: .one(Self.plant), removing: true)
    try field.sync(li)
    wait(field)
    try field.sync(li)
    #expect(try li.texts("SELECT id FROM note") == ["m"])
    try field.relay.grant(user: "li", scope: .one(Self.plant))
    // The link breaks before anything has come back.
    #expect(throws: TransportError.self) { try field.sync(li, isCutAtPull: true) }
    #expect(try li.withdrawnScopes().map(\.isReturning) == [true])
    try expectFrozen(li, "INSERT INTO note VALUES('k', 'plant-1', 'too early', NULL)")
    try field.sync(li)
    try li.run("INSERT INTO note VALUES('k', 'plant-1', 'in time', NULL)")
    for _ in 0..<2 { for replica in [li, office] { try field.sync(replica) } }
    #expect(try office.digest(of: Self.plant) == li.digest(of: Self.plant))
    #expect(try li.incidents().isEmpty)
  }
}
