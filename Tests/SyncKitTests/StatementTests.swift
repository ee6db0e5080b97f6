import Foundation
import GRDB
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// What is said of another's work, that it was left out or has no effect, is the office's to say: by its signature alone, whoever brings it
/// (docs/decisions/0026).
@Suite struct StatementTests {
  private static func field() throws -> RelayField {
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    return try RelayField(limits)
  }

  private func texts(_ replica: Replica) throws -> [String] { try replica.texts("SELECT a FROM note") }

  private func fragments(of replica: Replica) throws -> [(header: ChangesetHeader, fragment: Fragment)] {
    try replica.fragments().map { (try ChangesetHeader(decoding: $0.header), $0) }.filter { $0.0.dot.site == replica.site }
  }

  /// A row that its author edits again and again; the fragments, and what would be said of those in the middle.
  private func edited(_ replica: Replica) throws -> (fragments: [Fragment], claim: Omission) {
    try replica.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    for at in 0..<6 { try replica.run("UPDATE note SET a = 'edit \(at)'") }
    let all = try fragments(of: replica)
    let run = Omission.Run(first: 2, last: 4, hash: Codec.standard.digest(all[3].fragment.header))
    return (all.map(\.fragment), Omission(scope: TestField.scope, site: replica.site, run: run))
  }

  /// Whoever carries a colleague's work cannot have it pass unstored; the colleague's own device can, of its own.
  @Test func aCarrierCannotLeaveAnothersWorkOut() throws {
    let field = try Self.field()
    let (li, carrier) = (try field.replica("li"), try field.replica("wang"))
    let (fragments, claim) = try edited(li)
    let access = try field.access(carrier)
    let kept = [fragments[0], fragments[4], fragments[5], fragments[6]]
    let forged = try field.stated([.omitted(claim)], by: "wang")
    let other = Omission(scope: claim.scope, site: carrier.site, run: claim.run)
    let short = Omission(scope: claim.scope, site: claim.site, run: Omission.Run(first: 2, last: 3, hash: claim.run.hash))
    let unlike = Omission(
      scope: claim.scope, site: claim.site, run: Omission.Run(first: 2, last: 4, hash: [UInt8](repeating: 7, count: Omission.hashBytes)))
    for statements in [[], forged] + (try [other, short, unlike].map { try field.stated([.omitted($0)]) }) {
      let (held, refused) = try access.store(kept, omissions: [claim], statements: statements)
      #expect(refused.map(\.code) == [Refusal.Code.gap])
      #expect(held.first?.holdings.vector[li.site] == 1)
    }
    // What the issuer has stated goes, and so does what the device says of itself.
    #expect(try field.access(li).store(kept, omissions: [claim], statements: []).refused.isEmpty)
    let reader = try field.replica("chen")
    try field.settleDown([reader])
    #expect(try texts(reader) == ["edit 5"])
    // By then the relay has stated it, for everybody to hand on.
    #expect(try reader.findings().contains { $0.code == "statements" && $0.details["statements"] == "1" })
  }

  @Test func aStatedOmissionGoesThroughWhoeverCarriesIt() throws {
    let field = try Self.field()
    let (li, carrier) = (try field.replica("li"), try field.replica("wang"))
    let (fragments, claim) = try edited(li)
    let kept = [fragments[0], fragments[4], fragments[5], fragments[6]]
    let whole = Omission(
      scope: claim.scope, site: claim.site,
      run: Omission.Run(first: 2, last: 5, hash: Codec.standard.digest(fragments[4].header)))
    // What is stated of more states less of it too: somebody may need what stands in the middle for a while.
    let (_, refused) = try field.access(carrier).store(kept, omissions: [claim], statements: try field.stated([.omitted(whole)]))
    #expect(refused.isEmpty)
  }

