import Foundation
import GRDB
import SyncCore
import SyncRelay
import SyncSimulator
import Testing

@testable import SyncKit

/// I-12: one name stands for one change for ever, whatever happens to the files that replicas lie in.
@Suite struct IdentityTests {
  @Test func aCopyIsSeenAtFirstContactAndNothingOfEitherIsLost() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.sync(original)
    let copy = try field.copy("li", as: "li-copy")
    #expect(copy.site == original.site)
    try original.run("UPDATE note SET a = 'of the original'")
    try copy.run("UPDATE note SET a = 'of the copy'")
    try copy.run("INSERT INTO note VALUES('m', 'made by the copy', NULL, 1)")
    try field.sync(original)
    try field.sync(copy)
    #expect(copy.site != original.site)
    try field.settleDown([original, copy])
    for replica in [original, copy] {
      let conflicts = try replica.conflicts()
      #expect(conflicts.count == 1)
      #expect(
        Set(conflicts.flatMap { $0.candidates.map(\.value) }) == [.text(Array("of the copy".utf8)), .text(Array("of the original".utf8))])
      #expect(try replica.texts("SELECT a FROM note WHERE id = 'm'") == ["made by the copy"])
    }
    #expect(try copy.incidents().map(\.kind) == [.wentBack, .restamped])
    #expect(try original.incidents().isEmpty)
  }

  /// Each has written as much as the other: by their numbers alone they look alike.
  @Test(arguments: [(1, 1), (1, 3), (3, 1), (5, 0), (0, 5), (20, 20)])
  func howeverMuchEachHasWritten(_ counts: (original: Int, copy: Int)) throws {
    let field = try RelayField()
    let original = try field.replica("li")
    for at in 0..<4 { try original.run("INSERT INTO note VALUES('common \(at)', 'x', NULL, 0)") }
    try field.sync(original)
    let copy = try field.copy("li", as: "li-copy")
    for at in 0..<counts.original { try original.run("INSERT INTO note VALUES('original \(at)', 'x', NULL, 0)") }
    for at in 0..<counts.copy {
      try copy.run("INSERT INTO note VALUES('copy \(at)', 'x', NULL, 0)")
      try copy.run("UPDATE note SET a = 'y' WHERE id = 'copy \(at)'")
      try copy.run("UPDATE note SET c = \(at) WHERE id = 'common 1'")
    }
    try field.settleDown([original, copy])
    #expect(try original.texts("SELECT count(*) FROM note") == ["\(4 + counts.original + counts.copy)"])
  }

  @Test func aRestoredReplicaTakesANewLifeAndKeepsWhatItWroteSince() throws {
    let field = try RelayField()
    let replica = try field.replica("li")
    try replica.run("INSERT INTO note VALUES('n', 'first', NULL, 0)")
    try field.sync(replica)
    let restored = try field.copy("li", as: "li-restored")
    for at in 0..<3 { try replica.run("UPDATE note SET a = 'sent \(at)'") }
    try field.sync(replica)
    let before = restored.site
    try restored.run("UPDATE note SET b = 'written after the restore'")
    try field.settleDown([restored])
    #expect(restored.site != before)
    #expect(try restored.texts("SELECT a || ', ' || b FROM note") == ["sent 2, written after the restore"])
    #expect(try restored.conflicts().isEmpty)
    try restored.run("UPDATE note SET a = 'and on'")
    try field.settleDown([restored])
  }

  /// A third replica has had the copy's branch before the relay told of the original's.
  @Test func aThirdWhoHoldsTheOtherBranchGivesItTheSameName() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try copy.run("UPDATE note SET a = 'of the copy'")
    try copy.run("INSERT INTO note VALUES('m', 'made by the copy', NULL, 1)")
    _ = try third.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    #expect(try third.texts("SELECT a FROM note ORDER BY id") == ["made by the copy", "of the copy"])
    try third.run("UPDATE note SET b = 'by one who had read the copy' WHERE id = 'm'")
    try field.sync(original)
    try field.sync(third)
    try field.settleDown([original, copy, third])
    #expect(try third.texts("SELECT a || ', ' || b FROM note WHERE id = 'm'") == ["made by the copy, by one who had read the copy"])
    #expect(try third.conflicts().count == 1)
    let restamps = try [copy, third].map { try Set($0.incidents().compactMap(\.restamp).filter { $0.from == original.site }) }
    #expect(restamps[0].count == 1)
    #expect(restamps[0] == restamps[1])
  }

  /// The third's own writing names the copy's changesets, and the relay would take it for writing of one who had read the original's.
  @Test func nobodyHandsOnWhatWasReadBeforeItIsToldWhoseBranchItIsOf() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    for at in 0..<2 { try original.run("UPDATE note SET a = 'of the original \(at)'") }
    try copy.run("UPDATE note SET a = 'of the copy'")
    _ = try third.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    try third.run("UPDATE note SET b = 'by one who had read the copy'")
    try field.sync(original)
    try field.settleDown([third, original, copy])
    #expect(try copy.changesets == 5)
    #expect(try original.texts("SELECT b FROM note") == ["by one who had read the copy"])
    #expect(try original.conflicts().count == 1)
  }

  /// What the relay was heard to have, but was cut off before it gave it, came from the copy instead.
  @Test func whatTheRelayOnlySaidThatItHasIsNotTakenForWhatIsHere() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try field.sync(original)
    #expect(throws: TransportError.self) { try field.sync(third, isCutAtPull: true) }
    try copy.run("UPDATE note SET a = 'of the copy'")
    _ = try third.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    try third.run("UPDATE note SET b = 'by one who had read the copy'")
    try original.run("UPDATE note SET a = 'of the original again'")
    try field.sync(original)
    try field.settleDown([third, original, copy])
    #expect(try copy.changesets == 5)
  }

  /// I-5: what its author had read bears one name with the other branch, and is told from it by how its hash begins.
  @Test func whatHadReadOneBranchIsNotAppliedWhereTheOtherIs() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try copy.run("UPDATE note SET a = 'of the copy'")
    _ = try third.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    try third.run("UPDATE note SET b = 'by one who had read the copy'")
    _ = try? third.sync(with: LocalTransport(original.exchangeStore), peer: "original")
    #expect(try original.texts("SELECT b FROM note") == ["common"])
    try field.settleDown([original, third, copy])
    #expect(try original.texts("SELECT b FROM note") == ["by one who had read the copy"])
  }

  /// Between its hello and its push the other branch has come: the relay takes nothing that was written having read this one.
  @Test func whatHadReadABranchIsNotTakenByARelayThatHasGotTheOtherMeanwhile() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try copy.run("UPDATE note SET a = 'of the copy'")
    _ = try third.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    try third.run("UPDATE note SET b = 'by one who had read the copy'")
    try field.sync(third) { path in
      if path.hasSuffix("push"), try original.status(peer: "relay").unsentChangesets > 0 { try field.sync(original) }
    }
    #expect(try third.status(peer: "relay").refused.isEmpty)
    try field.settleDown([original, third, copy])
    #expect(try original.changesets == 4)
    #expect(try original.texts("SELECT b FROM note") == ["by one who had read the copy"])
    #expect(try original.conflicts().count == 1)
  }

  /// What came by hand two ahead of a fork's beginning has come under another name, and does not wait for what nobody has under its old one.
  @Test func whatHasComeUnderAnotherNameDoesNotWait() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    for at in 0..<3 { try copy.run("UPDATE note SET a = 'of the copy \(at)'") }
    let known = Holdings(vector: VersionVector([Dot(site: copy.site, seq: 3)]))
    let ahead = try copy.exchangeStore.load(beyond: [ScopeHoldings(scope: TestField.scope, holdings: known)], budget: 1 << 20).fragments
    _ = try third.exchangeStore.store(ahead)
    #expect(try third.status(peer: "relay").waiting == 1)
    try original.run("UPDATE note SET a = 'of the original'")
    try field.sync(original)
    try field.settleDown([third, copy, original])
    #expect(try third.exchangeStore.store(ahead).refused.isEmpty)
    #expect(try third.status(peer: "relay").waiting == 0)
  }

  /// Which of two that wait under one name will be applied nobody knows yet: neither keeps the other out.
  @Test func ofTwoThatWaitUnderOneNameNeitherKeepsTheOtherOut() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    let third = try field.replica("wang")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.settleDown([original, third])
    let copy = try field.copy("li", as: "li-copy")
    let known = Holdings(vector: VersionVector([Dot(site: copy.site, seq: 2)]))
    for replica in [copy, original] {
      for at in 0..<2 { try replica.run("UPDATE note SET a = '\(at) of \(replica === copy ? "the copy" : "the original")'") }
      let ahead = try replica.exchangeStore.load(beyond: [ScopeHoldings(scope: TestField.scope, holdings: known)], budget: 1 << 20)
        .fragments
      #expect(try third.exchangeStore.store(ahead).refused.isEmpty)
    }
    #expect(try third.status(peer: "relay").waiting == 1)
    try field.sync(original)
    try field.settleDown([third, copy, original])
    #expect(try third.conflicts().count == 1)
  }

  /// The branch's new name is taken already by what another copy of the same copy has gone on to write under it.
  @Test func copiesOfACopyPartUnderTheNewNameToo() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.sync(original)
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try field.sync(original)
    try copy.run("UPDATE note SET a = 'of the copy'")
    let second = try field.copy("li-copy", as: "li-second", author: "li")
    try copy.run("UPDATE note SET b = 'of the copy'")
    try second.run("UPDATE note SET b = 'of the second copy'")
    try field.sync(second)
    // By hand, before the copy has met the relay.
    _ = try? copy.sync(with: LocalTransport(second.exchangeStore), peer: "second")
    try field.settleDown([copy, second, original])
    #expect(try original.changesets == 5)
    #expect(try original.conflicts().count == 2)
  }

  /// The relay has given the copy's branch another name, is set back, and gets the branch under its own from somebody who had it all along:
  /// one change under two names counts once, whichever of them came first.
  @Test func aBranchThatComesBackUnderItsOldNameCountsOnce() throws {
    let field = try RelayField(tables: [.fixed("note", ["c": .counter])])
    let original = try field.replica("li")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.sync(original)
    let copy = try field.copy("li", as: "li-copy")
    try copy.run("UPDATE note SET a = 'of the copy', c = c + 10")
    let second = try field.copy("li-copy", as: "li-second", author: "li")
    try original.run("UPDATE note SET c = c + 1")
    try field.backUpRelay()
    try field.sync(original)
    try field.sync(copy)
    try copy.run("UPDATE note SET a = 'and on', b = 'and on'")
    let row = RowReference(scope: TestField.scope, table: "note", key: [.text(Array("n".utf8))])
    let token = try copy.readToken(for: [row])
    try field.setBackRelay()
    try field.sync(second)
    for replica in [original, copy, second] { try field.sync(replica) }
    try copy.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'saved from the form'") }
    try field.settleDown([original, copy, second])
    #expect(try copy.changesets == 6)
    for replica in [original, copy, second] {
      #expect(try replica.texts("SELECT a || ', ' || b || ', ' || c FROM note") == ["saved from the form, and on, 11"])
      #expect(try replica.conflicts().isEmpty)
      #expect(try replica.history(of: row).count == 5)
    }
  }

  @Test func twoThatBearOneNameMeetWithoutARelay() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    let copy = try field.copy("li", as: "li-copy")
    try original.run("UPDATE note SET a = 'of the original'")
    try copy.run("UPDATE note SET a = 'of the copy'")
    try copy.run("UPDATE note SET b = 'of the copy'")
    _ = try? copy.sync(with: LocalTransport(original.exchangeStore), peer: "original")
    _ = try? original.sync(with: LocalTransport(copy.exchangeStore), peer: "copy")
    #expect(original.site != copy.site)
    try field.settleDown([original, copy])
    #expect(try copy.conflicts().count == 1)
  }

  @Test func aFormThatWasOpenWhenItsReplicaTookANewLifeIsSavedAsWhatItsAuthorRead() throws {
    let field = try RelayField()
    let original = try field.replica("li")
    try original.run("INSERT INTO note VALUES('n', 'common', 'common', 0)")
    try field.sync(original)
    let copy = try field.copy("li", as: "li-copy")
    try copy.run("UPDATE note SET a = 'of the copy'")
    let row = RowReference(scope: TestField.scope, table: "note", key: [.text(Array("n".utf8))])
    let token = try copy.readToken(for: [row])
    try original.run("UPDATE note SET a = 'of the original'")
    try field.sync(original)
    try field.sync(copy)
    try copy.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'saved from the form'") }
    try field.settleDown([original, copy])
    let values = try copy.conflicts().flatMap { $0.candidates.map(\.value) }
    #expect(Set(values) == [.text(Array("of the original".utf8)), .text(Array("saved from the form".utf8))])
  }
}

