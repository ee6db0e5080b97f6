import SyncCore
import SyncKit
import Synchronization
import Testing

@testable import SyncRelay

/// What a first hello asks: how far every scope there is has come.
@Suite("Of many scopes", .bothStores, .namingStore)
struct HoldingsTests {
  /// A store's transaction that counts what is asked of it.
  private final class Counting: StoreTransaction {
    let db: any StoreTransaction
    var statements = 0

    init(_ db: any StoreTransaction) { self.db = db }

    var forUpdate: String { db.forUpdate }

    func rows(_ sql: String, _ values: [any StoreBindable]) throws -> [StoreRow] {
      statements += 1
      return try db.rows(sql, values)
    }

    func execute(_ sql: String, _ values: [any StoreBindable]) throws -> Int {
      statements += 1
      return try db.execute(sql, values)
    }

    func insert(into table: String, _ columns: [String], _ rows: [[any StoreBindable]]) throws {
      statements += 1
      try db.insert(into: table, columns, rows)
    }
  }

  private static let count = 1000
  private let world: TestRelay
  private let device: TestDevice
  private let scopes: [ScopeID]

  init() throws {
    world = try TestRelay()
    scopes = try (0..<Self.count).map { try #require(ScopeID("case/\($0)")) }
    device = try world.device(1, user: "li", grants: [.all])
    var written: [Fragment] = []
    for scope in scopes {
      var author = device.author(in: scope)
      written += author.write(count: 1)
    }
    _ = try device.access().store(written)
  }

  @Test("it is asked in a few statements, not in some for each")
  func fewStatements() throws {
    let principal = try #require(try world.relay.authenticate(device.token))
    let (held, statements) = try world.read { db in
      let counting = Counting(db)
      let allowed = try Grant.allowed(principal, of: scopes, now: world.now, in: counting)
      return (try LogReader(counting).holdings(of: allowed), counting.statements)
    }
    #expect(held.count == Self.count && statements <= Self.count / 25, "\(statements)")
  }

  @Test("each is told as if it alone were asked about: with what came in part, and nothing of what nobody knows or may not know")
  func alike() throws {
    let reader = try world.device(2, user: "wang", grants: [.one(scopes[0]), .one(scopes[1]), .one(scopes[2])])
    var second = reader.author(in: scopes[1])
    var third = reader.author(in: scopes[2])
    let large = third.write([noise(40), noise(50)])
    #expect(try reader.access().store(second.write(count: 3) + [large.some(0..<1)]).refused.isEmpty)
    let unknown = ScopeID(literal: "case/unknown")
    let everything = ScopeID(literal: "*")
    let asked = [unknown, scopes[2], scopes[1], scopes[0], scopes[0], scopes[3], everything]
    let answers = try reader.access().holdings(of: asked)
    #expect(answers.map(\.scope) == asked)
    for answer in answers { #expect(try answer.holdings == reader.access().holdings(of: answer.scope)) }
    #expect(answers[2].holdings.vector == VersionVector([Dot(site: device.site, seq: 1), Dot(site: reader.site, seq: 3)]))
    #expect(answers[2].holdings.ends.count == 2)
    #expect(answers[1].holdings.partial == [.init(dot: large.dot, parts: 1)])
    for index in [0, 5, 6] { #expect(answers[index].holdings == Holdings()) }
    #expect(try device.access().holdings(of: [scopes[3], everything]).map(\.holdings.vector.isEmpty) == [false, true])
  }
}
