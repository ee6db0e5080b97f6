import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// Nobody writes what is the word of others: their own replica says so at once, and what a changed program writes all the same is taken by no one.
@Suite struct AuthorityTests {
  /// Column `a` is the word of readers, and the specialist settles nothing.
  private static let specialist = Authority(withheld: ["note": ["a"]], settles: [])

  private static func field() throws -> RelayField {
    try RelayField { role in role == "specialist" ? specialist : .all }
  }

  private static func code(_ body: () throws -> Void) -> (code: SyncKitError.Code, details: [String: String])? {
    do { try body() } catch let error as SyncKitError { return (error.code, error.details) } catch { return nil }
    return nil
  }

  /// What a program writes that does not look at its certificate from the second statement on, by the name and the key of a device that has
  /// one.
  private static func forged(_ field: RelayField, _ name: String, _ statements: String...) throws -> [Fragment] {
    let replica = try field.replica(name, role: "specialist")
    try statements.first.map { try replica.run($0) }
    replica.engine.certificate = nil
    for sql in statements.dropFirst() { try replica.run(sql) }
    return try replica.fragments()
  }

  @Test func whatIsTheWordOfOthersIsRefusedWhereItIsWrittenAndNothingOfItStays() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "specialist")
    try li.run("INSERT INTO note(id, b) VALUES('n', 'mine')")
    for sql in [
      "UPDATE note SET a = 'x' WHERE id = 'n'", "INSERT INTO note(id, a) VALUES('m', 'x')",
      "INSERT INTO note(id, b) VALUES('o', 'x'); UPDATE note SET a = 'x', b = 'y' WHERE id = 'n'",
    ] {
      let refused = Self.code { try li.run(sql) }
      #expect(refused?.code == .notAuthorised, "\(sql)")
      #expect(refused?.details == ["table": "note", "column": "a", "role": "specialist"], "\(sql)")
    }
    #expect(try li.rows("SELECT id, a, b FROM note") == ["\"n\"|NULL|\"mine\""])
    try li.run("UPDATE note SET b = 'again' WHERE id = 'n'")
    #expect(try li.fragments().count == 2)
    let office = try field.replica("office")
    try office.run("INSERT INTO note(id, a) VALUES('m', 'x')")
    try field.settleDown([li, office])
    #expect(try li.texts("SELECT a FROM note WHERE id = 'm'") == ["x"])
  }

  @Test func whoMayNotSettleLeavesTheConflictOpen() throws {
    let field = try Self.field()
    let (li, office) = (try field.replica("li", role: "specialist"), try field.replica("office"))
    try li.run("INSERT INTO note(id, b) VALUES('n', '1')")
    try field.settleDown([li, office])
    try li.run("UPDATE note SET b = 'li' WHERE id = 'n'")
    try office.run("UPDATE note SET b = 'office' WHERE id = 'n'")
    try field.settleDown([li, office])
    let conflict = try #require(try li.conflicts(in: TestField.scope).first)
    #expect(Self.code { try li.settle([Settlement(conflict, value: .text(Array("li".utf8)))], reason: "mine") }?.code == .notAuthorised)
    #expect(try li.conflicts(in: TestField.scope).count == 1)
    let same = try #require(try office.conflicts(in: TestField.scope).first)
    try office.settle([Settlement(same, value: .text(Array("li".utf8)))], reason: "the later visit")
    try field.settleDown([li, office])
    #expect(try li.conflicts(in: TestField.scope).isEmpty)
  }

  @Test func whatAChangedProgramWritesIsTakenByNoRelayAndNoReplica() throws {
    for (what, sql) in [
      ("a new row", "INSERT INTO note(id, a) VALUES('m', 'x')"), ("an edit", "UPDATE note SET a = 'x' WHERE id = 'n'"),
    ] {
      let field = try Self.field()
      let reader = try field.replica("wang")
      let fragments = try Self.forged(field, "li", "INSERT INTO note(id, b) VALUES('n', 'mine')", sql)
      let access = field.relay.officeAccess()
      #expect(try access.store(fragments).refused.map(\.code) == [Refusal.Code.notAuthorised], "\(what)")
      #expect(try reader.exchangeStore.store(fragments).refused.map(\.code) == [Refusal.Code.notAuthorised], "\(what)")
      // What was within its author's say went on.
      #expect(try reader.rows("SELECT id, a, b FROM note") == ["\"n\"|NULL|\"mine\""], "\(what)")
      #expect(try access.holdings(of: TestField.scope).vector.entries.map(\.seq) == [1], "\(what)")
    }
  }

  @Test func whatALogHasBeyondItsAuthorsSayIsFoundInIt() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "specialist")
    li.engine.certificate = nil
    try li.run("INSERT INTO note(id, a) VALUES('n', 'x')")
    let found = try li.findings().filter { $0.code == "seals" }
    #expect(found.map(\.isProblem) == [true] && found[0].details["code"] == Refusal.Code.notAuthorised)
  }

  /// The say that counts is that of the certificate under which something was written: who is something else now wrote it rightly then.
  @Test func aRoleThatChangesLaterChangesNothingOfWhatWasWritten() throws {
    let field = try Self.field()
    let office = try field.replica("wang")
    let before = try field.replica("li")
    try before.run("INSERT INTO note(id, a) VALUES('n', 'as an officer')")
    let written = try before.fragments()
    // What comes to the relay later is judged by what it is then: SupersessionTests.
    try field.sync(before)
    let after = try field.replica("li", role: "specialist")
    #expect(Self.code { try after.run("UPDATE note SET a = 'x'") }?.code == .notAuthorised)
    #expect(try office.exchangeStore.store(written).refused.isEmpty)
    try field.settleDown([after, office])
    #expect(try office.texts("SELECT a FROM note") == ["as an officer"])
  }

  /// To take away what others said is to write it.
  @Test func nobodyTakesAwayTheWordOfOthers() throws {
    let field = try Self.field()
    let (office, li) = (try field.replica("office"), try field.replica("li", role: "specialist"))
    try office.run("INSERT INTO note(id, a) VALUES('n', 'said')")
    try field.settleDown([office, li])
    #expect(Self.code { try li.run("UPDATE note SET a = NULL") }?.code == .notAuthorised)
    li.engine.certificate = nil
    try li.run("UPDATE note SET a = NULL")
    #expect(try office.exchangeStore.store(li.fragments()).refused.map(\.code) == [Refusal.Code.notAuthorised])
    #expect(try office.texts("SELECT a FROM note") == ["said"])
  }

  /// Two make the row of one key at once. What the one has no say in is the other's word, and there is nothing to settle.
  @Test func whoMakesARowThatOthersMakeTooTakesNothingOfTheirWordAway() throws {
    let field = try Self.field()
    let (office, li) = (try field.replica("office"), try field.replica("li", role: "specialist"))
    try office.run("INSERT INTO note(id, a, b) VALUES('n', 'said', 'same')")
    try li.run("INSERT INTO note(id, b) VALUES('n', 'same')")
    try field.settleDown([office, li])
    for replica in [office, li] {
      #expect(try replica.rows("SELECT a, b FROM note") == ["\"said\"|\"same\""])
      #expect(try replica.conflicts(in: TestField.scope).isEmpty)
    }
  }

  /// A row that was deleted and is written anew still says what others said in it, and its new author need not say anything of that.
  @Test func aRowThatIsWrittenAnewKeepsTheWordOfOthers() throws {
    let field = try Self.field()
    let (office, li) = (try field.replica("office"), try field.replica("li", role: "specialist"))
    try li.run("INSERT INTO note(id, b) VALUES('n', 'first')")
    try field.settleDown([office, li])
    try office.run("UPDATE note SET a = 'said'")
    try field.settleDown([office, li])
    #expect(Self.code { try li.run("DELETE FROM note") }?.code == .notAuthorised)
    try office.run("DELETE FROM note")
    try field.settleDown([office, li])
    try li.run("INSERT INTO note(id, b) VALUES('n', 'second')")
    #expect(try li.rows("SELECT a, b FROM note") == ["\"said\"|\"second\""])
    try field.settleDown([office, li])
    for replica in [office, li] { #expect(try replica.rows("SELECT a, b FROM note") == ["\"said\"|\"second\""]) }
    // To replace a row in one go is to edit it: what it said of others' word is gone, and that is refused.
    #expect(Self.code { try li.run("REPLACE INTO note(id, b) VALUES('n', 'third')") }?.code == .notAuthorised)
  }

  /// A column of others may have a default that is not NULL: a new row has it, and says nothing of it.
  @Test func aDefaultIsNobodysWord() throws {
    let table = "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT NOT NULL DEFAULT 'open', b TEXT, c INTEGER)"
    let field = try RelayField(schema: [table]) { role in role == "specialist" ? Self.specialist : .all }
    let (office, li) = (try field.replica("office"), try field.replica("li", role: "specialist"))
    try li.run("INSERT INTO note(id, b) VALUES('n', 'mine')")
    #expect(Self.code { try li.run("INSERT INTO note(id, a) VALUES('m', 'shut')") }?.code == .notAuthorised)
    try field.settleDown([office, li])
    #expect(try office.rows("SELECT a, b FROM note") == ["\"open\"|\"mine\""])
    try office.run("UPDATE note SET a = 'shut'")
    try field.settleDown([office, li])
    #expect(try li.texts("SELECT a FROM note") == ["shut"])
  }

  @Test func everyPartOfAChangesetIsJudged() throws {
    let field = try Self.field()
    let office = try field.replica("office")
    let rows = Limits.partRows + 1
    let fragments = try Self.forged(
      field, "li", "",
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
      INSERT INTO note(id, a) SELECT printf('%06d', i), iif(i = \(rows), 'x', NULL) FROM n
      """)
    #expect(fragments.map(\.parts.count) == [2])
    #expect(try office.exchangeStore.store(fragments).refused.map(\.code) == [Refusal.Code.notAuthorised])
    #expect(try field.relay.officeAccess().store(fragments).refused.map(\.code) == [Refusal.Code.notAuthorised])
  }

  /// A part that nobody can read could say anything.
  @Test func aPartThatCannotBeReadIsRefusedWhereItsAuthorsSayHasLimits() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "specialist")
    try li.run("INSERT INTO note(id, b) VALUES('n', 'mine')")
    let old = try ChangesetHeader(decoding: li.fragments()[0].header)
    let part: [UInt8] = [9, 9, 9]
    let header = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: old.wallClock, author: old.author, transaction: old.transaction,
      schema: old.schema, certificate: old.certificate, previous: old.previous, needs: old.needs, note: old.note,
      parts: [.init(rows: 1, bytes: part.count, digest: Codec.standard.digest(part))])
    let signing = try #require(li.configuration.signing)
    let seal = try Seal(hash: Codec.standard.digest(header.encoded), by: signing.signer, under: signing.certificate)
    let broken = Fragment(header: header.encoded, signature: seal.encoded, firstPart: 0, parts: [part])
    #expect(try field.relay.officeAccess().store([broken]).refused.map(\.code) == [Refusal.Code.malformed])
    #expect(try field.replica("wang").exchangeStore.store([broken]).refused.map(\.code) == [Refusal.Code.malformed])
  }
}
