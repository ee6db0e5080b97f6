import CSQLite
import Foundation
public import GRDB
public import SyncCore

/// One database that takes part in sync.
///
/// Use ``pool`` as any GRDB pool: what your transactions write to synced tables is captured within them, and nothing else need be
/// called. Exchange with others by ``sync(with:packs:peer:progress:)``, settle by ``settle(_:reason:)``.
///
/// ```swift
/// let replica = try Replica(
///   path: "survey.sqlite",
///   configuration: ReplicaConfiguration(tables: [SyncedTable("note", scope: .fixed(everyone))], author: "lin")
/// ) { migrator in
///   migrator.registerMigration("1") { db in
///     try db.execute(sql: "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, body TEXT)")
///   }
/// }
/// try replica.pool.write { db in try db.execute(sql: "INSERT INTO note VALUES(?, ?)", arguments: [id, "hello"]) }
/// ```
///
/// Several processes may have one replica open; network file systems are refused.
public final class Replica: Sendable {
  /// GRDB's pool over the replica's file.
  public let pool: DatabasePool
  /// Where the file is.
  public let path: String
  let configuration: ReplicaConfiguration
  let engine: Engine
  private let snapshots = SnapshotCache()

  /// Opens a replica, or makes one of a new file or of an existing GRDB database.
  /// - Parameters:
  ///   - path: the file; its folder has to be there.
  ///   - configuration: who writes, and what is synced.
  ///   - migrate: registers the application's own migrations. Schema changes of synced tables go through here.
  /// - Throws: ``SyncKitError``, or what a migration throws.
  public init(
    path: String, configuration: ReplicaConfiguration, migrate: (inout DatabaseMigrator) throws -> Void = { _ in }
  ) throws {
    self.path = path
    self.configuration = configuration
    try Self.check(path, configuration)
    let box = EngineBox(configuration)
    var options = Configuration()
    options.label = "SyncKit"
    options.busyMode = .timeout(30)
    options.foreignKeysEnabled = false
    options.prepareDatabase { db in try box.prepare(db) }
    do {
      pool = try DatabasePool(path: try SealedFiles.name(of: path, configuration.storageKey), configuration: options)
    } catch {
      throw Self.translate(error, path: path)
    }
    guard let engine = box.engine else { throw SyncKitError(.damaged, ["connection": "no writer"]) }
    self.engine = engine
    do {
      // A changeset leaves only after it is durable here: each commit waits for the disk. Set once the pool is open, which itself
      // sets NORMAL when it turns the file to WAL.
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = \(configuration.isDurable ? "FULL" : "NORMAL")")
        // The log may hold what never reached the disk, though it can be read: the pool's first commit did not wait, and when a sync has
        // failed, the system forgets what it should have brought there. A commit is no safer than what lies before it in the log.
        try Self.bringToDisk(db)
      }
      try Opening(engine, configuration).run(pool, path: path, migrate)
    } catch {
      throw Self.translate(error, path: path)
    }
    for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
  }

  /// Brings what stands in the log alone into the file, as far as nobody is reading what was before.
  private static func bringToDisk(_ db: Database) throws {
    do {
      // The pool takes a first page that could not be written for written: then there is no log, and commits do not wait for the disk.
      guard try db.checkpoint(.passive).walFrameCount >= 0 else { throw DatabaseError(resultCode: .SQLITE_IOERR, message: "no log") }
    } catch let error as DatabaseError where error.resultCode != .SQLITE_IOERR {}
  }

  deinit {
    // A statement that is still prepared would keep the connection open.
    pool.writeWithoutTransaction { _ in engine.connection.finalizeStatements() }
    snapshots.removeAll()
  }

  /// This replica's site.
  public var site: SiteID { engine.site }

  /// Reads in a snapshot.
  public func read<T>(_ body: (Database) throws -> T) throws -> T {
    try Self.translating(path) { try pool.read(body) }
  }

  /// Writes in a transaction, as `pool.write` does, with what the author had read and why they write.
  /// - Parameters:
  ///   - token: what the author's form showed when it opened. Plain writes are taken to have read what is there now.
  ///   - note: a reason, which travels with the changeset.
  ///   - body: the writes, in one transaction.
  /// - Throws: ``SyncKitError`` when a synced table's rules refuse the write; what SQLite or `body` throw otherwise.
  @discardableResult
  public func write<T>(reading token: ReadToken? = nil, note: String = "", _ body: (Database) throws -> T) throws -> T {
    try Self.translating(path) {
      try pool.writeWithoutTransaction { db in
        engine.readToken = token
        engine.note = note
        engine.failure = nil
        defer {
          engine.readToken = nil
          engine.note = ""
        }
        var result: T?
        do {
          try db.inTransaction(.immediate) {
            result = try body(db)
            return .commit
          }
        } catch {
          throw engine.failure ?? error
        }
        guard let result else { throw SyncKitError(.damaged, ["transaction": "no result"]) }
        return result
      }
    }
  }

  /// Runs the engine's own work in a write transaction.
  func work<T>(_ body: (Engine) throws -> T) throws -> T {
    try Self.translating(path) {
      try pool.writeWithoutTransaction { db in
        var result: T?
        do {
          try db.inTransaction(.immediate) {
            engine.isArmed = true  // what the engine writes itself is not captured
            result = try engine.working { try body(engine) }
            return .commit
          }
          engine.endTransaction(rolledBack: false)
        } catch {
          engine.endTransaction(rolledBack: true)
          throw error
        }
        guard let result else { throw SyncKitError(.damaged, ["transaction": "no result"]) }
        return result
      }
    }
  }

  /// Reads through the engine's own classes in a snapshot.
  func look<T>(_ body: (Snapshot) throws -> T) throws -> T {
    try Self.translating(path) {
      try pool.read { db in
        guard let handle = db.sqliteConnection else { throw SyncKitError(.damaged, ["connection": "closed"]) }
        let snapshot = snapshots.snapshot(over: handle, engine)
        defer { snapshot.end() }
        return try body(snapshot)
      }
    }
  }

  // MARK: Errors

  private static func translating<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw translate(error, path: path) }
  }

  static func translate(_ error: any Error, path: String) -> any Error {
    guard let error = error as? DatabaseError, let code = SyncKitError.Code.ofFile(error.extendedResultCode.rawValue) else { return error }
    let details = ["path": path, "code": String(error.extendedResultCode.rawValue), "message": error.message ?? ""]
    return SyncKitError(code, details, underlying: error)
  }

  private static func check(_ path: String, _ configuration: ReplicaConfiguration) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if let kind = configuration.fileSystem.networkKind(folder) {
      throw SyncKitError(.networkFileSystem, ["path": path, "kind": kind])
    }
    guard access(folder, W_OK) == 0 else { throw SyncKitError(.readOnly, ["path": folder]) }
    try FileExamination(path, configuration.storageKey).check()
  }
}

/// Catches the writing connection as the pool opens it.
private final class EngineBox: @unchecked Sendable {
  private let configuration: ReplicaConfiguration
  private(set) var engine: Engine?

  init(_ configuration: ReplicaConfiguration) { self.configuration = configuration }

  func prepare(_ db: Database) throws {
    guard !db.configuration.readonly, engine == nil, let handle = db.sqliteConnection else { return }
    try db.execute(sql: "PRAGMA cache_size = -65536")
    let made = Engine(handle, configuration)
    try CaptureHooks.install(made)
    engine = made
  }
}
