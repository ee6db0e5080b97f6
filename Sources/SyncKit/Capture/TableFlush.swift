import SyncCore

/// One table's share of a transaction: finds out of each dirty row whether it was changed, made, moved or deleted.
final class TableFlush {
  private let flush: Flush
  private let shape: TableShape
  private let dirty: DirtyRows
  private let edits: EditFlush
  private let fresh: FreshFlush
  /// Reads one row by its place.
  private let byPlace: Statement
  /// Rows that are no longer where they were, by their keys.
  private var gone: [[UInt8]: DirtyRows.Touched] = [:]
  /// Rows at places of which the state is unknown, or which another row has taken.
  private var appeared: [DirtyRows.Touched] = []
  private var moved: [(from: DirtyRows.Touched, to: Int64)] = []

  init(_ flush: Flush, _ shape: TableShape, _ dirty: DirtyRows) throws {
    self.flush = flush
    self.shape = shape
    self.dirty = dirty
    edits = EditFlush(flush, shape, dirty)
    fresh = try FreshFlush(flush, shape)
    byPlace = try flush.engine.connection.statement(shape.selectByPlace)
  }

  func run() throws {
    // A statement that still stands on a row would hold this connection at today's snapshot: once another process has written, the next
    // transaction here could not begin.
    defer { byPlace.reset() }
    let ordered = try ordered()
    if shape.isWithoutRowid { try lookByKey(ordered) } else if !ordered.isEmpty { try lookByRowid(ordered) }
    try edits.finish()
    try takeNew()
    // Rows whose state was known though they were not there: deleted ones that are written again.
    for row in try fresh.finish() { try edits.rewrite(row) }
    try takeMoved()
    try edits.finish()
    for touched in gone.values.sorted(by: { $0.key.precedes($1.key) }) { try edits.delete(touched) }
    try edits.finish()
    try edits.restoreDisplayed()
  }

  // MARK: Rows that were there before

  private typealias Place = (scope: UInt32, touched: DirtyRows.Touched)

  /// The touched rows that existed before, in the order in which their states lie.
  private func ordered() throws -> [Place] {
    var out: [Place] = []
    out.reserveCapacity(dirty.touched.count)
    for touched in dirty.touched {
      guard let before = touched.before else { continue }
      out.append((try flush.scope(before: before, dirty, shape), touched))
    }
    out.sort { $0.scope != $1.scope ? $0.scope < $1.scope : $0.touched.key.precedes($1.touched.key) }
    return out
  }

  private func lookByKey(_ ordered: [Place]) throws {
    for place in ordered {
      try bind(place.touched)
      try look(place, try byPlace.step() ? byPlace : nil)
    }
  }

  /// Reads all of the rows by one statement: one for each would cost half as much again.
  private func lookByRowid(_ ordered: [Place]) throws {
    let engine = flush.engine
    var next = 0
    try engine.incoming.showing([Column(ordered.lazy.map(\.touched.rowid))], order: ordered.indices.map { Int32($0) }) {
      let all = try engine.connection.statement(shape.selectIncoming)
      defer { all.reset() }
      while try all.step() {
        let rowid = all.int(Int32(shape.fields.count))
        while ordered[next].touched.rowid != rowid {
          try look(ordered[next], nil)
          next += 1
        }
        try look(ordered[next], all)
        next += 1
      }
    }
    for place in ordered[next...] { try look(place, nil) }
  }

  /// Takes a row that was there.
  /// - Parameter now: what stands at its place now; nil when nothing does.
  private func look(_ place: Place, _ now: Statement?) throws {
    guard let now else {
      gone[place.touched.key] = place.touched
      return
    }
    if !shape.isWithoutRowid, !hasItsKey(place.touched, now) {
      gone[place.touched.key] = place.touched
      appeared.append(place.touched)
    } else if try !edits.edit(place.scope, place.touched, now) {
      appeared.append(place.touched)
    }
  }

  private func hasItsKey(_ touched: DirtyRows.Touched, _ now: Statement) -> Bool {
    guard let before = touched.before else { return true }
    var reader = dirty.before.reader(at: before)
    return shape.key.indices.allSatisfy {
      let comparison = reader.compare(now, Int32($0))
      return comparison == .same || comparison == .bothNull
    }
  }

  // MARK: Rows that were not

  private func takeNew() throws {
    for run in dirty.insertedRuns() {
      let all = try flush.engine.connection.statement(shape.selectRun)
      defer { all.reset() }
      all.bind(1, run.lowerBound)
      all.bind(2, run.upperBound)
      while try all.step() {
        let rowid = all.int(Int32(shape.fields.count))
        if !dirty.isTouched(rowid) { try take(all, rowid: rowid) }
      }
    }
    for touched in appeared + dirty.touched.filter({ $0.before == nil }) {
      try bind(touched)
      if try byPlace.step() {
        try take(byPlace, rowid: touched.rowid)
        byPlace.reset()
      }
    }
  }

  /// Takes a row that was not at its place; a key that is gone elsewhere has only moved, as REPLACE moves it.
  private func take(_ statement: Statement, rowid: Int64) throws {
    if !gone.isEmpty, let from = gone.removeValue(forKey: flush.key(of: statement, shape)) {
      moved.append((from, rowid))
    } else {
      try fresh.append(statement)
    }
  }

  private func takeMoved() throws {
    for (from, to) in moved.sorted(by: { $0.from.key.precedes($1.from.key) }) {
      guard let before = from.before else { continue }
      byPlace.reset()
      byPlace.bind(1, to)
      if try byPlace.step() {
        _ = try edits.edit(try flush.scope(before: before, dirty, shape), from, byPlace)
        byPlace.reset()
      }
    }
  }

  private func bind(_ touched: DirtyRows.Touched) throws {
    byPlace.reset()
    if shape.isWithoutRowid {
      for (at, value) in try KeyCode.values(of: touched.key).enumerated() { byPlace.bind(Int32(at + 1), value) }
    } else {
      byPlace.bind(1, touched.rowid)
    }
  }
}
