import SyncCore

/// The log of changesets, as their authors encoded them: what is exchanged, and what history is told from.
final class ChangeLog {
  private let connection: Connection
  private let catalog: Catalog
  private let codec: Codec

  init(_ connection: Connection, _ catalog: Catalog, _ codec: Codec) {
    self.connection = connection
    self.catalog = catalog
    self.codec = codec
  }

  /// The last changeset of a site in a scope.
  struct Head {
    let seq: UInt64
    let time: HybridTime
    let header: [UInt8]
  }

  func head(scope: UInt32, site: UInt32) throws -> Head? {
    let find = try connection.statement(
      "SELECT seq FROM synckit_log WHERE scope = ?1 AND site = ?2 ORDER BY seq DESC LIMIT 1")
    find.bind(1, scope)
    find.bind(2, site)
    guard try find.step() else { return nil }
    let seq = UInt64(find.int(0))
    find.reset()
    let read = try connection.statement("SELECT time, header FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    read.bind(1, scope)
    read.bind(2, site)
    read.bind(3, seq)
    guard try read.step() else { throw SyncKitError(.damaged, ["log": "part 0 of \(seq)"]) }
    defer { read.reset() }
    return Head(seq: seq, time: HybridTime(rawValue: UInt64(read.int(0))), header: read.blob(1))
  }

  /// The sites that have written in a scope.
  func sites(inScope scope: UInt32) throws -> [UInt32] {
    var out: [UInt32] = []
    let next = try connection.statement("SELECT min(site) FROM synckit_log WHERE scope = ?1 AND site > ?2")
    while true {
      next.bind(1, scope)
      next.bind(2, out.last.map { Int64($0) } ?? -1)
      guard try next.step(), !next.isNull(0) else { break }
      out.append(UInt32(next.int(0)))
      next.reset()
    }
    next.reset()
    return out
  }

  /// What has been applied of a scope.
  func vector(ofScope scope: UInt32) throws -> VersionVector {
    var dots: [Dot] = []
    for site in try sites(inScope: scope) { dots.append(Dot(site: try catalog.site(site), seq: try lastSeq(scope: scope, site: site))) }
    return VersionVector(dots)
  }

  func lastSeq(scope: UInt32, site: UInt32) throws -> UInt64 {
    let find = try connection.statement("SELECT max(seq) FROM synckit_log WHERE scope = ?1 AND site = ?2")
    find.bind(1, scope)
    find.bind(2, site)
    defer { find.reset() }
    return try find.step() ? UInt64(find.int(0)) : 0
  }

  /// The latest hybrid time among all that has been applied of a scope: times rise with each site's sequence.
  func latestTime(inScope scope: UInt32) throws -> HybridTime {
    var latest = HybridTime(rawValue: 0)
    let find = try connection.statement(
      "SELECT time FROM synckit_log WHERE scope = ?1 AND site = ?2 AND part = 0 ORDER BY seq DESC LIMIT 1")
    for site in try sites(inScope: scope) {
      find.bind(1, scope)
      find.bind(2, site)
      if try find.step() { latest = max(latest, HybridTime(rawValue: UInt64(find.int(0)))) }
      find.reset()
    }
    return latest
  }

  func time(scope: UInt32, dot: LocalDot) throws -> HybridTime {
    let find = try connection.statement("SELECT time FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    guard try find.step() else { throw SyncKitError(.damaged, ["log": "changeset \(dot.seq) of site \(dot.site)"]) }
    defer { find.reset() }
    return HybridTime(rawValue: UInt64(find.int(0)))
  }

  func appendPart(scope: UInt32, dot: LocalDot, part: Int, body: [UInt8]) throws {
    let put = try connection.statement("INSERT INTO synckit_log(scope, site, seq, part, body) VALUES(?1, ?2, ?3, ?4, ?5)")
    put.bind(1, scope)
    put.bind(2, dot.site)
    put.bind(3, dot.seq)
    put.bind(4, part)
    put.bind(5, blob: body)
    try put.run()
  }

  /// Writes the part that carries the header. The changeset is not whole before.
  func appendHead(
    scope: UInt32, dot: LocalDot, time: HybridTime, arrived: Int64, header: [UInt8], signature: [UInt8], body: [UInt8]
  ) throws {
    let put = try connection.statement(
      "INSERT INTO synckit_log(scope, site, seq, part, time, arrived, header, signature, body) VALUES(?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8)")
    put.bind(1, scope)
    put.bind(2, dot.site)
    put.bind(3, dot.seq)
    put.bind(4, time.rawValue)
    put.bind(5, arrived)
    put.bind(6, blob: header)
    put.bind(7, blob: signature)
    put.bind(8, blob: body)
    try put.run()
  }

  struct Entry {
    let dot: LocalDot
    let header: [UInt8]
    let signature: [UInt8]
    let arrived: Int64
  }

  func entry(scope: UInt32, dot: LocalDot) throws -> Entry? {
    let find = try connection.statement(
      "SELECT header, signature, arrived FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    guard try find.step() else { return nil }
    defer { find.reset() }
    return Entry(dot: dot, header: find.blob(0), signature: find.blob(1), arrived: find.int(2))
  }

  func header(scope: UInt32, dot: LocalDot) throws -> ChangesetHeader {
    guard let entry = try entry(scope: scope, dot: dot) else {
      throw SyncKitError(.damaged, ["log": "changeset \(dot.seq) of site \(dot.site)"])
    }
    return try ChangesetHeader(decoding: entry.header)
  }

  func body(scope: UInt32, dot: LocalDot, part: Int) throws -> [UInt8] {
    let find = try connection.statement("SELECT body FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = ?4")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    find.bind(4, part)
    guard try find.step() else { throw SyncKitError(.damaged, ["log": "part \(part) of changeset \(dot.seq)"]) }
    defer { find.reset() }
    return find.blob(0)
  }

  /// Reads a part of a changeset in the log.
  func part(scope: UInt32, dot: LocalDot, part: Int, firstIndex: Int, withValues: Bool) throws -> ChangePart {
    try decode(try body(scope: scope, dot: dot, part: part), firstIndex: firstIndex, withValues: withValues)
  }

  func decode(_ body: [UInt8], firstIndex: Int, withValues: Bool) throws -> ChangePart {
    try ChangePart(decoding: body, firstIndex: firstIndex, withValues: withValues, codec: codec) { try catalog.number(of: $0) }
  }

  /// A site's changesets after one, in order.
  func entries(scope: UInt32, site: UInt32, after seq: UInt64, limit: Int) throws -> [Entry] {
    let next = try connection.statement(
      """
      SELECT seq, header, signature, arrived FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq > ?3 AND part = 0 \
      ORDER BY seq LIMIT ?4
      """)
    next.bind(1, scope)
    next.bind(2, site)
    next.bind(3, seq)
    next.bind(4, limit)
    var out: [Entry] = []
    while try next.step() {
      out.append(
        Entry(dot: LocalDot(site: site, seq: UInt64(next.int(0))), header: next.blob(1), signature: next.blob(2), arrived: next.int(3)))
    }
    return out
  }

  /// Every changeset of a scope in the order of arrival.
  func entries(inScope scope: UInt32) throws -> [Entry] {
    let all = try connection.statement(
      "SELECT site, seq, header, signature, arrived FROM synckit_log WHERE scope = ?1 AND part = 0 ORDER BY id")
    all.bind(1, scope)
    var out: [Entry] = []
    while try all.step() {
      out.append(
        Entry(
          dot: LocalDot(site: UInt32(all.int(0)), seq: UInt64(all.int(1))), header: all.blob(2), signature: all.blob(3), arrived: all.int(4)
        ))
    }
    return out
  }
}

/// Finds rows that changes name by the changeset that first carried their keys.
///
/// Decodes each changeset's keys once and keeps them for the transaction: a batch of edits nearly always names rows of few changesets.
final class NameResolver {
  /// The rows of one changeset: the key of each that is named by value, and which table the rows up to a place are of.
  private struct Names {
    var keys: [[UInt8]?] = []
    var tables: [(end: Int, name: String)] = []
  }

  private let log: ChangeLog
  private var known: [LocalDot: Names] = [:]
  private var scope: UInt32?
  /// The changeset that was asked for last: neighbours are nearly always of one.
  private var last: (dot: LocalDot, names: Names)?

  init(_ log: ChangeLog) { self.log = log }

  /// Forgets what was decoded: after a transaction, or to give memory back.
  func forget() {
    known.removeAll()
    last = nil
  }

  func key(_ name: RowState.Name, of table: String, scope: UInt32) throws -> [UInt8] {
    if self.scope != scope {
      forget()
      self.scope = scope
    }
    if last?.dot != name.dot {
      let all = try known[name.dot] ?? read(name.dot, scope)
      known[name.dot] = all
      last = (name.dot, all)
    }
    let at = Int(name.index)
    guard let all = last?.names, at < all.keys.count, let key = all.keys[at], all.tables.first(where: { at < $0.end })?.name == table else {
      throw SyncCoreError(.malformed, "a row's name that names nothing")
    }
    return key
  }

  private func read(_ dot: LocalDot, _ scope: UInt32) throws -> Names {
    guard let entry = try log.entry(scope: scope, dot: dot) else { throw SyncCoreError(.malformed, "a row's name of an unknown changeset") }
    let header = try ChangesetHeader(decoding: entry.header)
    var out = Names()
    for number in header.parts.indices {
      let part = try log.part(scope: scope, dot: dot, part: number, firstIndex: out.keys.count, withValues: false)
      for group in part.groups {
        if out.tables.last?.name == group.table { out.tables.removeLast() }
        out.tables.append((out.keys.count + group.rowCount, group.table))
        guard case .values(_, let columns) = group.keys else {
          out.keys.append(contentsOf: repeatElement(nil, count: group.rowCount))
          continue
        }
        for row in 0..<group.rowCount {
          var key: [UInt8] = []
          key.reserveCapacity(20)
          for column in columns { KeyCode.append(column, row: row, to: &key) }
          out.keys.append(key)
        }
      }
    }
    return out
  }
}
