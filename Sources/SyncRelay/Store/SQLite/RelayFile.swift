import Foundation
import GRDB
import SyncCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The relay's file: how it is opened, what says that it is one, and its tables.
enum RelayFile {
  /// "SYNR": the file is a relay's.
  static let applicationID: Int32 = 0x5359_4E52
  /// "SYNM": the log that stood in the file has moved into a database. No version opens it as a relay.
  static let movedID: Int32 = 0x5359_4E4D
  /// The version of the tables below.
  static let formatVersion: Int32 = 10
  /// Readable and writable by the owner alone: the file holds everybody's work.
  static let mode: mode_t = 0o600

  static func open(path: String, random: @Sendable (Int) -> [UInt8], codec: Codec, now: Int64) throws -> DatabasePool {
    try protect(path)
    // Looked at without writing, so that another program's file is left as it was.
    try check(path)
    do {
      let pool = try DatabasePool(path: path, configuration: configuration())
      try pool.writeWithoutTransaction { db in
        // The pool lowers this when it turns the write-ahead log on; nothing may be acknowledged that power loss can undo.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        // Nor anything that follows, in the log, what never reached the disk: the pool's first commit, or one whose sync has failed.
        try bringToDisk(db)
      }
      try pool.write { db in
        try check(marks(db))
        // Decided inside the transaction: two processes may be opening a new file.
        let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if version == 0 { return try create(db, epoch: random(RelayLimits.epochBytes), key: random(RelayLimits.tokenBytes), now: now) }
        if version < formatVersion { try upgrade(db, from: version, key: random(RelayLimits.tokenBytes), codec) }
      }
      return pool
    } catch let error as DatabaseError {
      throw RelayError(.cannotOpen, "SQLite \(error.extendedResultCode.rawValue)")
    }
  }

  /// Brings what stands in the log alone into the file, as far as nobody is reading what was before.
  private static func bringToDisk(_ db: Database) throws {
    do {
      // The pool takes a first page that could not be written for written: then there is no log, and commits do not wait for the disk.
      guard try db.checkpoint(.passive).walFrameCount >= 0 else { throw DatabaseError(resultCode: .SQLITE_IOERR, message: "no log") }
    } catch let error as DatabaseError where error.resultCode != .SQLITE_IOERR {}
  }

