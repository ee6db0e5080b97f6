import CSQLite
import Foundation
import SyncCore

/// How SQLite is made to tell the engine of every change, and to let it write before the commit (docs/decisions/0001-capture.md).
///
/// - A preupdate hook notes each row that a statement touches, those that REPLACE deletes and blob writes too.
/// - Each synced table has an empty partial index whose condition calls ``guardFunction``. A connection without the library cannot
///   compile a write to the table; on ours the call arms the transaction.
/// - Arming writes to a virtual table, so that SQLite asks that table to sync at COMMIT, before anything is durable and while SQL may
///   still be run: there the changeset is written. Full-text indexes flush in the same way.
enum CaptureHooks {
  static let guardFunction = "synckit_is_not_loaded_in_this_connection"
  static let transactionTable = "synckit_transaction"

  static func install(_ engine: Engine) throws {
    let handle = engine.connection.handle
    let context = Unmanaged.passRetained(engine).toOpaque()
    var result = sqlite3_create_module_v2(handle, transactionTable, TransactionModule.module, context) { context in
      if let context { Unmanaged<Engine>.fromOpaque(context).release() }
    }
    guard result == SQLITE_OK else { throw engine.connection.error(result) }
    let unretained = Unmanaged.passUnretained(engine).toOpaque()
    result = sqlite3_create_module_v2(handle, IncomingRows.tableName, IncomingModule.module, unretained, nil)
    guard result == SQLITE_OK else { throw engine.connection.error(result) }
    result = sqlite3_create_function_v2(
      handle, guardFunction, 0, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, unretained,
      { context, _, _ in
        guard let data = sqlite3_user_data(context) else { return sqlite3_result_int(context, 0) }
        CaptureHooks.arm(Unmanaged<Engine>.fromOpaque(data).takeUnretainedValue(), context)
      }, nil, nil, nil)
    guard result == SQLITE_OK else { throw engine.connection.error(result) }
    sqlite3_preupdate_hook(
      handle,
      { context, handle, operation, database, table, oldRowid, newRowid in
        // Neither temporary tables nor those of attached files are synced.
        guard let context, let database, strcmp(database, "main") == 0, let table, let handle else { return }
        let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
        guard case .capturing = engine.mode, let at = CaptureHooks.find(table, engine) else { return }
        // A blob write evaluates no index, so that nothing but this tells the engine to join the transaction.
        if !engine.isArmed, sqlite3_preupdate_blobwrite(handle) >= 0 { try? CaptureHooks.join(engine) }
        CaptureHooks.note(engine, at, handle, operation, oldRowid, newRowid)
      }, unretained)
  }

  fileprivate static func arm(_ engine: Engine, _ context: OpaquePointer?) {
    guard !engine.isArmed, case .capturing = engine.mode else { return sqlite3_result_int(context, 0) }
    do {
      try join(engine)
      sqlite3_result_int(context, 0)
    } catch {
      let reason = (error as? SyncKitError)?.details["message"] ?? ""
      sqlite3_result_error(context, "SyncKit could not join the transaction: \(reason)", -1)
    }
  }

  /// Makes the transaction ask the engine to write before it commits.
  fileprivate static func join(_ engine: Engine) throws {
    engine.isArmed = true
    do { try engine.connection.statement(fixed: "INSERT INTO synckit_transaction VALUES(0)").run() } catch {
      engine.isArmed = false
      throw error
    }
  }

  fileprivate static func find(_ table: UnsafePointer<CChar>, _ engine: Engine) -> Int? {
    let last = engine.lastTouchedTable
    if last < engine.tables.count, equals(engine.tables[last].name, table) { return last }
    for at in engine.tables.indices where equals(engine.tables[at].name, table) {
      engine.lastTouchedTable = at
      return at
    }
    return nil
  }

  private static func equals(_ name: String, _ other: UnsafePointer<CChar>) -> Bool {
    name.utf8.withContiguousStorageIfAvailable { bytes in
      for at in bytes.indices where bytes[at] != UInt8(bitPattern: other[at]) { return false }
      return other[bytes.count] == 0
    } ?? (name == String(cString: other))
  }

  fileprivate static func note(
    _ engine: Engine, _ at: Int, _ handle: OpaquePointer, _ operation: Int32, _ oldRowid: Int64, _ newRowid: Int64
  ) {
    let shape = engine.tables[at]
    let dirty = engine.dirty[at]
    // A stored row is asked for by its fields; in a table without rowids SQLite finds the field of a table's column by itself.
    func old(_ column: TableShape.Field) -> OpaquePointer? {
      var value: OpaquePointer?
      let at = shape.isWithoutRowid ? column.place : column.field
      return sqlite3_preupdate_old(handle, at, &value) == SQLITE_OK ? value : nil
    }
    func new(_ column: TableShape.Field) -> OpaquePointer? {
      var value: OpaquePointer?
      let at = shape.isWithoutRowid && operation == SQLITE_INSERT ? column.place : column.field
      return sqlite3_preupdate_new(handle, at, &value) == SQLITE_OK ? value : nil
    }
    func key(_ read: (TableShape.Field) -> OpaquePointer?) -> [UInt8] {
      var key: [UInt8] = []
      key.reserveCapacity(20)
      for at in shape.key.indices { append(read(shape.fields[at]), shape.fields[at], to: &key) }
      return key
    }
    if shape.isWithoutRowid {
      if operation != SQLITE_INSERT {
        let oldKey = key(old)
        if dirty.isFirstTouch(oldKey) { dirty.noteTouch(rowid: 0, key: oldKey, before: dirty.before.append(shape.fields, old)) }
      }
      if operation != SQLITE_DELETE {
        let newKey = key(new)
        if dirty.isFirstTouch(newKey) { dirty.noteTouch(rowid: 0, key: newKey, before: nil) }
      }
      return
    }
    if operation != SQLITE_INSERT, dirty.isFirstTouch(oldRowid) {
      dirty.noteTouch(rowid: oldRowid, key: key(old), before: dirty.before.append(shape.fields, old))
    }
    if operation == SQLITE_INSERT || (operation == SQLITE_UPDATE && newRowid != oldRowid) { dirty.noteInsert(newRowid) }
  }

