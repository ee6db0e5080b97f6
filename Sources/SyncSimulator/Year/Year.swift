import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay

/// A year of laptops, an office and a relay, for how large their files become.
///
/// Each laptop has a case of its own, answered on the first day, and edits some answers every day, one of a colleague's case among them; each
/// fifth day it adds one. Every twentieth laptop is away for 140 days, longer than its lease, and goes on writing. Each evening everybody
/// exchanges; each week the office settles what is open and, unless everything is to be kept, has left out what has no effect any more.
public final class Year {
  private struct Laptop {
    let replica: Replica
    let access: RelayAccess
    let isAwayForLong: Bool
  }

  /// How large the files are, in bytes in use.
  public struct Sizes: Sendable {
    public let day: Int
    /// The mean of the laptops.
    public let laptop: Int
    public let office: Int
    public let relay: Int
  }

  private static let day: Int64 = 86_400_000
  private static let away = 60..<200
  private static let answers = 60

  private let folder: String
  private let clock = SimulatedClock()
  private let relay: Relay
  private let relayPath: String
  private let office: Replica
  private var laptops: [Laptop] = []
  private let scopes: [ScopeID]
  private var random: SeededGenerator
  private let keepsAll: Bool
  /// How many changesets were written.
  public private(set) var changesets = 0
  /// How many were left out.
  public private(set) var omitted = 0
  public private(set) var sizes: [Sizes] = []

  /// - Parameter keepsAll: whether nothing is left out, to compare.
  public init(laptops count: Int, keepsAll: Bool, seed: Int) throws {
    folder = try World.makeFolder()
    self.keepsAll = keepsAll
    random = SeededGenerator(seed: seed)
    let (clock, chance) = (clock, SimulatedChance(seed: seed))
    relayPath = "\(folder)/relay.sqlite"
    relay = try Relay(path: relayPath, codec: .standard, clock: { clock.now() }, random: { chance.bytes($0) })
    scopes = (0..<count).map { ScopeID("case-\($0)") ?? FieldTable.officeScope }
    office = try Self.replica("\(folder)/office.sqlite", "office", clock, chance)
    for number in 0..<count {
      let replica = try Self.replica("\(folder)/laptop\(number).sqlite", "user\(number)", clock, chance)
      let grants = [number, (number + count - 1) % count].map { GrantedScope.one(scopes[$0]) }
      let code = try relay.createCode(user: "user\(number)", name: "user\(number)", role: "specialist", grants: grants)
      let enrolment = try relay.enrol(code: code, device: DeviceID(of: replica.site), label: "laptop")
      guard let principal = try relay.authenticate(enrolment.token) else { throw WorldError("an enrolled device is unknown") }
      laptops.append(Laptop(replica: replica, access: RelayAccess(relay, principal), isAwayForLong: number % 20 == 7))
      tokens.append(enrolment.token)
    }
  }

  /// By these the relay sees who is in contact.
  private var tokens: [String] = []

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func replica(_ path: String, _ author: String, _ clock: SimulatedClock, _ chance: SimulatedChance) throws -> Replica {
    let table = SyncedTable("answer", scope: .column("scope"))
    var configuration = ReplicaConfiguration(
      tables: [table], author: author, clock: { clock.now() }, random: { chance.bytes($0) }, fileSystem: FileSystemProbe { _ in nil })
    configuration.isDurable = false
    return try Replica(path: path, configuration: configuration) { migrator in
      migrator.registerMigration("answers") { db in
        try db.execute(
          sql: """
            CREATE TABLE answer(scope TEXT NOT NULL, question INTEGER NOT NULL, value TEXT, note TEXT, PRIMARY KEY(scope, question))
            """)
      }
    }
  }

