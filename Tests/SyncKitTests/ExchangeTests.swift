import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncSimulator
import Testing

/// A way to another replica that breaks where it is told to.
final class BreakingTransport: ExchangeTransport {
  enum Damage {
    /// The message does not arrive.
    case requestLost
    /// It arrives cut after so many bytes.
    case requestCut(Int)
    /// The other side has done its work, and its answer does not arrive.
    case responseLost
    case responseCut(Int)
  }

  private let way: LocalTransport<ReplicaExchangeStore>
  private let trip: Int
  private let damage: Damage?
  private(set) var messages: [(request: [UInt8], response: [UInt8])] = []
  /// Whether nothing was in fact cut: the message was no longer than that.
  private(set) var isWhole = true

  init(_ other: Replica, trip: Int = .max, damage: Damage? = nil) {
    way = LocalTransport(other.exchangeStore)
    (self.trip, self.damage) = (trip, damage)
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    let damage = messages.count == trip ? self.damage : nil
    if case .requestLost? = damage {
      isWhole = false
      throw TransportError(.cutShort)
    }
    var sent = body
    if case .requestCut(let count)? = damage { sent = Array(body.prefix(count)) }
    if sent.count < body.count { isWhole = false }
    let answer = try way.roundTrip(path: path, body: sent)
    messages.append((body, answer))
    switch damage {
    case .responseLost?:
      isWhole = false
      throw TransportError(.cutShort)
    case .responseCut(let count)?:
      if count < answer.count { isWhole = false }
      return Array(answer.prefix(count))
    default: return answer
    }
  }
}

@Suite struct ExchangeTests {
  private let field: TestField
  private static let tables: [SyncedTable] = [.fixed("note"), .fixed("tally", ["n": .counter])]
  private static let schema = TestField.schema + ["CREATE TABLE tally(id TEXT PRIMARY KEY NOT NULL, n INTEGER NOT NULL)"]

  init() throws { field = try TestField() }

  private func replica(_ name: String) throws -> Replica { try field.replica(name, tables: Self.tables, schema: Self.schema) }

  @Test func aMessageCutAtAnyByteIsRefused() throws {
    let (a, b) = (try replica("a"), try replica("b"))
    try a.run("INSERT INTO note VALUES('1', ?, NULL, 1)", [String(repeating: "long ", count: 100)])
    try b.run("INSERT INTO note VALUES('2', ?, NULL, 1)", [String(repeating: "text ", count: 100)])
    let way = BreakingTransport(b)
    _ = try a.sync(with: way, peer: "b")
    #expect(way.messages.count == 3)
    for (request, response) in way.messages {
      for count in 0..<request.count {
        #expect(throws: SyncCoreError.self) { try ExchangeRequest(decoding: Array(request.prefix(count)), codec: .standard) }
      }
      for count in 0..<response.count {
        #expect(throws: SyncCoreError.self) { try ExchangeResponse(decoding: Array(response.prefix(count)), codec: .standard) }
      }
    }
  }

  @Test func anExchangeThatBreaksAnywhereGoesOnWithoutDoubleEffect() throws {
    let (a, b) = (try replica("a"), try replica("b"))
    try a.run("INSERT INTO tally VALUES('t', 0)")
    try a.exchange(with: b)
    var rounds = 0
    for trip in 0..<3 {
      let cuts = [0, 1, 2, 3, 7, 20, 60, 100, 150, 200]
      let damages: [BreakingTransport.Damage] =
        [.requestLost, .responseLost] + cuts.map { .requestCut($0) } + cuts.map { .responseCut($0) }
      for damage in damages {
        rounds += 1
        for replica in [a, b] {
          try replica.run("UPDATE tally SET n = n + 1")
          try replica.run("INSERT INTO note(id, c) VALUES(?, 1)", ["\(rounds) \(replica.site)"])
        }
        let way = BreakingTransport(b, trip: trip, damage: damage)
        let isWhole = (try? a.sync(with: way, peer: "b")) != nil
        #expect(!isWhole || way.isWhole)
        // What was told to be there is there.
        #expect(try b.holdings.covers(a.acknowledged("b")))
        if rounds % 5 == 0 { try settled(a, b, rounds) }
      }
    }
    try settled(a, b, rounds)
    let idle = BreakingTransport(b)
    #expect(try a.sync(with: idle, peer: "b").trips == 1)
  }

  private func settled(_ a: Replica, _ b: Replica, _ rounds: Int) throws {
    _ = try a.sync(with: BreakingTransport(b), peer: "b")
    #expect(try a.hex == b.hex)
    #expect(try a.rows("SELECT n, (SELECT count(*) FROM note) FROM tally") == ["\(2 * rounds)|\(2 * rounds)"])
    #expect(try b.bits("tally") == a.bits("tally"))
  }