/// A copied or restored file is recognised by what its machine remembers of it, before anything is written.
@Suite struct ReplicaMarkTests {
  let field: TestField

  init() throws { field = try TestField() }

  private func open(_ name: String, marks: String = "marks", machine: String = "mine", random: String? = nil) throws -> Replica {
    try field.replica(name, author: "li", marks: ReplicaMarks(folder: field.path(marks), machine: machine), chance: random)
  }

  private func copy(_ name: String, to other: String) throws {
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: field.path(name + ".sqlite" + suffix)) {
      // Over what is there, as `cp` does: the file keeps its number.
      let target = field.path(other + ".sqlite" + suffix)
      let data = try Data(contentsOf: URL(fileURLWithPath: field.path(name + ".sqlite" + suffix)))
      FileManager.default.fileExists(atPath: target)
        ? try data.write(to: URL(fileURLWithPath: target)) : try data.write(to: URL(fileURLWithPath: target), options: .atomic)
    }
  }

  private func write(_ name: String, random: String? = nil, _ body: (Replica) throws -> Void = { _ in }) throws -> SiteID {
    let replica = try open(name, random: random)
    try replica.run("INSERT OR REPLACE INTO note VALUES(hex(randomblob(8)), 'x', NULL, 0)")
    try body(replica)
    return replica.site
  }

  @Test func aReplicaStaysWhoItIsWhereverItsFolderIsMoved() throws {
    let first = try write("li")
    #expect(try write("li") == first)
    try FileManager.default.moveItem(atPath: field.path("li.sqlite"), toPath: field.path("moved.sqlite"))
    #expect(try write("moved") == first)
    #expect(try write("moved") == first)
  }

  @Test func aCopyTakesANewLifeOnceAndTheOriginalNone() throws {
    let first = try write("li")
    try copy("li", to: "copy")
    let second = try write("copy", random: "another")
    #expect(second != first)
    #expect(try write("li") == first)
    #expect(try write("copy", random: "a third") == second)
    #expect(try open("copy").incidents().map(\.kind) == [.moved])
    #expect(try open("li").incidents().isEmpty)
  }

  @Test func aFileThatLacksWhatHasLeftWasRestored() throws {
    let first = try write("li")
    try copy("li", to: "backup")
    #expect(try write("li") { replica in _ = try replica.exportBundle(to: field.path("stick")) } == first)
    try copy("backup", to: "li")
    #expect(try write("li", random: "another") != first)
  }

  @Test func aFileThatLacksOnlyWhatNobodyHasSeenIsTheSame() throws {
    let first = try write("li")
    try copy("li", to: "backup")
    #expect(try write("li") == first)
    try copy("backup", to: "li")
    #expect(try write("li") == first)
  }

  @Test func aFileOnAnotherMachineIsACopy() throws {
    let first = try write("li")
    #expect(try open("li", marks: "elsewhere", machine: "another", random: "another").site != first)
  }

  /// A daemon may be started with another environment than a command.
  @Test func twoFoldersOfOneMachineAreNoTwoMachines() throws {
    let first = try write("li")
    for marks in ["marks", "other", "marks", "other"] { #expect(try open("li", marks: marks, random: marks).site == first) }
    #expect(try open("li", marks: "third", machine: "", random: "third").site == first)
  }

  @Test func whereNothingCanBeRememberedAReplicaOpensAllTheSame() throws {
    try Data().write(to: URL(fileURLWithPath: field.path("marks")))
    let first = try write("li")
    #expect(try write("li") == first)
  }
}