  private static func append(_ value: OpaquePointer?, _ column: TableShape.Field, to key: inout [UInt8]) {
    guard let value else { return KeyCode.append(.null, to: &key) }
    switch column.number(value) {
    case .integer(let n): return KeyCode.append(integer: n, to: &key)
    case .real(let x): return KeyCode.append(real: x, to: &key)
    case nil: break
    }
    switch sqlite3_value_type(value) {
    case SQLITE_TEXT:
      let start = sqlite3_value_blob(value)
      KeyCode.append(text: UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))), to: &key)
    case SQLITE_BLOB:
      let start = sqlite3_value_blob(value)
      KeyCode.append(blob: UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))), to: &key)
    default: KeyCode.append(.null, to: &key)
    }
  }
}

/// The virtual table that takes part in transactions on the engine's behalf. It holds nothing.
private enum TransactionModule {
  struct Table {
    var base = sqlite3_vtab()
    var engine: UnsafeMutableRawPointer?
  }

  /// SQLite keeps the pointer for as long as any connection lives: it is never freed.
  nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    module.initialize(to: sqlite3_module())
    module.pointee.iVersion = 1
    module.pointee.xConnect = { handle, context, _, _, table, _ in
      let result = sqlite3_declare_vtab(handle, "CREATE TABLE x(unused)")
      guard result == SQLITE_OK else { return result }
      csqlite_vtab_innocuous(handle)
      let made = UnsafeMutablePointer<Table>.allocate(capacity: 1)
      made.initialize(to: Table(engine: context))
      table?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab.self)
      return SQLITE_OK
    }
    module.pointee.xDisconnect = { table in
      if let table { UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).deallocate() }
      return SQLITE_OK
    }
    module.pointee.xBestIndex = { _, _ in SQLITE_OK }
    module.pointee.xOpen = { _, cursor in
      let made = UnsafeMutablePointer<sqlite3_vtab_cursor>.allocate(capacity: 1)
      made.initialize(to: sqlite3_vtab_cursor())
      cursor?.pointee = made
      return SQLITE_OK
    }
    module.pointee.xClose = { cursor in
      cursor?.deallocate()
      return SQLITE_OK
    }
    module.pointee.xFilter = { _, _, _, _, _ in SQLITE_OK }
    module.pointee.xNext = { _ in SQLITE_OK }
    module.pointee.xEof = { _ in 1 }
    module.pointee.xColumn = { _, _, _ in SQLITE_OK }
    module.pointee.xRowid = { _, _ in SQLITE_OK }
    module.pointee.xUpdate = { _, _, _, _ in SQLITE_OK }
    module.pointee.xBegin = { _ in SQLITE_OK }
    module.pointee.xSync = { table in
      guard let table, let engine = engine(of: table) else { return SQLITE_MISUSE }
      do {
        try engine.flush()
        return SQLITE_OK
      } catch {
        return refuse(table, engine, error)
      }
    }
    module.pointee.xCommit = { table in
      if let table { engine(of: table)?.endTransaction(rolledBack: false) }
      return SQLITE_OK
    }
    module.pointee.xRollback = { table in
      if let table { engine(of: table)?.endTransaction(rolledBack: true) }
      return SQLITE_OK
    }
    return UnsafePointer(module)
  }()

  static func engine(of table: UnsafeMutablePointer<sqlite3_vtab>) -> Engine? {
    let context = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.engine
    return context.map { Unmanaged<Engine>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Makes the COMMIT fail with the reason, which rolls everything back.
  static func refuse(_ table: UnsafeMutablePointer<sqlite3_vtab>, _ engine: Engine, _ error: any Error) -> Int32 {
    let failure = error as? SyncKitError ?? SyncKitError(.damaged, ["message": String(describing: error)], underlying: error)
    engine.failure = failure
    let text = Array(
      "SyncKit: \(failure.code) \(failure.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))".utf8)
    if let message = sqlite3_malloc64(UInt64(text.count + 1)) {
      let bytes = message.assumingMemoryBound(to: UInt8.self)
      for (at, byte) in text.enumerated() { bytes[at] = byte }
      bytes[text.count] = 0
      table.pointee.zErrMsg = message.assumingMemoryBound(to: CChar.self)
    }
    return switch failure.code {
    case .diskFull: SQLITE_FULL
    case .damaged: SQLITE_CORRUPT
    case .sqlite: Int32(failure.details["code"] ?? "") ?? SQLITE_ERROR
    default: SQLITE_CONSTRAINT
    }
  }
}
