import Crypto
public import SyncCore

/// What a scope amounts to on one replica: equal knowledge gives equal digests, on every replica.
public struct ScopeDigest: Sendable, Hashable {
  public let scope: ScopeID
  /// SHA-256 over the scope's canonical form (docs/storage-format.md §6), in hexadecimal.
  public let hex: String
  /// How many rows are visible.
  public let rows: Int
  /// What has been applied.
  public let holdings: VersionVector
  /// How many cells and rows wait for a decision.
  public let conflicts: Int
}

extension Replica {
  /// The scopes that this replica holds something of.
  public func scopes() throws -> [ScopeID] {
    try look { snapshot in
      try snapshot.catalog.allScopes().filter { try !snapshot.log.sites(inScope: $0.number).isEmpty }.map(\.scope)
    }
  }

  /// The digest of a scope: of its rows with their values, candidates, contexts and deletions, in one order for all.
  ///
  /// Values that equal a column's default are left out, so that replicas of different schema versions can be compared.
  public func digest(of scope: ScopeID) throws -> ScopeDigest {
    try look { snapshot in
      guard let number = try snapshot.catalog.known(scope) else { throw SyncKitError(.notFound, ["scope": scope.name]) }
      return try CanonicalForm(snapshot, scope, number).digest()
    }
  }
}

/// A scope written out so that two replicas with the same knowledge write the same bytes.
private struct CanonicalForm {
  private let snapshot: Snapshot
  private let scope: ScopeID
  private let number: UInt32

  init(_ snapshot: Snapshot, _ scope: ScopeID, _ number: UInt32) {
    self.snapshot = snapshot
    self.scope = scope
    self.number = number
  }

  func digest() throws -> ScopeDigest {
    var hash = SHA256()
    var visible = 0
    let tables = try snapshot.rows.tables(inScope: number).map { ($0, try snapshot.catalog.table($0)) }.sorted { $0.1 < $1.1 }
    for (table, name) in tables {
      let shape = snapshot.tables.first { $0.number == table }
      let defaults = try shape.map(defaults) ?? [:]
      try snapshot.rows.forEach(scope: number, table: table) { key, state in
        if state.isVisible { visible += 1 }
        var out = ByteWriter(reserving: 256)
        out.write(string: name.utf8)
        out.write(string: key)
        for dots in [state.context, state.alive, state.dead] { try write(dots, to: &out) }
        let values = state.isVisible ? try values(table, shape, key) : [:]
        for (column, value) in values.sorted(by: { $0.key < $1.key }) {
          try write(column, value, defaults[column] ?? .null, state, table, shape, key, to: &out)
        }
        hash.update(data: out.bytes)
      }
    }
    return ScopeDigest(
      scope: scope, hex: hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(), rows: visible,
      holdings: try snapshot.log.vector(ofScope: number), conflicts: try snapshot.openCells(in: number).count)
  }

  private func defaults(_ shape: TableShape) throws -> [String: Value] {
    var out: [String: Value] = [:]
    for column in shape.columns {
      guard let sql = column.defaultSQL else { continue }
      let ask = try snapshot.connection.statement("SELECT (\(sql))")
      if try ask.step() { out[column.name] = ask.value(0) }
      ask.reset()
    }
    return out
  }

  /// The row's values that are not of its key: those displayed, and those kept aside.
  private func values(_ table: UInt32, _ shape: TableShape?, _ key: [UInt8]) throws -> [String: Value] {
    var out = try shape.flatMap { try snapshot.displayed($0, key, in: number) } ?? [:]
    for column in shape?.key ?? [] { out[column.name] = nil }
    return out.merging(try snapshot.keptAside(table, key, in: number)) { shown, _ in shown }
  }

  private func write(
    _ column: String, _ value: Value, _ standard: Value, _ state: RowState, _ table: UInt32, _ shape: TableShape?, _ key: [UInt8],
    to out: inout ByteWriter
  ) throws {
    let id = try snapshot.catalog.number(ofColumn: column, in: table)
    let dots = state.dots(of: id)
    if dots.count == 1, value == standard { return }
    out.write(string: column.utf8)
    let isCounter = shape?.place(ofColumn: id).map { shape?.columns[$0].policy == .counter } ?? false
    if !isCounter { try write(dots, to: &out) }
    KeyCode.append(value, to: &out)
    guard dots.count > 1 else { return }
    let all = try snapshot.candidates.values(scope: number, table: table, key: key, column: id)
      .map { (dot: try snapshot.dots([$0.dot])[0], value: $0.value) }.sorted { $0.dot < $1.dot }
    for candidate in all { KeyCode.append(candidate.value, to: &out) }
  }

  private func write(_ dots: [LocalDot], to out: inout ByteWriter) throws {
    out.write(varint: UInt64(dots.count))
    for dot in try snapshot.dots(dots) {
      out.write(bytes: dot.site.bytes)
      out.write(varint: dot.seq)
    }
  }
}

extension KeyCode {
  static func append(_ value: Value, to out: inout ByteWriter) {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    out.write(bytes: bytes)
  }
}