/// Replicas and a real relay.
final class RelayField {
  let field: TestField
  private(set) var relay: Relay
  private let tables: [SyncedTable]?
  private let schema: [String]?
  private let open: () throws -> Relay
  private var principals: [String: Principal] = [:]
  private var signings: [String: Signing] = [:]
  let trust: Trust

  init(
    _ limits: RelayLimits = RelayLimits(), tables: [SyncedTable]? = nil, schema: [String]? = nil,
    authority: @escaping @Sendable (String) -> Authority = { _ in .all }
  ) throws {
    (self.tables, self.schema) = (tables, schema)
    let field = try TestField()
    let (clock, random) = (TestClock(), TestRandom("relay"))
    let issuer = SigningKey.test("issuer")
    trust = Trust(issuers: [issuer.publicKey])
    open = {
      try Relay(
        path: field.path("relay.sqlite"), codec: .standard, limits: limits, issuer: issuer.signer, authority: authority,
        clock: { clock.next() }, random: { random.bytes($0) })
    }
    self.field = field
    relay = try open()
  }

  func backUpRelay() throws {
    try DatabaseQueue(path: field.path("relay.sqlite")).backup(to: DatabaseQueue(path: field.path("relay.backup")))
  }

  func setBackRelay() throws {
    try relay.close()
    try DatabaseQueue(path: field.path("relay.backup")).backup(to: DatabaseQueue(path: field.path("relay.sqlite")))
    relay = try open()
  }