  /// A relay, or a stick, cannot take another's work away by a word: neither is it left out, nor rejected.
  @Test func noReplicaBelievesWhatNobodyHasSigned() throws {
    let field = try Self.field()
    let (li, reader) = (try field.replica("li"), try field.replica("wang"))
    let (fragments, claim) = try edited(li)
    _ = try reader.store([fragments[0]])
    let second = try ChangesetHeader(decoding: fragments[1].header)
    let rejection = Rejection(
      scope: claim.scope, dot: second.dot, hash: Codec.standard.digest(fragments[1].header), reason: "made up")
    let made: [IssuerStatement.Content] = [.omitted(claim), .rejected(rejection)]
    for statements in [[], try field.stated(made, by: "wang")] {
      let (held, _) = try reader.store(
        [fragments[4], fragments[5]], omissions: [claim], rejections: [rejection], statements: statements)
      #expect(held.first?.holdings.vector[li.site] == 1)
      #expect(try reader.rejections().isEmpty)
    }
    #expect(try reader.status(peer: "relay").waiting == 2)
    let (held, _) = try reader.store([], omissions: [claim], statements: try field.stated([.omitted(claim)]))
    #expect(held.first?.holdings.vector[li.site] == 6)
    #expect(try texts(reader) == ["edit 4"])
  }

  /// What was kept without being judged, or was changed in the file, is found when the replica is looked through.
  @Test func aStatementThatWasChangedInTheFileIsFound() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    let (fragments, claim) = try edited(li)
    let reader = try field.replica("wang")
    _ = try reader.store([fragments[0]], omissions: [claim], statements: try field.stated([.omitted(claim)]))
    #expect(try reader.findings().allSatisfy { !$0.isProblem })
    try reader.write { db in try db.execute(sql: "UPDATE synckit_statement SET signature = zeroblob(64)") }
    #expect(try reader.findings().filter(\.isProblem).map(\.code) == ["statements"])
  }

  /// Whoever left it out first, the office's replica that looks after the log, had no proof then: it is told, and can show it to others.
  @Test func whoLeftItOutFirstIsToldTheProofAndHandsItOn() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    _ = try edited(li)
    try field.settleDown([li])
    for held in try field.relay.acknowledgedByAll() {
      let all = try field.relay.officeAccess().holdings(of: held.scope)
      #expect(try field.relay.leaveOut(li.compact(held.scope, acknowledged: held.holdings.vector, held: all)) == 5)
    }
    let (first, second) = (try field.replica("wang"), try field.replica("chen"))
    _ = try li.exportBundle(to: field.field.path("early"))
    _ = try first.importBundle(from: field.field.path("early"))
    #expect(try texts(first) == ["first"])
    try field.sync(li)
    _ = try li.exportBundle(to: field.field.path("stick"))
    _ = try second.importBundle(from: field.field.path("stick"))
    #expect(try texts(second) == ["edit 5"])
    _ = try second.sync(with: LocalTransport(first.exchangeStore), peer: "first")
    #expect(try texts(first) == ["edit 5"])
    try field.settleDown([li, first, second])
  }

  /// A log of before there were statements is stated once, when its relay is first opened by a version that knows them.
  @Test func whatWasLeftOutAndRejectedBeforeIsStatedWhenTheRelayIsOpened() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    try li.run("INSERT INTO note VALUES('n', 'first', '', 0)")
    for at in 0..<6 { try li.run("UPDATE note SET a = 'edit \(at)'") }
    try field.settleDown([li])
    for held in try field.relay.acknowledgedByAll() {
      let all = try field.relay.officeAccess().holdings(of: held.scope)
      #expect(try field.relay.leaveOut(li.compact(held.scope, acknowledged: held.holdings.vector, held: all)) == 5)
    }
    try li.run("UPDATE note SET b = 'unwanted'")
    let unwanted = try #require(try li.digest(of: TestField.scope).holdings.entries.first)
    try field.settleDown([li])
    try field.relay.reject(unwanted, of: TestField.scope, reason: "unwanted")
    try field.backUpRelay()
    try DatabaseQueue(path: field.field.path("relay.backup")).write { db in
      try db.execute(
        sql:
          "DROP TABLE statement; DROP TABLE pack_scope; DROP TABLE pack; DROP TABLE withdrawal; DROP TABLE blob_unnamed; DROP TABLE blob_released; PRAGMA user_version = 7"
      )
    }
    try field.setBackRelay()
    let late = try field.replica("late")
    try field.settleDown([li, late])
    #expect(try late.rejections().map(\.dot) == [unwanted])
    #expect(try late.bits("note") == li.bits("note"))
  }
}
