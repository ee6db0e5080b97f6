import Foundation
import GRDB
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// I-1, I-3, I-6: what is left out of the logs changes nothing but history (docs/decisions/0012).
@Suite struct CompactionTests {
  /// Nothing is kept for its age, and a device that is not heard of for this long is not waited for.
  private static func field(lease: Int64 = 1 << 40) throws -> RelayField {
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    limits.leaseMilliseconds = lease
    return try RelayField(limits)
  }

  /// - Returns: how many changesets the relay has left out.
  @discardableResult
  private func compact(_ field: RelayField, _ office: Replica) throws -> Int {
    try field.sync(office)
    return try field.relay.acknowledgedByAll().reduce(0) { count, held in
      let all = try field.relay.officeAccess().holdings(of: held.scope)
      let omissions = try office.compact(held.scope, acknowledged: held.holdings.vector, held: all)
      return try count + field.relay.leaveOut(omissions)
    }
  }

  private func changesets(_ replica: Replica) throws -> Int {
    try #require(Int(replica.rows("SELECT count(*) FROM synckit_log WHERE part = 0")[0].filter(\.isNumber)))
  }

  /// A row that was edited again and again by two, whom everybody has heard.
  private func edited(_ field: RelayField) throws -> (li: Replica, wang: Replica) {
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    try field.settleDown([li, wang])
    for at in 0..<10 {
      let writer = at % 2 == 0 ? li : wang
      try writer.run("UPDATE note SET a = 'edit \(at)'")
      try field.settleDown([li, wang])
    }
    return (li, wang)
  }