  /// Opens a replica that enrols here: its file is there before it has a certificate.
  func replica(_ name: String, role: String = "", keepsHistory: Bool = false, grants: [GrantedScope] = [.all]) throws -> Replica {
    let site = try field.replica(name, tables: tables, schema: schema, keepsHistory: keepsHistory).site
    let code = try relay.createCode(user: name, name: name, role: role, grants: grants)
    let key = SigningKey.test(name)
    let enrolment = try relay.enrol(code: code, device: DeviceID(of: site), label: "laptop", key: key.publicKey)
    principals[name] = try relay.authenticate(enrolment.token)
    signings[name] = Signing(certificate: try #require(enrolment.certificate), signer: key.signer)
    return try field.replica(name, tables: tables, schema: schema, keepsHistory: keepsHistory, signing: signings[name], trust: trust)
  }

  /// What the issuer states, or somebody who makes it up.
  func stated(_ contents: [IssuerStatement.Content], by key: String = "issuer") throws -> [SignedStatement] {
    let issuer = SigningKey.test("issuer").publicKey
    return try contents.map { try SignedStatement(IssuerStatement($0, issuer: issuer), by: SigningKey.test(key).signer) }
  }

  /// The relay as a replica's user sees it.
  func access(_ replica: Replica) throws -> RelayAccess {
    RelayAccess(relay, try #require(principals[replica.configuration.author]))
  }

  /// A copy of a replica's file as it is now, opened as another replica of the same user's.
  func copy(_ name: String, as other: String, author: String? = nil) throws -> Replica {
    try DatabaseQueue(path: field.path(name + ".sqlite")).backup(to: DatabaseQueue(path: field.path(other + ".sqlite")))
    return try field.replica(other, tables: tables, schema: schema, author: author ?? name, signing: signings[author ?? name], trust: trust)
  }

  /// - Parameters:
  ///   - isCutAtPull: whether the line breaks before the relay gives anything.
  ///   - meanwhile: what happens before a request goes to its path.
  func sync(_ replica: Replica, isCutAtPull: Bool = false, meanwhile: @escaping (String) throws -> Void = { _ in }) throws {
    let line = LocalTransport(try access(replica))
    _ = try replica.sync(with: EventfulLine(line: line, cut: isCutAtPull ? "pull" : nil, meanwhile: meanwhile), peer: "relay")
  }

  /// Exchanges until all must be alike, and checks that they are, that nothing is left over, and that each is sound.
  func settleDown(_ replicas: [Replica]) throws {
    for _ in 0..<3 { for replica in replicas { try sync(replica) } }
    let digests = try replicas.map { try $0.digest(of: TestField.scope) }
    #expect(Set(digests).count == 1)
    for replica in replicas {
      let status = try replica.status(peer: "relay")
      #expect(status.unsentChangesets == 0 && status.waiting == 0 && status.refused.isEmpty)
      #expect(try replica.findings().allSatisfy { !$0.isProblem })
    }
  }
}

/// Breaks at the messages of one kind, and lets something happen before others.
private struct EventfulLine<Line: ExchangeTransport>: ExchangeTransport {
  let line: Line
  let cut: String?
  let meanwhile: (String) throws -> Void

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    if let cut, path.hasSuffix(cut) { throw TransportError(.cutShort, detail: path) }
    do { try meanwhile(path) } catch { throw TransportError(.cutShort, detail: "\(error)") }
    return try line.roundTrip(path: path, body: body)
  }
}

extension Replica {
  /// How many changesets are here.
  fileprivate var changesets: UInt64 {
    get throws { try digest(of: TestField.scope).holdings.entries.reduce(0) { $0 + $1.seq } }
  }

  func texts(_ sql: String) throws -> [String] { try read { db in try String.fetchAll(db, sql: sql) } }
}
