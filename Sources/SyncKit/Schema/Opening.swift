import CSQLite
import Foundation
import GRDB
import SyncCore

/// What is done when a replica is opened: its format checked or made, the application migrated, the guards set, and rows that were
/// there before sync taken in.
struct Opening {
  /// In the file's header: tells a replica from any other database ("SynK").
  static let applicationID: Int32 = 0x5379_6e4b

  private let engine: Engine
  private let configuration: ReplicaConfiguration

  init(_ engine: Engine, _ configuration: ReplicaConfiguration) {
    self.engine = engine
    self.configuration = configuration
  }

  func run(_ pool: DatabasePool, path: String, _ migrate: (inout DatabaseMigrator) throws -> Void) throws {
    try pool.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try prepareFormat(db, path)
        return .commit
      }
    }
    var migrator = DatabaseMigrator()
    try migrate(&migrator)
    let isMigrated = try pool.read { db in try migrator.hasCompletedMigrations(db) }
    if !isMigrated {
      // A migration changes the schema, not what people wrote: its statements are not captured.
      try engine.working { try migrator.migrate(pool) }
    }
    try pool.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        engine.isArmed = true
        try engine.working {
          try engine.load(declarations: configuration.tables)
          try engine.readCertificate()
          if let marks = configuration.marks { try engine.checkMark(marks, path: path) }
        }
        engine.isArmed = false
        let guards = Guards(engine.connection)
        for table in engine.tables { try engine.working { try guards.ensure(table, engine.tables) } }
        try adopt()
        return .commit
      }
    }
  }

  private func prepareFormat(_ db: Database, _ path: String) throws {
    let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let isReplica = try db.tableExists("synckit_meta")
    if !isReplica {
      try FileExamination.check(encoding: String.fetchOne(db, sql: "PRAGMA encoding") ?? "", path: path)
      try FileExamination.check(applicationID: id, path: path)
      try db.execute(sql: StorageFormat.tables)
      try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
      try engine.connection.setMeta("format", .integer(StorageFormat.version))
      try engine.connection.setMeta("device", .blob(engine.random(SiteID.deviceByteCount)))
      try engine.connection.setMeta("incarnation", .integer(1))
      return
    }
    guard case .integer(let format)? = try engine.connection.meta("format") else { throw SyncKitError(.damaged, ["meta": "format"]) }
    try FileExamination.check(format: format)
    if format < StorageFormat.version {
      if format < 2 { try db.execute(sql: StorageFormat.incidents) }
      if format < 3 { try db.execute(sql: StorageFormat.omissions) }
      if format < 4 { try db.execute(sql: StorageFormat.rejections) }
      if format < 5 { try db.execute(sql: StorageFormat.certificates) }
      if format < 6 { try db.execute(sql: StorageFormat.attachments) }
      if format < 7 { try db.execute(sql: StorageFormat.statements) }
      try db.execute(sql: StorageFormat.withdrawals)
      try engine.connection.setMeta("format", .integer(StorageFormat.version))
    }
  }

  /// Takes in what the application's tables held before they were synced, and gives columns and tables that came with an upgrade the
  /// values that were kept aside for them.
  private func adopt() throws {
    for (at, table) in engine.tables.enumerated() {
      let known = try engine.connection.meta("adopted:\(table.name)")
      let signature = Value.text(table.columns.map(\.name).joined(separator: ","))
      if known == signature { continue }
      if known == nil {
        try engine.adoptRows(at)
      }
      var before: Set<Substring> = []
      if case .text(let bytes)? = known { before = Set(String(decoding: bytes, as: UTF8.self).split(separator: ",")) }
      try engine.adoptAside(table, since: before)
      try engine.working { try engine.connection.setMeta("adopted:\(table.name)", signature) }
    }
  }
}

