import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncSimulator
import Testing

/// Changesets whose bytes are wrong though every length and digest fits: an error with a code or a refusal, and nothing of them stays.
@Suite struct HostileFragmentTests {
  private let field: TestField

  init() throws { field = try TestField() }

  /// The fragment with other bytes in its part, and a header to match.
  private static func repaired(_ fragment: Fragment, _ part: [UInt8], rows: Int? = nil, needs: VersionVector? = nil) throws -> Fragment {
    let old = try ChangesetHeader(decoding: fragment.header)
    let parts = [ChangesetHeader.Part(rows: rows ?? old.parts[0].rows, bytes: part.count, digest: Codec.standard.digest(part))]
    let header = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: old.wallClock, author: old.author, transaction: old.transaction,
      schema: old.schema, certificate: old.certificate, previous: old.previous, needs: needs ?? old.needs, note: old.note, parts: parts)
    return Fragment(header: header.encoded, signature: [], firstPart: 0, parts: [part])
  }

  /// Three authors' histories with edits, deletions, settlements and spared candidates in small changesets.
  private func history() throws -> [Fragment] {
    let (a, c) = (try field.replica("a"), try field.replica("c"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1), ('2', 'x', 'y', 2)")
    try a.exchange(with: c)
    let token = try a.readToken(for: [RowReference(scope: TestField.scope, table: "note", key: [.text("1")])])
    try a.run("UPDATE note SET a = 'a', c = c + 1; DELETE FROM note WHERE id = '2'")
    try c.run("UPDATE note SET a = 'c', b = NULL")
    try a.exchange(with: c)
    try a.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'stale' WHERE id = '1'") }
    try c.run("UPDATE note SET a = 'plain'")
    try a.exchange(with: c)
    try a.settle(a.conflicts().map { Settlement(conflict: $0.id, value: $0.candidates[1].value) }, reason: "so")
    try a.exchange(with: c)
    return try c.fragments()
  }

  @Test func mutatedChangesetsEndInACodeAndLeaveNothing() throws {
    let all = try history()
    var random = SeededGenerator(seed: 1)
    var (refused, taken) = (0, 0)
    for (last, fragment) in all.enumerated() {
      var b = try field.replica("b\(last)")
      _ = try b.exchangeStore.store(Array(all[..<last]))
      var before = try last == 0 ? "" : b.hex
      for round in 0..<40 {
        var part = fragment.parts[0]
        for _ in 0...Int.random(in: 0...2, using: &random) {
          let at = Int.random(in: 0..<part.count, using: &random)
          switch round % 3 {
          case 0: part[at] = UInt8.random(in: .min ... .max, using: &random)
          case 1: part.remove(at: at)
          default: part.insert(UInt8.random(in: .min ... .max, using: &random), at: at)
          }
        }
        guard part != fragment.parts[0] else { continue }
        do {
          let (_, codes) = try b.exchangeStore.store([try Self.repaired(fragment, part)])
          if codes.isEmpty {
            // Another changeset that makes sense: whoever signs it is believed. It must leave a replica that works.
            taken += 1
            #expect(try b.findings().allSatisfy { $0.code != "integrity" || !$0.isProblem }, "round \(round) of \(last)")
            _ = try (b.hex, b.conflicts(), b.history(of: RowReference(scope: TestField.scope, table: "note", key: [.text("1")])))
            b = try field.replica("b\(last)-\(round)")
            _ = try b.exchangeStore.store(Array(all[..<last]))
            before = try last == 0 ? "" : b.hex
            continue
          }
          #expect(codes.allSatisfy { $0.code == Refusal.Code.malformed })
        } catch {
          #expect(error is SyncKitError || error is SyncCoreError, "\(error)")
        }
        refused += 1
        #expect(try last == 0 ? b.rows("SELECT * FROM note").isEmpty : b.hex == before)
      }
      _ = try b.exchangeStore.store(Array(all[last...]))
      #expect(try b.holdings == VersionVector(all.map { try ChangesetHeader(decoding: $0.header).dot }))
    }
    #expect(refused > 100, "\(taken) taken")
  }

  @Test func mutatedHeadersEndInACode() throws {
    let all = try history()
    var random = SeededGenerator(seed: 2)
    let b = try field.replica("b")
    for fragment in all {
      for _ in 0..<40 {
        var header = fragment.header
        header[Int.random(in: 0..<header.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
        do {
          _ = try b.exchangeStore.store([Fragment(header: header, signature: [], firstPart: 0, parts: fragment.parts)])
        } catch { #expect(error is SyncKitError || error is SyncCoreError, "\(error)") }
        let first = Int.random(in: 0...5, using: &random)
        _ = try? b.exchangeStore.store([Fragment(header: fragment.header, signature: [], firstPart: first, parts: fragment.parts)])
      }
    }
    for scope in try b.scopes() { _ = try b.digest(of: scope) }
    #expect(try b.findings().allSatisfy { $0.code != "integrity" || !$0.isProblem })
  }

  @Test func aPoisonedChangesetKeepsNoOtherOut() throws {
    let all = try history()
    let d = try field.replica("d")
    try d.run("INSERT INTO note VALUES('d1', NULL, NULL, NULL)")
    try d.run("INSERT INTO note VALUES('d2', NULL, NULL, NULL)")
    let good = try d.fragments()
    let poison = try Self.repaired(all[0], all[0].parts[0] + [0])
    let b = try field.replica("b")
    let (held, refused) = try b.exchangeStore.store([good[0], poison, good[1]])
    #expect(refused.map(\.code) == [Refusal.Code.malformed])
    #expect(held[0].holdings.vector.entries == [Dot(site: d.site, seq: 2)])
    // While it waits for another, it is not known to be poisoned; then it is let go of.
    let later = try Self.repaired(all[1], all[1].parts[0] + [0])
    #expect(try b.exchangeStore.store([later]).refused.isEmpty)
    #expect(try b.exchangeStore.store([all[0]]).refused.map(\.code) == [Refusal.Code.malformed])
    #expect(try b.exchangeStore.store(Array(all.dropFirst())).refused.isEmpty)
    #expect(try b.conflicts().isEmpty)
    #expect(try b.rows("SELECT count(*) FROM synckit_waiting") == ["0"])
  }

  @Test func contextsBeyondTheHeaderAndWrongRowCountsAreRefused() throws {
    let all = try history()
    let edit = try #require(try all.firstIndex { try !ChangesetHeader(decoding: $0.header).needs.isEmpty })
    let b = try field.replica("b")
    _ = try b.exchangeStore.store(Array(all[..<edit]))
    let before = try b.hex
    let part = all[edit].parts[0]
    for wrong in [
      try Self.repaired(all[edit], part, needs: VersionVector()), try Self.repaired(all[edit], part, rows: 7),
    ] {
      #expect(try b.exchangeStore.store([wrong]).refused.map(\.code) == [Refusal.Code.malformed])
      #expect(try b.hex == before)
    }
    #expect(try b.exchangeStore.store([all[edit]]).refused.isEmpty)
  }

  /// I-8, I-13: it would stand in the table as another scope's, and not be found where its state is.
  @Test func aRowThatSaysItIsOfAnotherScopeIsRefused() throws {
    let tables = [SyncedTable("note", scope: .column("scope"))]
    let schema = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, a TEXT)"]
    let (a, b) = (
      try field.replica("a", tables: tables, schema: schema), try field.replica("b", tables: tables, schema: schema)
    )
    try a.run("INSERT INTO note VALUES('1', 'case-1', 'x')")
    let honest = try a.fragments()
    let old = try ChangesetHeader(decoding: honest[0].header)
    let moved = ChangesetHeader(
      scope: ScopeID(literal: "case-2"), dot: old.dot, time: old.time, wallClock: old.wallClock, author: old.author,
      transaction: old.transaction, schema: old.schema, certificate: [], previous: [], needs: old.needs, note: "", parts: old.parts)
    let lie = Fragment(header: moved.encoded, signature: [], firstPart: 0, parts: honest[0].parts)
    for replica in [a, b] {
      #expect(try replica.exchangeStore.store([lie]).refused.map(\.code) == [Refusal.Code.malformed])
      #expect(try replica.findings().allSatisfy { !$0.isProblem })
    }
    #expect(try b.exchangeStore.store(honest).refused.isEmpty)
    #expect(try a.hex == b.hex)
  }

  @Test func partsOfTwoChangesetsOfOneNameAreNotMixed() throws {
    let a = try field.replica("a")
    try a.write { db in
      for row in 0..<4 { try db.execute(sql: "INSERT INTO note VALUES(?, hex(randomblob(600000)), NULL, 1)", arguments: ["\(row)"]) }
    }
    let whole = try a.fragments()[0]
    let old = try ChangesetHeader(decoding: whole.header)
    let forged = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: 0, author: "mallory", transaction: old.transaction, schema: 1,
      certificate: [], previous: [], needs: old.needs, note: "", parts: old.parts)
    let b = try field.replica("b")
    func part(_ header: [UInt8], _ at: Int) -> Fragment { Fragment(header: header, signature: [], firstPart: at, parts: [whole.parts[at]]) }
    _ = try b.exchangeStore.store([part(whole.header, 0)])
    // The later one waits, and nothing of the other: whoever gave that has it, and is told what is here.
    #expect(try b.exchangeStore.store([part(forged.encoded, 1)]).refused.isEmpty)
    #expect(try b.exchangeStore.holdings(of: TestField.scope).partial.isEmpty)
    for at in 0..<whole.parts.count { #expect(try b.exchangeStore.store([part(whole.header, at)]).refused.isEmpty) }
    #expect(try a.hex == b.hex)
    let late = Fragment(header: forged.encoded, signature: [], firstPart: 0, parts: whole.parts)
    #expect(try b.exchangeStore.store([late]).refused.map(\.code) == [Refusal.Code.fork])
  }
}
