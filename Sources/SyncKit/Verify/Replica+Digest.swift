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
    try look { try $0.digest(of: scope) }
  }
}

extension Snapshot {
  func digest(of scope: ScopeID) throws -> ScopeDigest {
    guard let number = try catalog.known(scope) else { throw SyncKitError(.notFound, ["scope": scope.name]) }
    return try CanonicalForm(self, scope, number).digest()
  }
}

/// A scope written out so that two replicas with the same knowledge write the same bytes.
private struct CanonicalForm {
  let snapshot: Snapshot
  let scope: ScopeID
  let number: UInt32

  init(_ snapshot: Snapshot, _ scope: ScopeID, _ number: UInt32) {
    self.snapshot = snapshot
    self.scope = scope
    self.number = number
  }

  func digest() throws -> ScopeDigest {
    var hash = SHA256()
    var visible = 0
    var out = ByteWriter(reserving: 512)
    let tables = try snapshot.rows.tables(inScope: number).map { ($0, try snapshot.catalog.table($0)) }.sorted { $0.1 < $1.1 }
    for (table, name) in tables {
      let shape = snapshot.tables.first { $0.number == table }
      let defaults = try shape.map(defaults) ?? [:]
      let shown = try shape.flatMap { try ShownRows($0, defaults, self) }
      try snapshot.rows.forEach(scope: number, table: table) { key, state in
        out.removeAll(keepingCapacity: true)
        out.write(string: name.utf8)
        out.write(string: key)
        for dots in [state.context, state.alive, state.dead] { try write(dots, to: &out) }
        if state.isVisible {
          visible += 1
          if try shown?.write(key, state, to: &out) != true { try writeCollected(table, shape, key, state, defaults, to: &out) }
        }
        out.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
      }
    }
    return ScopeDigest(
      scope: scope, hex: Hex.text(hash.finalize()), rows: visible,
      holdings: try snapshot.log.vector(ofScope: number), conflicts: try snapshot.openCells(in: number).count)
  }

  /// Writes a visible row's values, wherever they are.
  private func writeCollected(
    _ table: UInt32, _ shape: TableShape?, _ key: [UInt8], _ state: RowState, _ defaults: [String: Value], to out: inout ByteWriter
  ) throws {
    for (column, value) in try values(table, shape, key).sorted(by: { $0.key < $1.key }) {
      let id = try snapshot.catalog.number(ofColumn: column, in: table)
      let dots = state.dots(of: id)
      if dots.count == 1, value == defaults[column] ?? .null { continue }
      out.write(string: column.utf8)
      let isCounter = shape?.place(ofColumn: id).map { shape?.columns[$0].policy == .counter } ?? false
      if !isCounter { try write(dots, to: &out) }
      KeyCode.append(value, to: &out)
      try writeCandidates(dots, id, table, key, to: &out)
    }
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

  func writeCandidates(_ dots: [LocalDot], _ column: UInt32, _ table: UInt32, _ key: [UInt8], to out: inout ByteWriter) throws {
    guard dots.count > 1 else { return }
    let all = try snapshot.candidates.values(scope: number, table: table, key: key, column: column)
      .map { (dot: try snapshot.dots([$0.dot])[0], value: $0.value) }.sorted { $0.dot < $1.dot }
    for candidate in all { KeyCode.append(candidate.value, to: &out) }
  }

  func write(_ dots: [LocalDot], to out: inout ByteWriter) throws {
    out.write(varint: UInt64(dots.count))
    for dot in dots.count == 1 ? [Dot(site: try snapshot.catalog.site(dots[0].site), seq: dots[0].seq)] : try snapshot.dots(dots) {
      out.write(bytes: dot.site.bytes)
      out.write(varint: dot.seq)
    }
  }
}

/// Writes rows as they stand in a user's table, for nearly all of them the whole of their values: from the statement, in the order of
/// the columns' names.
private struct ShownRows {
  private struct Shown {
    let name: String
    let number: UInt32
    /// The place in the statement's row.
    let at: Int32
    let standard: Value
    let isCounter: Bool
  }

  private let form: CanonicalForm
  private let shape: TableShape
  private let columns: [Shown]
  private let read: Statement

  /// Nil where values of the table's rows are kept aside, so that a row may not be all there is.
  init?(_ shape: TableShape, _ defaults: [String: Value], _ form: CanonicalForm) throws {
    if case .fixed(let fixed) = shape.declaration.scope, fixed != form.scope { return nil }
    let aside = try form.snapshot.connection.statement("SELECT 1 FROM synckit_aside WHERE scope = ?1 AND tab = ?2 LIMIT 1")
    aside.bind(1, form.number)
    aside.bind(2, shape.number)
    defer { aside.reset() }
    if try aside.step() { return nil }
    self.form = form
    self.shape = shape
    columns = shape.columns.indices.map { at in
      let column = shape.columns[at]
      return Shown(
        name: column.name, number: shape.columnNumbers[at], at: Int32(shape.key.count + at), standard: defaults[column.name] ?? .null,
        isCounter: column.policy == .counter)
    }.sorted { $0.name < $1.name }
    read = try form.snapshot.connection.statement(
      "SELECT \(shape.allList) FROM \(shape.quoted) WHERE \(shape.rowCondition(from: 1))")
  }

  /// - Returns: whether the row is there.
  func write(_ key: [UInt8], _ state: RowState, to out: inout ByteWriter) throws -> Bool {
    read.reset()
    try shape.bind(RowPlace(scope: form.number, table: shape.number, key: key), to: read, from: 1, form.snapshot.catalog)
    guard try read.step() else { return false }
    defer { read.reset() }
    var value: [UInt8] = []
    for column in columns {
      let dots = state.dots(of: column.number)
      if dots.count == 1, column.standard == .null ? read.isNull(column.at) : read.value(column.at) == column.standard { continue }
      out.write(string: column.name.utf8)
      if !column.isCounter { try form.write(dots, to: &out) }
      value.removeAll(keepingCapacity: true)
      KeyCode.append(read, column: column.at, to: &value)
      out.write(bytes: value)
      try form.writeCandidates(dots, column.number, shape.number, key, to: &out)
    }
    return true
  }
}

extension KeyCode {
  static func append(_ value: Value, to out: inout ByteWriter) {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    out.write(bytes: bytes)
  }
}