  /// Lives through so many days.
  /// - Parameter told: called after each thirtieth day.
  public func live(days: Int, told: (Sizes) -> Void) throws {
    for today in 0..<days {
      clock.pass(Self.day)
      for number in laptops.indices { try work(number, today) }
      for (number, laptop) in laptops.enumerated() where !(laptop.isAwayForLong && Self.away.contains(today)) {
        _ = try relay.authenticate(tokens[number])
        _ = try laptop.replica.sync(with: LocalTransport(laptop.access), peer: "relay")
      }
      _ = try office.sync(with: LocalTransport(relay.officeAccess()), peer: "relay")
      if today % 7 == 6 { try week() }
      if today % 30 == 29 || today == days - 1 {
        let now = try measure(today + 1)
        sizes.append(now)
        told(now)
      }
    }
  }

  private func work(_ number: Int, _ today: Int) throws {
    let own = scopes[number].name
    func write(_ scope: String, _ question: Int) throws {
      let text = "于现场核对第 \(question) 项,第 \(today) 天"
      let value = ["A", "B", "C", "D", "E"][random.number(0...4)]
      try laptops[number].replica.write { db in
        try db.execute(
          sql: """
            INSERT INTO answer VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, note = excluded.note
            """, arguments: [scope, question, value, text])
      }
      changesets += 1
    }
    if today == 0 {
      try laptops[number].replica.write { db in
        for question in 0..<Self.answers {
          try db.execute(sql: "INSERT INTO answer VALUES(?, ?, 'A', '初次填写')", arguments: [own, question])
        }
      }
      changesets += 1
    }
    for _ in 0..<4 { try write(own, random.number(0...Self.answers - 1)) }
    // Answered once the colleague's case has come.
    if today > 1 { try write(scopes[(number + laptops.count - 1) % laptops.count].name, random.number(0...Self.answers - 1)) }
    if today % 5 == 4 { try write(own, 1000 + today) }
  }

  /// What the office does each week.
  private func week() throws {
    let open = try office.conflicts()
    if !open.isEmpty {
      let decisions = open.compactMap { conflict in conflict.candidates.last.map { Settlement(conflict, value: $0.value) } }
      try office.settle(decisions, reason: "每周裁定")
      _ = try office.sync(with: LocalTransport(relay.officeAccess()), peer: "relay")
    }
    if keepsAll { return }
    for held in try relay.acknowledgedByAll() {
      let all = try relay.officeAccess().holdings(of: held.scope)
      omitted += try relay.leaveOut(office.compact(held.scope, acknowledged: held.holdings.vector, held: all))
    }
  }

  private func measure(_ day: Int) throws -> Sizes {
    func used(_ db: Database) throws -> Int {
      let numbers = try ["page_count", "freelist_count", "page_size"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") ?? 0 }
      return (numbers[0] - numbers[1]) * numbers[2]
    }
    let all = try laptops.reduce(0) { try $0 + $1.replica.read(used) }
    return Sizes(
      day: day, laptop: all / laptops.count, office: try office.read(used), relay: try DatabaseQueue(path: relayPath).read(used))
  }

  /// Everybody exchanges until all is everywhere; then each must hold what the office holds, and a newcomer too.
  /// - Returns: what is not as it must be.
  public func disagreements() throws -> [String] {
    for _ in 0..<2 {
      for laptop in laptops { _ = try laptop.replica.sync(with: LocalTransport(laptop.access), peer: "relay") }
      _ = try office.sync(with: LocalTransport(relay.officeAccess()), peer: "relay")
    }
    let newcomer = try Self.replica("\(folder)/newcomer.sqlite", "office", clock, SimulatedChance(seed: 1))
    _ = try newcomer.sync(with: LocalTransport(relay.officeAccess()), peer: "relay")
    var out: [String] = []
    for (number, scope) in scopes.enumerated() {
      let hex = try office.digest(of: scope).hex
      let holders = [number, (number + 1) % scopes.count].map { laptops[$0].replica } + [newcomer]
      for (place, holder) in holders.enumerated() where try holder.digest(of: scope).hex != hex {
        out.append("\(scope) at holder \(place)")
      }
    }
    return out
  }
}
