import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncSimulator
import Testing

/// One replica of a random history, with what has come to it.
final class HistorySite {
  let replica: Replica
  let clock: TestClock
  /// Changesets that are here, applied or waiting.
  var held: Set<Dot> = []
  /// What must be applied here, by the oracle.
  var applied = VersionVector()

  init(_ replica: Replica, _ clock: TestClock) {
    self.replica = replica
    self.clock = clock
  }
}

/// A random history of one scope on real replicas, with the oracle that knows what everybody was shown.
final class MergeHistory {
  static let columns = ["a", "b", "c"]
  /// One table with rowids and the scope in a column, one without rowids and the scope in its key.
  static let tables = [SyncedTable("note", scope: .column("scope")), SyncedTable("memo", scope: .column("scope"))]
  static let schema = [
    "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, a, b, c)",
    "CREATE TABLE memo(a, id TEXT, b, scope TEXT, c, PRIMARY KEY(scope, id)) WITHOUT ROWID",
  ]

  /// What an author saw of a row.
  struct Sight {
    let row: String
    let token: ReadToken?
    let read: VersionVector
    let isVisible: Bool
    let values: [String: Value]
    let shown: [String: Set<Dot>]
  }

  private(set) var random: SeededGenerator
  let sites: [HistorySite]
  let scope: ScopeID
  let table: String
  private let key: String
  private(set) var oracle = MergeOracle()
  private var log: [Dot: Fragment] = [:]
  private(set) var failures: [String] = []
  private var step = 0

  init(seed: Int, sites: [HistorySite]) throws {
    random = SeededGenerator(seed: seed)
    self.sites = sites
    scope = try #require(ScopeID("seed-\(seed)"))
    table = seed % 2 == 0 ? "note" : "memo"
    key = "\(seed)/"
    for site in sites {
      (site.held, site.applied) = ([], VersionVector())
      site.clock.set(TestClock.start)
    }
  }

  var rows: [String] { (0..<3).map { "\(key)\($0)" } }

  func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { failures.append("step \(step): \(message())") }
  }

  func reference(_ row: String) -> RowReference {
    RowReference(scope: scope, table: table, key: table == "note" ? [.text(row)] : [.text(scope.name), .text(row)])
  }

  /// Notes that changesets are at a site now, and checks that it has applied what it may and nothing else.
  private func arrived(_ dots: [Dot], _ site: HistorySite) throws {
    site.held.formUnion(dots)
    site.applied = oracle.applicable(site.held)
    let vector = try site.replica.exchangeStore.holdings(of: scope).vector
    expect(vector == site.applied, "applied \(vector.entries), expected \(site.applied.entries)")
  }

  func displayed(_ site: HistorySite, _ row: String) throws -> [String: Value]? {
    try site.replica.read { db in
      let found = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT a, b, c FROM \(table) WHERE id = ? AND scope = ?"), arguments: [row, scope.name])
      return found.map { found in Dictionary(uniqueKeysWithValues: Self.columns.map { ($0, Value(found[$0] as DatabaseValue)) }) }
    }
  }

  /// Looks at a row as an author does, and checks that what is displayed is what the oracle would display.
  func look(_ site: HistorySite, _ row: String, keeping: Bool) throws -> Sight {
    let applied = site.applied
    let values = try displayed(site, row)
    let isVisible = oracle.isVisible(row, applied: applied)
    expect((values != nil) == isVisible, "\(row) is \(isVisible ? "hidden" : "shown") at \(site.replica.site)")
    var shown: [String: Set<Dot>] = [:]
    for column in Self.columns {
      let all = oracle.candidates(row, column, applied: applied)
      let value = all.first?.value ?? .null
      if let values { expect(values[column] == value, "\(row).\(column) displays \(String(describing: values[column])), not \(value)") }
      shown[column] = Set(all.filter { $0.value == value }.map(\.dot))
    }
    let existence = oracle.candidates(row, MergeOracle.existence, applied: applied)
    shown[MergeOracle.existence] = Set(existence.filter { $0.value == .integer(values == nil ? 0 : 1) }.map(\.dot))
    var token = keeping ? try site.replica.readToken(for: [reference(row)]) : nil
    if let text = token?.text, random.chance(0.3) { token = try ReadToken(text: text) }
    return Sight(
      row: row, token: token, read: oracle.read(row, applied: applied), isVisible: values != nil, values: values ?? [:], shown: shown)
  }

  /// Takes what a site has just written into the history.
  func note(_ site: HistorySite, _ make: (Dot, HybridTime) -> [MergeOracle.Write]) throws {
    let new = try site.replica.fragments(of: scope, beyond: site.applied)
    expect(new.count <= 1, "\(new.count) changesets for one transaction")
    guard let fragment = new.first else {
      return expect(make(Dot(site: site.replica.site, seq: 1), HybridTime(rawValue: 0)).isEmpty, "nothing was captured")
    }
    let header = try ChangesetHeader(decoding: fragment.header)
    let writes = make(header.dot, header.time)
    expect(!writes.isEmpty, "a changeset for nothing")
    oracle.add(writes, as: header.dot)
    log[header.dot] = fragment
    site.held.insert(header.dot)
    site.applied.insert(header.dot)
  }

  func advance(_ site: HistorySite) {
    step += 1
    if random.chance(0.1) { site.clock.set(TestClock.start + Int64.random(in: -50_000_000...50_000_000, using: &random)) }
  }

  /// Hands some of one site's changesets on, in any order and with gaps.
  func deliver(from: HistorySite, to: HistorySite) throws {
    guard let author = sites.randomElement(using: &random)?.replica.site else { return }
    let known = from.held.filter { $0.site == author }.sorted()
    guard from !== to, let first = known.indices.randomElement(using: &random) else { return }
    let batch = known[first...].prefix(Int.random(in: 1...6, using: &random)).shuffled(using: &random)
    try give(Array(batch), to)
  }

  func give(_ dots: [Dot], _ site: HistorySite) throws {
    let (_, refused) = try site.replica.exchangeStore.store(dots.compactMap { log[$0] })
    expect(refused.isEmpty, "refused \(refused)")
    try arrived(dots, site)
  }

  func giveAll() throws {
    for site in sites { try give(log.keys.sorted().shuffled(using: &random), site) }
  }

  func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }
  func chance(_ share: Double) -> Bool { random.chance(share) }
  func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  func value() -> Value { chance(0.1) ? .null : .integer(Int64(number(0...3))) }
  func someColumns() -> [String] { Array(Self.columns.shuffled(using: &random).prefix(number(1...3))) }
}

extension Value {
  init(_ stored: DatabaseValue) {
    switch stored.storage {
    case .null: self = .null
    case .int64(let n): self = .integer(n)
    case .double(let x): self = .real(x)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob(Array(data))
    }
  }

  var stored: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let n): n.databaseValue
    case .real(let x): x.databaseValue
    case .text(let bytes): String(decoding: bytes, as: UTF8.self).databaseValue
    case .blob(let bytes): Data(bytes).databaseValue
    }
  }
}
