import Foundation
import GRDB
public import SyncCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Puts a backup in a log's place.
///
/// The restored log gets a new epoch, by which devices see that it is not the one they knew: they compare every scope with it, and send
/// again what it lacks. What is not in changesets nobody else holds: who may take part. That is carried over from the log which stood
/// there, as far as it can be read, so that nobody who was revoked since is let in again.
public struct RelayRestoration: Sendable {
  /// What was done.
  public struct Report: Hashable, Sendable {
    /// What the backup holds.
    public let backup: RelayBackup
    /// Where what stood there before is kept; nil when nothing was.
    public let previous: String?
    /// Whether devices, users, grants, revocations and the audit were carried over from it.
    public let carriesAccess: Bool
  }

  private let codec: Codec
  private let issuer: [UInt8]?
  private let clock: @Sendable () -> Int64
  private let random: @Sendable (Int) -> [UInt8]

  /// - Parameters:
  ///   - codec: digests, as the relay has them.
  ///   - issuer: the public key by which the relay's devices are certified; nil where nothing is signed.
  ///   - clock: milliseconds since 1970.
  ///   - random: as many bytes as asked for, from a generator fit for secrets.
  public init(
    codec: Codec, issuer: [UInt8]?, clock: @escaping @Sendable () -> Int64, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.codec = codec
    self.issuer = issuer
    self.clock = clock
    self.random = random
  }

  /// Puts a backup in a log's place. The backup is only read. Until the last step what stood there stands; after a crash there is either.
  ///
  /// - Parameters:
  ///   - backup: the file.
  ///   - digest: the SHA-256 that it has to have; nil where that is not known.
  ///   - path: the log.
  ///   - previous: where what stands there is kept; nothing may be there.
  /// - Throws: ``RelayError`` with `inUse` while any process has the log open; with `notARelay`, `newerFormat`, `damaged`, `otherDigest` or
  ///   `otherIssuer` for a backup that cannot be taken; with `fileExists` or `cannotOpen`. Nothing was changed then.
  public func run(_ backup: String, digest: [UInt8]?, to path: String, keeping previous: String) throws -> Report {
    guard access(previous, F_OK) != 0 else { throw RelayError(.fileExists, previous) }
    let inspected = try Relay.inspect(backup, codec: codec, expecting: digest)
    let isThere = access(path, F_OK) == 0
    let old = isThere ? try RelayFile.openAlone(path) : nil
    let restored = path + ".restored"
    defer { RelayFile.remove(restored) }
    try copy(backup, to: restored)
    // Of an earlier version it is brought to this one.
    try Relay(path: restored, codec: codec, clock: clock, random: random).close()
    let carries = try old.map { try carry(from: $0, to: restored) } ?? false
    try finish(restored)
    try RelayFile.bringToDisk(restored)
    if isThere { try keep(path, as: previous) }
    guard rename(restored, path) == 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
    try RelayFile.bringToDisk((path as NSString).deletingLastPathComponent)
    // Only now: until here nobody else could open what stood there.
    try old?.close()
    return Report(backup: inspected, previous: isThere ? previous : nil, carriesAccess: carries)
  }

  private func copy(_ backup: String, to path: String) throws {
    try RelayFile.makeEmpty(path)
    guard let source = FileHandle(forReadingAtPath: backup), let target = FileHandle(forWritingAtPath: path) else {
      throw RelayError(.cannotOpen, "errno \(errno)")
    }
    defer { try? source.close() }
    while let chunk = try source.read(upToCount: 1 << 20), !chunk.isEmpty { try target.write(contentsOf: chunk) }
    try target.close()
  }

  /// Gives a copy its new epoch, and leaves it as one file.
  private func finish(_ path: String) throws {
    guard let queue = try RelayFile.openAlone(path) else { throw RelayError(.damaged, "the copy") }
    let (now, epoch) = (clock(), Data(random(RelayLimits.epochBytes)))
    try queue.write { db in
      try checkIssuer(db)
      try db.execute(sql: "UPDATE relay SET epoch = ?", arguments: [epoch])
      try CollectionLedger.forget(in: SQLiteTransaction(db))
      try Audit.record(.restored, at: now, device: nil, user: nil, detail: "", in: SQLiteTransaction(db))
    }
    try queue.close()
  }

