import CSQLite
import SyncCore

extension Engine {
  /// The largest value that may be synced: with its neighbours it must fit a part.
  static let valueBytes = 8 << 20

  /// Writes what the transaction has changed into the log and the rows' states. Called by SQLite within COMMIT.
  func flush() throws {
    guard dirty.contains(where: { !$0.isEmpty }) else { return }
    readClock()
    let flush = Flush(self)
    try working {
      for at in tables.indices where !dirty[at].isEmpty { try flush.table(tables[at], dirty[at]) }
      try flush.finish(note: note)
    }
  }
}

/// One transaction's changes on their way into changesets.
final class Flush {
  let engine: Engine
  private var writers: [ChangesetWriter] = []
  private var scopeBytes: [UInt8] = []
  private var scopeNumber: UInt32 = 0
  private var fixed: (shape: TableShape, scope: UInt32)?

  init(_ engine: Engine) { self.engine = engine }

  func writer(_ scope: UInt32) throws -> ChangesetWriter {
    if let known = writers.last(where: { $0.scope == scope }) { return known }
    let made = try ChangesetWriter(scope: scope, engine: engine)
    writers.append(made)
    return made
  }

  func finish(note: String) throws {
    let written = writers.filter { $0.rowCount > 0 }
    guard !written.isEmpty else { return }
    let id = engine.random(16)
    for (at, writer) in written.enumerated() {
      try writer.finish(transaction: ChangesetHeader.Transaction(id: id, part: at, parts: written.count), note: note)
    }
  }

  func table(_ shape: TableShape, _ dirty: DirtyRows) throws {
    let edits = EditFlush(self, shape, dirty)
    let byPlace = try engine.connection.statement(shape.selectByPlace)
    // A statement that still stands on a row would hold this connection at today's snapshot: once another process has written, the next
    // transaction here could not begin.
    defer { byPlace.reset() }
    var gone: [[UInt8]: DirtyRows.Touched] = [:]
    var appeared: [DirtyRows.Touched] = []

    // Rows that were there before, in the order in which their states lie.
    let ordered = try ordered(shape, dirty)
    func look(_ at: Int, _ now: Statement?) throws {
      let (scope, touched) = ordered[at]
      guard let now else {
        gone[touched.key] = touched
        return
      }
      if !shape.isWithoutRowid, key(of: now, shape) != touched.key {
        gone[touched.key] = touched
        appeared.append(touched)
      } else if try !edits.edit(scope, touched, now) {
        appeared.append(touched)
      }
    }
    if shape.isWithoutRowid {
      for at in ordered.indices {
        try bind(byPlace, shape, ordered[at].touched)
        try look(at, try byPlace.step() ? byPlace : nil)
      }
    } else if !ordered.isEmpty {
      // One statement for all of them costs a third less than one each.
      var next = 0
      try engine.incoming.showing([Column(ordered.lazy.map(\.touched.rowid))], order: ordered.indices.map { Int32($0) }) {
        let all = try engine.connection.statement(shape.selectIncoming)
        while try all.step() {
          let rowid = all.int(Int32(shape.fields.count))
          while ordered[next].touched.rowid != rowid {
            try look(next, nil)
            next += 1
          }
          try look(next, all)
          next += 1
        }
      }
      while next < ordered.count {
        try look(next, nil)
        next += 1
      }
    }
    try edits.finish()

    // Rows that were not; a key that is gone elsewhere has only moved, as REPLACE moves it.
    let fresh = FreshFlush(self, shape)
    var moved: [(from: DirtyRows.Touched, to: Int64)] = []
    func take(_ statement: Statement, rowid: Int64) throws {
      if !gone.isEmpty, let from = gone.removeValue(forKey: key(of: statement, shape)) {
        moved.append((from, rowid))
      } else {
        try fresh.append(statement)
      }
    }
    for run in dirty.insertedRuns() {
      let all = try engine.connection.statement(shape.selectRun)
      all.bind(1, run.lowerBound)
      all.bind(2, run.upperBound)
      let rowidColumn = Int32(shape.key.count + shape.columns.count)
      while try all.step() {
        let rowid = all.int(rowidColumn)
        if !dirty.isTouched(rowid) { try take(all, rowid: rowid) }
      }
    }
    for touched in appeared + dirty.touched.filter({ $0.before == nil }) {
      try bind(byPlace, shape, touched)
      if try byPlace.step() {
        try take(byPlace, rowid: touched.rowid)
        byPlace.reset()
      }
    }
    let known = try fresh.finish()

    // Rows whose state was known though they were not there: deleted ones that are written again.
    for row in known { try edits.rewrite(row) }
    for (from, to) in moved.sorted(by: { $0.from.key.precedes($1.from.key) }) {
      guard let before = from.before else { continue }
      byPlace.bind(1, to)
      if try byPlace.step() {
        _ = try edits.edit(try scope(before: before, dirty, shape), from, byPlace)
        byPlace.reset()
      }
    }
    try edits.finish()
    for touched in gone.values.sorted(by: { $0.key.precedes($1.key) }) { try edits.delete(touched) }
    try edits.finish()
    try edits.restoreDisplayed()
  }

