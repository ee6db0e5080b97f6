import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// A replica that answers in small batches, so that little data makes many messages.
private struct SparingStore: ExchangeStore {
  var isRelay: Bool { store.isRelay }
  let store: ReplicaExchangeStore
  let batchBytes: Int

  var epoch: [UInt8] { get throws { try store.epoch } }
  func token() throws -> [UInt8] { try store.token() }
  func changedScopes(since token: [UInt8]) throws -> [ScopeID] { try store.changedScopes(since: token) }
  func holdings(of scope: ScopeID) throws -> Holdings { try store.holdings(of: scope) }
  func load(beyond wants: [ScopeHoldings], budget: Int) throws -> (fragments: [Fragment], hasMore: Bool) {
    try store.load(beyond: wants, budget: batchBytes)
  }
  func store(_ fragments: [Fragment]) throws -> (held: [ScopeHoldings], refused: [Refusal]) { try store.store(fragments) }
}

/// A way that lets each message through once it has cut it at one offset, in each direction.
private final class CuttingTransport: ExchangeTransport {
  private let way: LocalTransport<SparingStore>
  private let offset: Int
  private var cut: Set<[UInt8]> = []
  /// How many times something was cut, and how long the longest message was.
  private(set) var cuts = 0
  private(set) var longest = 0
  /// The different messages that arrived, by where they went.
  private(set) var arrived: [String: Set<[UInt8]>] = [:]

  init(_ store: SparingStore, at offset: Int) {
    way = LocalTransport(store)
    self.offset = offset
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    // A greeting is answered otherwise once anything has arrived: it is cut once in each direction.
    let name = path == "/v1/hello" ? Array(path.utf8) : body
    if isCut(body, [0] + name) {
      // What arrives of it is not taken for a message.
      _ = try way.roundTrip(path: path, body: Array(body.prefix(offset)))
      throw TransportError(.cutShort)
    }
    let answer = try way.roundTrip(path: path, body: body)
    arrived[path, default: []].insert(body)
    return isCut(answer, [1] + name) ? Array(answer.prefix(offset)) : answer
  }

  private func isCut(_ message: [UInt8], _ name: [UInt8]) -> Bool {
    longest = max(longest, message.count)
    guard offset < message.count, cut.insert(name).inserted else { return false }
    cuts += 1
    return true
  }
}

/// Changesets of one site in two parts each, however small: otherwise it takes megabytes to fill a part.
private struct PartsAuthor {
  private let replica: Replica
  private var taken = VersionVector()
  private var seq: UInt64 = 0
  private var previous: [UInt8] = []

  init(_ replica: Replica) { self.replica = replica }

  mutating func write(_ id: Int) throws -> Fragment {
    for part in 0..<2 { try replica.run("INSERT INTO note(id, c) VALUES(?, 1)", ["\(id) \(part) \(replica.configuration.author)"]) }
    let whole = try replica.fragments(beyond: taken)
    let headers = try whole.map { try ChangesetHeader(decoding: $0.header) }
    for header in headers { taken.insert(header.dot) }
    seq += 1
    let old = headers[1]
    let header = ChangesetHeader(
      scope: old.scope, dot: Dot(site: old.dot.site, seq: seq), time: old.time, wallClock: old.wallClock, author: old.author,
      transaction: old.transaction, schema: old.schema, certificate: [], previous: previous, needs: VersionVector(), note: "",
      parts: headers.flatMap(\.parts)
    ).encoded
    previous = Codec.standard.digest(header)
    return Fragment(header: header, signature: [], firstPart: 0, parts: whole.flatMap(\.parts))
  }
}

@Suite struct ExchangeCutTests {
  private static let tables: [SyncedTable] = [.fixed("note"), .fixed("tally", ["n": .counter])]
  private static let schema = TestField.schema + ["CREATE TABLE tally(id TEXT PRIMARY KEY NOT NULL, n INTEGER NOT NULL)"]
  private static let batchBytes = 200
  private let field: TestField

  init() throws { field = try TestField() }

  private func replica(_ name: String) throws -> Replica { try field.replica(name, tables: Self.tables, schema: Self.schema) }

  /// Every offset of every message of an exchange with pushes, pulls and changesets in parts: each cut is followed by a new exchange
  /// over the same stores, which is cut in the message after that, until one goes through. Even and odd offsets side by side.
  @Test(arguments: [0, 1])
  func anExchangeCutAtEveryByteOfEveryMessageIsTakenUp(first: Int) throws {
    let (a, b) = (try replica("a"), try replica("b"))
    var (c, d) = (PartsAuthor(try replica("c")), PartsAuthor(try replica("d")))
    let answering = SparingStore(store: b.exchangeStore, batchBytes: Self.batchBytes)
    try a.run("INSERT INTO tally VALUES('t', 0)")
    try a.exchange(with: b)
    var (offset, longest, cuts, rounds) = (first, Int.max, 0, 0)
    while offset < longest {
      for (replica, fragment) in [(a, try c.write(offset)), (b, try d.write(offset))] { _ = try replica.exchangeStore.store([fragment]) }
      try (rounds % 2 == 0 ? a : b).run("UPDATE tally SET n = n + 1")
      let way = CuttingTransport(answering, at: offset)
      var ended: ExchangeSummary?
      while ended == nil {
        let before = way.cuts
        do { ended = try a.sync(with: way, peer: "b", batchBytes: Self.batchBytes) } catch {
          #expect(way.cuts == before + 1, "an exchange that fails of itself at \(offset): \(error)")
          guard way.cuts == before + 1 else { return }
        }
      }
      #expect(try a.sync(with: LocalTransport(answering), peer: "b").trips == 1, "at \(offset)")
      try expectSettled(a, b, rounds: rounds + 1, compares: rounds % 16 == 0)
      for path in ["/v1/push", "/v1/pull"] { #expect((2...3).contains(way.arrived[path]?.count ?? 0)) }
      longest = way.longest
      cuts += way.cuts
      offset += 2
      rounds += 1
    }
    #expect(cuts > 1000, "\(cuts) cuts")
    try expectSettled(a, b, rounds: rounds, compares: true)
  }

  /// What each round wrote is there once: a row for each part, and one step of the counter, of either side in turn.
  private func expectSettled(_ a: Replica, _ b: Replica, rounds: Int, compares: Bool) throws {
    for replica in [a, b] {
      let found = try replica.rows(
        """
        SELECT n, (SELECT count(*) FROM note), (SELECT count(*) FROM synckit_log), (SELECT count(*) FROM synckit_waiting) FROM tally
        """)
      #expect(found == ["\(rounds)|\(4 * rounds)|\(5 * rounds + 1)|0"], "round \(rounds)")
    }
    guard compares else { return }
    #expect(try a.hex == b.hex)
    #expect(try a.bits("note") == b.bits("note"))
  }
}