  /// Another office's log would show its cases to this one's devices, and none of theirs could write.
  private func checkIssuer(_ db: Database) throws {
    guard let issuer else { return }
    for bytes in try Data.fetchAll(db, sql: "SELECT bytes FROM certificate") {
      guard try Certificate(decoding: Array(bytes)).issuer == issuer else { throw RelayError(.otherIssuer, "") }
    }
  }

  /// - Returns: whether it was carried over: not from another relay's log, nor from one that cannot be read.
  private func carry(from old: DatabaseQueue, to path: String) throws -> Bool {
    do {
      return try old.inDatabase { db in
        try db.execute(sql: "ATTACH ? AS restored", arguments: [path])
        defer { try? db.execute(sql: "DETACH restored") }
        guard try Bool.fetchOne(db, sql: "SELECT main.relay.token_key = restored.relay.token_key FROM main.relay, restored.relay") == true
        else { return false }
        try db.inTransaction {
          try db.execute(sql: Self.carrying)
          return .commit
        }
        return true
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return false
    }
  }

  /// What of a device was acknowledged stays as the backup has it: what came later is not there. Grants that are new count as given now.
  private static let carrying = """
    INSERT INTO restored.account SELECT * FROM main.account WHERE true
      ON CONFLICT (name) DO UPDATE SET display = excluded.display, role = excluded.role;
    INSERT INTO restored.device(id, account, label, token_hash, enrolled_ms, seen_ms, revoked_ms, key)
      SELECT id, account, label, token_hash, enrolled_ms, seen_ms, revoked_ms, key FROM main.device WHERE true
      ON CONFLICT (id) DO UPDATE SET account = excluded.account, label = excluded.label, token_hash = excluded.token_hash,
        enrolled_ms = excluded.enrolled_ms, seen_ms = excluded.seen_ms, revoked_ms = excluded.revoked_ms, key = excluded.key;
    INSERT OR IGNORE INTO restored.certificate SELECT * FROM main.certificate;
    INSERT OR IGNORE INTO restored.statement SELECT * FROM main.statement WHERE scope = 0 AND site = 0;
    INSERT OR IGNORE INTO restored.scope(name, arrival) SELECT name, arrival FROM main.scope
      WHERE id IN (SELECT scope FROM main.statement WHERE kind = 5);
    INSERT OR IGNORE INTO restored.site(name) SELECT name FROM main.site WHERE id IN (SELECT site FROM main.statement WHERE kind = 5);
    DELETE FROM restored.statement WHERE kind = 5;
    INSERT INTO restored.statement(scope, site, kind, first, last, hash, bytes, signature)
      SELECT scope.id, site.id, kind, first, last, hash, bytes, signature FROM main.statement
        JOIN main.scope AS old_scope ON old_scope.id = main.statement.scope JOIN restored.scope AS scope ON scope.name = old_scope.name
        JOIN main.site AS old_site ON old_site.id = main.statement.site JOIN restored.site AS site ON site.name = old_site.name
      WHERE kind = 5;
    UPDATE restored.relay SET arrival = arrival + 1;
    INSERT INTO restored.access(account, scope, until_ms, arrival)
      SELECT account, scope, until_ms, (SELECT arrival FROM restored.relay) FROM main.access WHERE true
      ON CONFLICT (account, scope) DO UPDATE SET until_ms = excluded.until_ms;
    DELETE FROM restored.access WHERE (account, scope) NOT IN (SELECT account, scope FROM main.access);
    DELETE FROM restored.withdrawal;
    INSERT INTO restored.withdrawal(account, scope, at_ms, removes, arrival)
      SELECT account, scope, at_ms, removes, (SELECT arrival FROM restored.relay) FROM main.withdrawal;
    DELETE FROM restored.code_grant;
    DELETE FROM restored.code;
    INSERT INTO restored.code SELECT * FROM main.code;
    INSERT INTO restored.code_grant SELECT * FROM main.code_grant;
    INSERT INTO restored.audit(event, at_ms, device, account, detail) SELECT event, at_ms, device, account, detail FROM main.audit
      WHERE id > (SELECT coalesce(max(id), 0) FROM restored.audit) ORDER BY id;
    """

  /// Gives what stands there a second name, so that there is never none; what SQLite left beside it goes along.
  private func keep(_ path: String, as previous: String) throws {
    for suffix in RelayFile.companions { rename(path + suffix, previous + suffix) }
    // Some file systems know no second names.
    guard link(path, previous) == 0 || rename(path, previous) == 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
  }
}