  @Test func aChangesetLargerThanABatchTravelsInPartsAndResumesAmongThem() throws {
    let (a, b) = (try replica("a"), try replica("b"))
    try a.write { db in
      for row in 0..<10 { try db.execute(sql: "INSERT INTO note VALUES(?, hex(randomblob(400000)), NULL, 1)", arguments: ["\(row)"]) }
    }
    let header = try ChangesetHeader(decoding: a.fragments()[0].header)
    #expect(header.parts.count > 3)
    #expect(throws: (any Error).self) { try a.sync(with: BreakingTransport(b, trip: 3, damage: .requestLost), peer: "b") }
    #expect(try b.rows("SELECT count(*) FROM note") == ["0"])
    let held = try b.exchangeStore.holdings(of: TestField.scope).parts(of: header.dot)
    #expect(held == 2)
    // From the other side: b asks, and what it has in part is not sent again.
    let pull = BreakingTransport(a, trip: 2, damage: .responseLost)
    #expect(throws: (any Error).self) { try b.sync(with: pull, peer: "a") }
    let resumed = BreakingTransport(a)
    _ = try b.sync(with: resumed, peer: "a")
    #expect(resumed.messages.reduce(0) { $0 + $1.response.count } < header.parts.dropFirst(held).reduce(4096) { $0 + $1.bytes })
    #expect(try a.hex == b.hex)
    #expect(try b.rows("SELECT count(*) FROM note") == ["10"])
    #expect(try b.rows("SELECT count(*) FROM synckit_waiting") == ["0"])
  }

  @Test func whatWaitedAndThenCameInOrderWaitsNoLonger() throws {
    let (a, b) = try field.pair()
    for id in 1...3 { try a.run("INSERT INTO note VALUES(?, 'x', 'y', 1)", ["\(id)"]) }
    let all = try a.fragments()
    for batch in [[all[2]], [all[1]], all] { #expect(try b.exchangeStore.store(batch).refused.isEmpty) }
    #expect(try b.status(peer: "a").waiting == 0)
    #expect(try b.rows("SELECT count(*) FROM synckit_waiting") == ["0"])
    #expect(try b.hex == a.hex)
  }

  /// I-9: what came by hand before its time goes on with the exchange that brings what it waited for.
  @Test func whatWaitedGoesOnAtOnce() throws {
    let (a, b) = try field.pair()
    let relay = try replica("relay")
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: relay)
    try a.run("INSERT INTO note VALUES('2', 'x', 'y', 1)")
    _ = try b.exchangeStore.store([a.fragments()[1]])
    try b.exchange(with: relay)
    #expect(try relay.hex == a.hex)
    #expect(try b.exchange(with: relay).trips == 1)
  }

  @Test func threeReplicasInAMeshComeToOne() throws {
    let all = try ["a", "b", "c"].map(replica)
    var random = SeededGenerator(seed: 3)
    for round in 0..<30 {
      let at = Int.random(in: 0..<3, using: &random)
      let id = "\(Int.random(in: 0..<5, using: &random))"
      try all[at].run("INSERT INTO note VALUES(?, ?, NULL, 1) ON CONFLICT DO UPDATE SET a = excluded.a", [id, "\(round)"])
      if round % 7 == 0 { try all[at].run("DELETE FROM note WHERE id = ?", [id]) }
      if round % 3 == 0 { try all[at].exchange(with: all[(at + 1) % 3]) }
    }
    for _ in 0..<2 { for at in 0..<3 { try all[at].exchange(with: all[(at + 1) % 3]) } }
    #expect(try Set(all.map { try $0.hex }).count == 1)
    #expect(try Set(all.map { try $0.bits("note") }).count == 1)
    for at in 0..<3 { #expect(try all[at].exchange(with: all[(at + 1) % 3]).trips == 1) }
  }

  @Test func whatArrivesIsToldWhateverTheClockSays() throws {
    let clock = TestClock()
    let make = { try self.field.replica("b", tables: Self.tables, schema: Self.schema, clock: clock) }
    let a = try replica("a")
    var b = try make()
    clock.set(TestClock.start + 86_400_000)
    try b.run("INSERT INTO note(id) VALUES('1')")
    try a.exchange(with: b)
    // The clock was put right, and the program was started again.
    clock.set(TestClock.start)
    b = try make()
    try b.run("INSERT INTO note(id) VALUES('2')")
    let other = try make()
    try other.run("INSERT INTO note(id) VALUES('3')")
    try a.exchange(with: b)
    #expect(try a.rows("SELECT id FROM note ORDER BY id") == ["\"1\"", "\"2\"", "\"3\""])
    #expect(try a.hex == b.hex)
  }

  @Test func aClockAtTheEndOfTimeStopsNobody() throws {
    let clock = TestClock()
    clock.set(.max - 10)
    let (a, b) = (try field.replica("a", tables: Self.tables, schema: Self.schema, clock: clock), try replica("b"))
    try a.run("INSERT INTO note(id) VALUES('1')")
    try a.exchange(with: b)
    for round in 0..<3 {
      try b.run("UPDATE note SET c = ?", [round])
      try a.exchange(with: b)
      try a.run("UPDATE note SET b = ?", [round])
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT b, c FROM note") == ["\"2\"|2"])
  }
}

extension Replica {
  var holdings: VersionVector { get throws { try exchangeStore.holdings(of: TestField.scope).vector } }

  /// What a peer has said that it holds.
  func acknowledged(_ peer: String) throws -> VersionVector {
    let found = try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT s.site, a.seq FROM synckit_acknowledged a JOIN synckit_site s ON s.id = a.site \
          WHERE peer = (SELECT id FROM synckit_peer WHERE name = ?)
          """, arguments: [peer])
    }
    return VersionVector(
      found.compactMap { row in SiteID(bytes: row["site"] as Data).map { Dot(site: $0, seq: UInt64(row["seq"] as Int64)) } })
  }
}