  @Test func whatHasBeenWrittenOverGoesAndNothingElseChanges() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    let (before, shown) = (try li.hex, try li.bits("note"))
    #expect(try changesets(li) == 11)
    #expect(try compact(field, li) == 8)
    try field.settleDown([li, wang])
    for replica in [li, wang] {
      #expect(try replica.hex == before)
      #expect(try replica.bits("note") == shown)
      // The row's making, the last edit, and each author's last.
      #expect(try changesets(replica) == 3)
      #expect(try replica.repair().isEmpty)
      #expect(try replica.hex == before)
    }
    #expect(try compact(field, li) == 0)
  }

  @Test func aNewcomerIsAsIfNothingHadBeenLeftOut() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    try compact(field, li)
    let newcomer = try field.replica("chen")
    try field.settleDown([li, wang, newcomer])
    #expect(try newcomer.bits("note") == li.bits("note"))
    #expect(try changesets(newcomer) == 3)
    #expect(try newcomer.incidents().isEmpty)
    for replica in [newcomer, wang, li] {
      try replica.run("UPDATE note SET b = 'on and on by \(replica.site)'")
      try field.settleDown([li, wang, newcomer])
    }
  }

  @Test func byHandTooItGoesOn() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    try compact(field, li)
    try wang.run("UPDATE note SET b = 'by wang'")
    _ = try li.exportBundle(to: field.field.path("stick"))
    let (first, second) = (try field.field.replica("first"), try field.field.replica("second"))
    _ = try first.importBundle(from: field.field.path("stick"))
    _ = try second.sync(with: LocalTransport(first.exchangeStore), peer: "first")
    _ = try second.sync(with: LocalTransport(wang.exchangeStore), peer: "wang")
    #expect(try first.hex == li.hex)
    #expect(try second.hex == wang.hex)
    _ = try wang.importBundle(from: field.field.path("stick"))
    #expect(try second.hex == wang.hex)
    for replica in [first, second, wang] { #expect(try replica.findings().allSatisfy { !$0.isProblem }) }
  }

  /// The lease of a laptop has ended, and it comes back with work of its own.
  @Test func whoWasAwayForAYearLosesNothingAndBringsNothingBack() throws {
    let field = try Self.field(lease: 0)
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0), ('gone', 'x', 'x', 0), ('quiet', 'x', 'x', 0)")
    try field.settleDown([li, wang])
    try wang.run("UPDATE note SET a = 'written away' WHERE id = 'n'")
    try wang.run("UPDATE note SET b = 'written away' WHERE id = 'gone'")
    for at in 0..<6 { try li.run("UPDATE note SET a = 'edit \(at)', b = 'edit \(at)'") }
    try li.run("DELETE FROM note WHERE id IN ('gone', 'quiet')")
    #expect(try compact(field, li) > 0)
    try field.settleDown([li, wang])
    // What both wrote stands side by side; the deletion against the edit too; what only one deleted stays deleted.
    #expect(try li.conflicts().count == 3)
    #expect(try wang.rows("SELECT id FROM note ORDER BY id").count == 2)
    #expect(try wang.incidents().map(\.kind) == [.longAway])
    #expect(try li.incidents().isEmpty)
    let values = try wang.conflicts().flatMap { $0.candidates.map(\.value) }
    for text in ["written away", "edit 5"] { #expect(values.contains(.text(Array(text.utf8)))) }
  }

  @Test func whatSomebodyHasNotGotStays() throws {
    let field = try Self.field()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    try field.settleDown([li, wang])
    for at in 0..<5 { try li.run("UPDATE note SET a = 'edit \(at)'") }
    #expect(try compact(field, li) == 0)
    try field.sync(wang)
    // What it has fetched it has said only with its next exchange.
    #expect(try compact(field, li) == 0)
    try field.sync(wang)
    #expect(try compact(field, li) == 4)
  }

  @Test func whereSomethingIsUnsentNothingIsLeftOut() throws {
    let field = try Self.field()
    let (li, _) = try edited(field)
    try li.run("UPDATE note SET a = 'not sent yet'")
    let held = try #require(try field.relay.acknowledgedByAll().first)
    let all = try field.relay.officeAccess().holdings(of: held.scope)
    #expect(try li.compact(held.scope, acknowledged: all.vector, held: all).isEmpty)
  }

  /// A copy has written as much as the relay holds of the original: what it alone has stays, until the fork is put right.
  @Test func whereTheRelayHoldsAnotherBranchNothingIsLeftOut() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    let copy = try field.copy("li", as: "copy")
    for at in 0..<3 {
      try li.run("UPDATE note SET b = 'by the original \(at)'")
      try copy.run("UPDATE note SET b = 'by the copy \(at)'")
    }
    try field.settleDown([li, wang])
    let held = try field.relay.officeAccess().holdings(of: TestField.scope)
    #expect(try copy.holdings == held.vector)
    #expect(try copy.compact(TestField.scope, acknowledged: held.vector, held: held).isEmpty)
    #expect(try changesets(copy) == 14)
    try compact(field, li)
    try field.settleDown([li, wang, copy])
    #expect(try copy.conflicts().count == 1)
  }

  /// A copy comes back with work that the relay has had from the original, and has left out since: what it has in common is known again,
  /// and only what it wrote itself gets another name.
  @Test(arguments: [0, 1, 3]) func whatACopyHasInCommonIsKnownAgainThoughItIsLeftOut(_ own: Int) throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    for at in 0..<3 { try li.run("UPDATE note SET b = 'before the copy \(at)'") }
    let copy = try field.copy("li", as: "copy")
    for at in 0..<own { try copy.run("UPDATE note SET b = 'by the copy \(at)'") }
    for at in 0..<6 { try li.run("UPDATE note SET b = 'after the copy \(at)'") }
    try field.settleDown([li, wang])
    #expect(try compact(field, li) > 8)
    try field.settleDown([li, wang, copy])
    let values = try wang.conflicts().flatMap { $0.candidates.map(\.value) }
    #expect(Set(values) == (own == 0 ? [] : [.text(Array("by the copy \(own - 1)".utf8)), .text(Array("after the copy 5".utf8))]))
    #expect(try copy.incidents().compactMap(\.restamp).count == (own == 0 ? 0 : 1))
    #expect(try changesets(wang) == 3 + own)
  }

  /// Who settles is to see what the others had read.
  @Test func theHistoryOfWhatIsContestedStays() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    try li.run("UPDATE note SET a = 'li'")
    try wang.run("UPDATE note SET a = 'wang'")
    try field.settleDown([li, wang])
    #expect(try compact(field, li) == 0)
    let conflict = try #require(try wang.conflicts().first)
    #expect(conflict.candidates.flatMap(\.writes).allSatisfy { $0.readValue == .text(Array("edit 9".utf8)) })
    try wang.settle([Settlement(conflict, value: .text(Array("wang".utf8)))], reason: "as seen")
    try field.settleDown([li, wang])
    #expect(try compact(field, li) > 8)
    try field.settleDown([li, wang])
  }

  @Test func whatIsCountedStays() throws {
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    let field = try RelayField(limits, tables: [.fixed("note", ["c": .counter])])
    let li = try field.replica("li")
    try li.run("INSERT INTO note VALUES('n', 'x', 'x', 0)")
    for at in 0..<5 { try li.run("UPDATE note SET a = 'edit \(at)', c = c + 1") }
    try field.settleDown([li])
    try compact(field, li)
    let newcomer = try field.replica("chen")
    try field.settleDown([li, newcomer])
    #expect(try newcomer.rows("SELECT c FROM note") == li.rows("SELECT c FROM note"))
  }

  /// Nobody has the changesets any more that the relay has lost: it is told that they are left out.
  @Test func aRelayThatWasSetBackIsToldWhatIsLeftOut() throws {
    let field = try Self.field()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    try field.settleDown([li, wang])
    try field.backUpRelay()
    for at in 0..<8 {
      try (at % 2 == 0 ? li : wang).run("UPDATE note SET a = 'edit \(at)'")
      try field.settleDown([li, wang])
    }
    #expect(try compact(field, li) > 0)
    try field.settleDown([li, wang])
    try field.setBackRelay()
    try li.run("UPDATE note SET b = 'after the restore'")
    try field.settleDown([wang, li])
    let newcomer = try field.replica("chen")
    try field.settleDown([li, wang, newcomer])
  }

  @Test func anArchiveKeepsAllHistory() throws {
    let field = try Self.field()
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    let archive = try field.replica("archive", keepsHistory: true)
    try li.run("INSERT INTO note VALUES('n', 'first', 'first', 0)")
    for at in 0..<6 {
      try li.run("UPDATE note SET a = 'edit \(at)'")
      try field.settleDown([li, wang, archive])
    }
    #expect(try compact(field, li) == 5)
    try li.run("UPDATE note SET a = 'edit 6'")
    try field.settleDown([li, wang, archive])
    let row = RowReference(scope: TestField.scope, table: "note", key: [.text(Array("n".utf8))])
    #expect(try archive.history(of: row).count == 8)
    #expect(try wang.history(of: row).count == 3)
    let third = try archive.history(of: row)[3].write.dot
    #expect(try archive.rows(of: "note", in: TestField.scope, asOf: third)[0]["a"] == .text(Array("edit 2".utf8)))
    #expect { try wang.rows(of: "note", in: TestField.scope, asOf: try wang.history(of: row)[0].write.dot) } throws: {
      ($0 as? SyncKitError)?.code == .historyLeftOut
    }
    let last = try wang.history(of: row)[2].write.dot
    #expect(try wang.rows(of: "note", in: TestField.scope, asOf: last)[0]["a"] == .text(Array("edit 6".utf8)))
  }

  /// What is said to be left out, were it by the issuer, is believed only of what has no effect here, and only if it is the changeset that is
  /// meant.
  @Test func nothingThatIsNeededGoesWhateverIsTold() throws {
    let field = try Self.field()
    let (li, _) = try edited(field)
    let before = try li.hex
    let all = try li.fragments()
    let headers = try all.map { try ChangesetHeader(decoding: $0.header) }
    let last = try #require(headers.last { $0.dot.site == li.site })
    let hash = try Codec.standard.digest(#require(all.last { try ChangesetHeader(decoding: $0.header).dot == last.dot }).header)
    for hash in [hash, [UInt8](repeating: 7, count: 32)] {
      let run = Omission.Run(first: 1, last: last.dot.seq, hash: hash)
      let lie = Omission(scope: TestField.scope, site: li.site, run: run)
      _ = try li.exchangeStore.store([], omissions: [lie], statements: field.stated([.omitted(lie)]))
      #expect(try li.hex == before)
      #expect(try li.repair().isEmpty)
    }
    // The making of the row and the author's last stay, whoever says what; and all of the other's.
    #expect(try changesets(li) == 2 + 5)
    try li.run("UPDATE note SET a = 'on'")
    #expect(try li.findings().allSatisfy { !$0.isProblem })
  }

  /// Somebody who has the issuer's key says that what is still to come has been left out: it is taken all the same when it comes.
  @Test func whatIsYetToComeCannotBeTakenAway() throws {
    let field = try Self.field()
    let (li, wang) = try edited(field)
    let whole = Omission.Run(first: 1, last: 1 << 62, hash: [UInt8](repeating: 7, count: 32))
    let lies = (1...4).map { Omission(scope: TestField.scope, site: SiteID(deviceHigh: 9, deviceLow: $0, incarnation: 1), run: whole) }
    _ = try wang.exchangeStore.store([], omissions: lies, statements: field.stated(lies.map { .omitted($0) }))
    let hashes: [[UInt8]] = [[UInt8](repeating: 7, count: 32), try Codec.standard.digest(#require(li.fragments().last).header)]
    for hash in hashes {
      for (first, last) in [(1, 1 << 40), (7, 7), (7, 9), (8, 1 << 50), (6, 1 << 60)] as [(UInt64, UInt64)] {
        let lie = Omission(scope: TestField.scope, site: li.site, run: Omission.Run(first: first, last: last, hash: hash))
        _ = try wang.exchangeStore.store([], omissions: [lie], statements: field.stated([.omitted(lie)]))
      }
      for at in 0..<5 {
        try li.run("UPDATE note SET a = 'after the lie \(at)'")
        try field.settleDown([li, wang])
      }
    }
    #expect(try compact(field, li) > 0)
    try field.settleDown([li, wang])
    #expect(try changesets(li) == changesets(wang))
    #expect(try wang.repair().isEmpty)
    _ = try wang.exchangeStore.store([], omissions: lies, statements: field.stated(lies.map { .omitted($0) }))
    _ = try wang.exportBundle(to: field.field.path("stick"))
    let reader = try field.field.replica("reader")
    _ = try reader.importBundle(from: field.field.path("stick"))
    #expect(try reader.hex == wang.hex)
  }

  @Test func noMoreIsLeftOutThanCanBeTold() throws {
    for (limit, isLeftOut) in [(2, true), (1, false)] {
      let field = try Self.field()
      let (li, wang) = try edited(field)
      try field.settleDown([li, wang])
      let held = try field.relay.officeAccess().holdings(of: TestField.scope)
      #expect(try li.compact(TestField.scope, acknowledged: held.vector, held: held, limit: limit).isEmpty != isLeftOut)
    }
  }

  @Test func aFileOfTheVersionBeforeIsTakenOver() throws {
    let field = try TestField()
    try field.replica("li").run("INSERT INTO note VALUES('n', 'x', 'x', 0)")
    let came = ["withdrawn", "statement", "attachment", "certificate", "rejection", "omission", "incident"]
    for (format, gone) in [
      (7, came[..<1]), (6, came[..<2]), (5, came[..<3]), (4, came[..<4]), (3, came[..<5]), (2, came[..<6]), (1, came[...]),
    ] {
      let queue = try DatabaseQueue(path: field.path("li.sqlite"))
      try queue.write { db in
        for name in gone { try db.execute(sql: "DROP TABLE synckit_\(name)") }
        try db.execute(sql: "UPDATE synckit_meta SET value = ? WHERE name = 'format'", arguments: [format])
      }
      try queue.close()
      let replica = try field.replica("li")
      #expect(try replica.findings().allSatisfy { !$0.isProblem })
      #expect(try replica.rows("SELECT value FROM synckit_meta WHERE name = 'format'") == ["\(StorageFormat.version)"])
    }
  }
}
