import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// What lies beside the changesets follows from them, and can be made anew (I-8).
@Suite struct RepairTests {
  let field: RelayField
  let replica: Replica
  let healthy: Replica

  init() throws {
    field = try RelayField()
    (replica, healthy) = (try field.replica("li"), try field.replica("wang"))
    try replica.run("INSERT INTO note VALUES('n', 'a', 'b', 0)")
    try field.settleDown([replica, healthy])
    try replica.run("UPDATE note SET a = 'of li'")
    try healthy.run("UPDATE note SET a = 'of wang'")
    try healthy.run("INSERT INTO note VALUES('m', 'a', 'b', 1)")
    try replica.run("INSERT INTO note VALUES('gone', 'a', 'b', 1)")
    try replica.run("DELETE FROM note WHERE id = 'gone'")
    try field.settleDown([replica, healthy])
  }

  /// Damages the file as no connection of ours would.
  private func damage(_ sql: String) throws {
    try replica.work { engine in try engine.connection.execute(sql) }
  }

  private func isAlike() throws -> Bool { try replica.digest(of: TestField.scope) == healthy.digest(of: TestField.scope) }

  @Test func nothingWrongIsNothingRepaired() throws {
    #expect(try replica.repair().isEmpty)
    #expect(try replica.incidents().isEmpty)
    #expect(try isAlike())
    #expect(try replica.firstDifference(from: healthy, in: TestField.scope) == nil)
  }

  @Test(arguments: [
    "DELETE FROM note WHERE id = 'n'", "UPDATE note SET a = 'by nobody'", "DELETE FROM synckit_candidate", "DELETE FROM synckit_rows",
    "INSERT INTO note VALUES('x', 'by nobody', NULL, 1)",
  ]) func tablesAndStatesAreMadeAnew(_ sql: String) throws {
    try damage(sql)
    #expect(try !isAlike() || replica.findings().contains(where: \.isProblem))
    _ = try replica.repair()
    #expect(try isAlike())
    #expect(try replica.findings().allSatisfy { !$0.isProblem })
    try field.settleDown([replica, healthy])
  }

  @Test(arguments: [
    "UPDATE synckit_log SET body = x'01' WHERE seq = 1", "UPDATE synckit_log SET header = x'01' WHERE seq = 2",
    "UPDATE synckit_log SET header = x'01'", "DELETE FROM synckit_log WHERE seq = 1",
  ]) func damagedChangesetsAreFetchedAgain(_ sql: String) throws {
    try damage(sql)
    #expect(try replica.findings().contains { $0.code == "log" && $0.isProblem })
    let alone = try replica.repair()
    #expect(!alone[0].lost.isEmpty && alone[0].lost == alone[0].damaged && !alone[0].isRebuilt)
    let repairs = try replica.repair(from: LocalTransport(healthy.exchangeStore))
    #expect(repairs.count == 1 && repairs[0].lost.isEmpty && !repairs[0].damaged.isEmpty)
    #expect(try replica.incidents().map(\.kind) == [.rebuilt])
    #expect(try isAlike())
    try replica.run("UPDATE note SET b = 'and on'")
    try field.settleDown([replica, healthy])
  }

  @Test func whatNobodyElseHasIsNotThrownAway() throws {
    try replica.run("UPDATE note SET b = 'unsent'")
    try damage("UPDATE synckit_log SET body = x'01' WHERE id = (SELECT max(id) FROM synckit_log)")
    let repairs = try replica.repair(from: LocalTransport(healthy.exchangeStore))
    #expect(repairs.count == 1 && repairs[0].lost == repairs[0].damaged)
    #expect(try replica.read { db in try String.fetchOne(db, sql: "SELECT b FROM note WHERE id = 'n'") } == "unsent")
    #expect(try replica.firstDifference(from: healthy, in: TestField.scope) == repairs[0].lost[0])
    #expect(try healthy.firstDifference(from: replica, in: TestField.scope) == repairs[0].lost[0])
  }
}