  static func configuration(readonly: Bool = false) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readonly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(RelayLimits.busySeconds)
    configuration.label = "relay"
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA trusted_schema = OFF") }
    return configuration
  }

  /// Makes the file, or narrows who may read it, before SQLite opens it: the files beside it take over its mode.
  private static func protect(_ path: String) throws(RelayError) {
    // An existing file is never opened here: closing any descriptor of it would drop the locks that SQLite holds for a connection of
    // this process (sqlite.org/howtocorrupt.html §2.2).
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    if descriptor >= 0 {
      Foundation.close(descriptor)
    } else if errno != EEXIST {
      throw RelayError(.cannotOpen, "errno \(errno)")
    }
    guard chmod(path, mode) == 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
  }

  /// What says whose file it is.
  typealias Marks = (application: Int32, version: Int32, tables: Int)

  static func marks(_ db: Database) throws -> Marks {
    (
      try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0, try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
      try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    )
  }

  private static func check(_ path: String) throws {
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(readonly: true))
      let marks = try queue.read(marks)
      try queue.close()
      try check(marks)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw RelayError(.notARelay, "not a database")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
      // A crash has left something to roll back, for which one must write: it is told once the file is open.
    } catch let error as DatabaseError {
      throw RelayError(.cannotOpen, "SQLite \(error.extendedResultCode.rawValue)")
    }
  }

  private static func check(_ marks: Marks) throws(RelayError) {
    if marks == (0, 0, 0) { return }
    if marks.application == movedID { throw RelayError(.moved, "") }
    guard marks.application == applicationID else { throw RelayError(.notARelay, "application_id \(marks.application)") }
    guard marks.version <= formatVersion else { throw RelayError(.newerFormat, "format \(marks.version)") }
  }

  /// Fails once the log has moved: another process may have done so while this one has it open.
  static func requireHere(_ db: Database) throws {
    if try Int32.fetchOne(db.cachedStatement(sql: "PRAGMA application_id")) == movedID { throw RelayError(.moved, "") }
  }

  /// Whether the log has moved out of a file.
  static func hasMoved(_ path: String) throws -> Bool {
    do {
      try check(path)
      return false
    } catch let error as RelayError where error.code == .moved {
      return true
    }
  }

  /// Opens an empty file with the tables and nothing in them, to be filled by this process alone: all of it is looked through, and brought
  /// to the disk, once it is done.
  static func openNew(_ name: String) throws -> DatabaseQueue {
    var configuration = configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: name, configuration: configuration)
    try queue.inDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
      try create(db, epoch: [], key: [], now: 0)
      try db.execute(sql: "DELETE FROM relay")
    }
    return queue
  }

  private static func create(_ db: Database, epoch: [UInt8], key: [UInt8], now: Int64) throws {
    try db.execute(sql: tables)
    try db.execute(
      sql: "INSERT INTO relay(id, epoch, arrival, created_ms, token_key) VALUES (1, ?, 0, ?, ?)",
      arguments: [Data(epoch), now, Data(key)])
    // A pragma takes no bound values; both are constants of ours.
    try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(formatVersion)")
  }

  /// What devices' changesets cite, with the issuer's signature.
  static let certificate = """
    CREATE TABLE certificate(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL, signature BLOB NOT NULL) STRICT, WITHOUT ROWID;
    """

  /// What has been left out of the log: a site's changesets from first to last, and the hash of the last.
  static let omission = """
    CREATE TABLE omission(scope INTEGER NOT NULL REFERENCES scope(id), site INTEGER NOT NULL REFERENCES site(id),
      first INTEGER NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (scope, site, first)) STRICT, WITHOUT ROWID;
    """

  /// How the hash of each changeset began that was left out.
  static let omitted = """
    CREATE TABLE omitted(scope INTEGER NOT NULL REFERENCES scope(id), site INTEGER NOT NULL REFERENCES site(id), seq INTEGER NOT NULL,
      start BLOB NOT NULL, PRIMARY KEY (scope, site, seq)) STRICT, WITHOUT ROWID;
    """

  /// What counts as applied without effect; and what was refused last of each chain, for the office to see.
  static let rejection = """
    CREATE TABLE rejection(scope INTEGER NOT NULL REFERENCES scope(id), site INTEGER NOT NULL REFERENCES site(id),
      seq INTEGER NOT NULL, hash BLOB NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (scope, site, seq))
      STRICT, WITHOUT ROWID;
    CREATE TABLE refused(scope TEXT NOT NULL, site BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, code TEXT NOT NULL,
      device BLOB NOT NULL, account TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (scope, site)) STRICT, WITHOUT ROWID;
    """

  /// What the issuer has stated of changesets, and, of no scope and no site, of devices' certificates. One that says all that others say takes
  /// their place; else none is changed.
  static let statement = """
    CREATE TABLE statement(scope INTEGER NOT NULL, site INTEGER NOT NULL, kind INTEGER NOT NULL, first INTEGER NOT NULL,
      last INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, signature BLOB NOT NULL, PRIMARY KEY (scope, site, kind, first))
      STRICT, WITHOUT ROWID;
    CREATE INDEX statement_by_hash ON statement(hash);
    """

  /// The files that are held, in which scopes they were attached, which are arriving, and which were lost; their bytes are not here. Of one
  /// that was lost its uses stay.
  static let blob = """
    CREATE TABLE blob(digest BLOB PRIMARY KEY, bytes INTEGER NOT NULL, received_ms INTEGER NOT NULL, lost_ms INTEGER) STRICT, WITHOUT ROWID;
    CREATE TABLE blob_use(digest BLOB NOT NULL REFERENCES blob(digest), scope TEXT NOT NULL, device BLOB NOT NULL, at_ms INTEGER NOT NULL,
      PRIMARY KEY (digest, scope)) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_use_by_device ON blob_use(device);
    CREATE TABLE upload(device BLOB NOT NULL, digest BLOB NOT NULL, scope TEXT NOT NULL, bytes INTEGER NOT NULL, touched_ms INTEGER NOT NULL,
      PRIMARY KEY (device, digest)) STRICT, WITHOUT ROWID;
    CREATE INDEX upload_by_time ON upload(touched_ms);
    CREATE TABLE blob_loss(number INTEGER PRIMARY KEY, digest BLOB NOT NULL, at_ms INTEGER NOT NULL) STRICT;
    """

  /// Since when no record names a file that is held; and the files that were let go of, whose bytes are gone once they are erased.
  static let collection = """
    CREATE TABLE blob_unnamed(digest BLOB PRIMARY KEY, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE blob_released(digest BLOB PRIMARY KEY, bytes INTEGER NOT NULL, at_ms INTEGER NOT NULL, erased INTEGER NOT NULL)
      STRICT, WITHOUT ROWID;
    """

  /// The packs, whose bytes are not here, and how many changesets of each scope were placed by then.
  static let pack = """
    CREATE TABLE pack(number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL, signature BLOB NOT NULL,
      made_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE pack_scope(scope INTEGER NOT NULL REFERENCES scope(id), pack INTEGER NOT NULL REFERENCES pack(number),
      head INTEGER NOT NULL, PRIMARY KEY (scope, pack)) STRICT, WITHOUT ROWID;
    CREATE INDEX pack_scope_by_pack ON pack_scope(pack);
    """

  /// What was taken from whom, until it is given back: its arrival tells since when, and removes whether their devices let go of it.
  static let withdrawal = """
    CREATE TABLE withdrawal(account TEXT NOT NULL, scope TEXT NOT NULL, at_ms INTEGER NOT NULL, removes INTEGER NOT NULL,
      arrival INTEGER NOT NULL, PRIMARY KEY (account, scope)) STRICT, WITHOUT ROWID;
    """

  private static let tables = """
    -- omitted is the latest arrival that may have been left out, and omitted_lineage the lineage by then.
    CREATE TABLE relay(id INTEGER PRIMARY KEY CHECK (id = 1), epoch BLOB NOT NULL, arrival INTEGER NOT NULL,
      created_ms INTEGER NOT NULL, token_key BLOB NOT NULL, omitted INTEGER NOT NULL DEFAULT 0,
      omitted_lineage BLOB NOT NULL DEFAULT x'') STRICT;

    -- The log. A scope's head is its latest position; its arrival tells since when it has changed.
    CREATE TABLE scope(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL DEFAULT 0,
      arrival INTEGER NOT NULL) STRICT;
    CREATE INDEX scope_by_arrival ON scope(arrival);
    CREATE TABLE site(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
    -- What is held whole of each site in a scope.
    CREATE TABLE head(scope INTEGER NOT NULL REFERENCES scope(id), site INTEGER NOT NULL REFERENCES site(id),
      seq INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (scope, site)) STRICT, WITHOUT ROWID;
    CREATE TABLE changeset(arrival INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope(id), position INTEGER NOT NULL,
      site INTEGER NOT NULL REFERENCES site(id), seq INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL,
      hash BLOB NOT NULL, header BLOB NOT NULL, signature BLOB NOT NULL, bytes INTEGER NOT NULL, device BLOB NOT NULL,
      received_ms INTEGER NOT NULL, lineage BLOB NOT NULL, certificate BLOB REFERENCES certificate(hash),
      UNIQUE (scope, position), UNIQUE (scope, site, seq)) STRICT;
    \(omission)
    \(omitted)
    \(rejection)
    \(certificate)
    \(statement)
    \(blob)
    \(collection)
    \(pack)
    \(withdrawal)
    -- Bodies, of changesets that are whole and of those that are not yet: arriving, a changeset is not copied.
    CREATE TABLE part(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope(id),
      site INTEGER NOT NULL REFERENCES site(id), seq INTEGER NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL,
      UNIQUE (scope, site, seq, part)) STRICT;
    -- A site's next changeset while some of its parts are missing; device is the one that brings it.
    CREATE TABLE staged(scope INTEGER NOT NULL REFERENCES scope(id), site INTEGER NOT NULL REFERENCES site(id),
      seq INTEGER NOT NULL, hash BLOB NOT NULL, header BLOB NOT NULL, held INTEGER NOT NULL,
      bytes INTEGER NOT NULL, device BLOB NOT NULL, touched_ms INTEGER NOT NULL, PRIMARY KEY (scope, site)) STRICT;
    CREATE INDEX staged_by_device ON staged(device);

    -- Who may hold what: by name, because a grant may come before the scope's first changeset. '*' is every scope.
    CREATE TABLE access(account TEXT NOT NULL, scope TEXT NOT NULL, until_ms INTEGER, arrival INTEGER NOT NULL,
      PRIMARY KEY (account, scope)) STRICT, WITHOUT ROWID;
    CREATE INDEX access_by_scope ON access(scope);
    CREATE TABLE account(name TEXT PRIMARY KEY, display TEXT NOT NULL, role TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE device(id BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES account(name), label TEXT NOT NULL, token_hash BLOB UNIQUE,
      enrolled_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, revoked_ms INTEGER, acknowledged INTEGER NOT NULL DEFAULT 0,
      key BLOB) STRICT, WITHOUT ROWID;
    CREATE TABLE code(hash BLOB PRIMARY KEY, account TEXT NOT NULL, display TEXT NOT NULL, role TEXT NOT NULL, expires_ms INTEGER NOT NULL,
      used_ms INTEGER) STRICT, WITHOUT ROWID;
    CREATE TABLE code_grant(code BLOB NOT NULL REFERENCES code(hash), scope TEXT NOT NULL, PRIMARY KEY (code, scope)) STRICT, WITHOUT ROWID;

    CREATE TABLE audit(id INTEGER PRIMARY KEY, event TEXT NOT NULL, at_ms INTEGER NOT NULL, device BLOB, account TEXT,
      detail TEXT NOT NULL) STRICT;
    CREATE INDEX audit_by_detail ON audit(event, detail);
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    """
}