extension Engine {
  /// Notes every row of a table as written now, by this replica, as far as its state is not known.
  func adoptRows(_ at: Int) throws {
    let shape = tables[at]
    let ask = try connection.statement(
      shape.isWithoutRowid ? "SELECT \(shape.keyList) FROM \(shape.quoted)" : "SELECT min(rowid), max(rowid) FROM \(shape.quoted)")
    if shape.isWithoutRowid {
      while try ask.step() {
        var key: [UInt8] = []
        for column in shape.key.indices { KeyCode.append(ask, column: Int32(column), to: &key) }
        dirty[at].noteTouch(rowid: 0, key: key, before: nil)
      }
    } else if try ask.step(), !ask.isNull(0) {
      dirty[at].noteInserts(ask.int(0)...ask.int(1))
    }
    ask.reset()
    guard !dirty[at].isEmpty else { return }
    isAdopting = true
    defer { isAdopting = false }
    try flush()
    dirty[at].removeAll()
  }

  /// Brings values that were kept aside into a table that has room for them now.
  /// - Parameter columns: those that the table had before.
  func adoptAside(_ shape: TableShape, since columns: Set<Substring>) throws {
    try working {
      let all = try connection.statement("SELECT scope, key FROM synckit_aside WHERE tab = ?1 ORDER BY scope, key")
      all.bind(1, shape.number)
      var places: [RowPlace] = []
      while try all.step() { places.append(RowPlace(scope: UInt32(all.int(0)), table: shape.number, key: all.blob(1))) }
      for place in places {
        guard let state = try rows.state(scope: place.scope, table: place.table, key: place.key) else { continue }
        let cells: AsideValues.Cells = try aside.cells(scope: place.scope, table: place.table, key: place.key).map { cell in
          guard let at = shape.place(ofColumn: cell.column), !columns.contains(shape.columns[at].name[...]) else { return cell }
          return (cell.column, try adopted(cell, shape.columns[at], state, place))
        }
        guard state.isVisible else {
          try aside.put(cells, scope: place.scope, table: place.table, key: place.key)
          continue
        }
        let known = cells.compactMap { cell in shape.place(ofColumn: cell.column).map { (at: $0, value: cell.value) } }
        guard !known.isEmpty else { continue }
        let key = try KeyCode.values(of: place.key)
        if try isDisplayed(key, shape, in: place.scope) {
          for (column, value) in known { try display(value, column: column, place, shape) }
        } else if try !insertDisplayed(key, known.map { (shape.columns[$0.at].name, $0.value) }, shape) {
          continue
        }
        try aside.put(cells.filter { shape.place(ofColumn: $0.column) == nil }, scope: place.scope, table: place.table, key: place.key)
      }
    }
  }

  /// What a value that was kept aside amounts to, now that the column's policy and default are known.
  private func adopted(
    _ cell: (column: UInt32, value: Value), _ column: TableShape.Column, _ state: RowState, _ place: RowPlace
  ) throws -> Value {
    if column.policy == .counter {
      // Increments of a row whose maker did not have the column count from the default.
      guard let sql = column.defaultSQL, case .integer(let sum) = cell.value, case .integer(let start) = try evaluate(sql),
        try !wrote(cell.column, base: state.base, name: state.name, place)
      else { return cell.value }
      return .integer(start &+ sum)
    }
    let all = try candidates.values(scope: place.scope, table: place.table, key: place.key, column: cell.column).map { dot, value in
      Candidate(dot: Dot(site: try catalog.site(dot.site), seq: dot.seq), time: try log.time(scope: place.scope, dot: dot), value: value)
    }
    return all.isEmpty ? cell.value : all[column.policy.shown(among: all)].value
  }

  /// Whether the user's table has a row of this key; with `scope`, one of that scope.
  func isDisplayed(_ key: [Value], _ shape: TableShape, in scope: UInt32? = nil) throws -> Bool {
    let column = shape.scopeColumn.flatMap { $0.inKey ? nil : shape.columns[$0.at].name.quotedIdentifier } ?? "NULL"
    let find = try connection.statement("SELECT \(column) FROM \(shape.quoted) WHERE \(shape.keyCondition(from: 1))")
    for (at, value) in key.enumerated() { find.bind(Int32(at + 1), value) }
    defer { find.reset() }
    guard try find.step() else { return false }
    guard let scope, !find.isNull(0) else { return true }
    return try find.string(0) == catalog.scope(scope).name
  }
}