  private func bind(_ statement: Statement, _ shape: TableShape, _ touched: DirtyRows.Touched) throws {
    statement.reset()
    if shape.isWithoutRowid {
      for (at, value) in try KeyCode.values(of: touched.key).enumerated() { statement.bind(Int32(at + 1), value) }
    } else {
      statement.bind(1, touched.rowid)
    }
  }

  func key(of statement: Statement, _ shape: TableShape) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(20)
    for at in shape.key.indices { KeyCode.append(statement, column: Int32(at), to: &key) }
    return key
  }

  /// The touched rows that existed before, by scope and key.
  private func ordered(_ shape: TableShape, _ dirty: DirtyRows) throws -> [(scope: UInt32, touched: DirtyRows.Touched)] {
    var out: [(scope: UInt32, touched: DirtyRows.Touched)] = []
    out.reserveCapacity(dirty.touched.count)
    for touched in dirty.touched {
      guard let before = touched.before else { continue }
      out.append((try scope(before: before, dirty, shape), touched))
    }
    out.sort { $0.scope != $1.scope ? $0.scope < $1.scope : $0.touched.key.precedes($1.touched.key) }
    return out
  }

  /// The scope of a row as it was before the transaction.
  func scope(before: Int, _ dirty: DirtyRows, _ shape: TableShape) throws -> UInt32 {
    guard let place = shape.scopeColumn else { return try fixedScope(shape) }
    var reader = dirty.before.reader(at: before)
    for _ in 0..<(place.inKey ? place.at : shape.key.count + place.at) { reader.skip() }
    guard case .text(let bytes) = reader.value() else { throw SyncKitError(.noScope, ["table": shape.name]) }
    return try bytes.withUnsafeBytes { try scope(named: $0, shape) }
  }

  /// The scope of the row a statement stands on.
  func scope(of statement: Statement, _ shape: TableShape) throws -> UInt32 {
    guard let place = shape.scopeColumn else { return try fixedScope(shape) }
    let at = Int32(place.inKey ? place.at : shape.key.count + place.at)
    guard sqlite3_column_type(statement.handle, at) == SQLITE_TEXT else { throw SyncKitError(.noScope, ["table": shape.name]) }
    return try scope(named: statement.bytes(at), shape)
  }

  private func fixedScope(_ shape: TableShape) throws -> UInt32 {
    if let fixed, fixed.shape === shape { return fixed.scope }
    guard case .fixed(let scope) = shape.declaration.scope else { throw SyncKitError(.noScope, ["table": shape.name]) }
    let number = try engine.catalog.number(of: scope)
    fixed = (shape, number)
    return number
  }

  private func scope(named bytes: UnsafeRawBufferPointer, _ shape: TableShape) throws -> UInt32 {
    if !scopeBytes.isEmpty, bytes.elementsEqual(scopeBytes) { return scopeNumber }
    guard let name = String(validating: bytes, as: UTF8.self), let scope = ScopeID(name) else {
      throw SyncKitError(.noScope, ["table": shape.name])
    }
    scopeNumber = try engine.catalog.number(of: scope)
    scopeBytes = Array(bytes)
    return scopeNumber
  }
}
