import Crypto
import Foundation
import GRDB
import SyncCore

/// A copy of the log that was looked through.
public struct RelayBackup: Hashable, Sendable {
  /// How large the file is, in bytes.
  public let bytes: Int64
  /// The file's SHA-256.
  public let digest: [UInt8]
  /// How many changesets it holds; each of their hashes was taken again.
  public let changesets: Int
  /// When the latest of them was received, in milliseconds since 1970; nil for an empty log.
  public let newest: Int64?
}

extension Relay {
  /// Copies the log as it stands now, wherever it is kept, into a new file, while other processes go on reading and writing it.
  ///
  /// The copy is written beside the path under another name, looked through — the database's own check, every changeset's hashes, every
  /// chain — and only then gets its name, durably. Its owner alone may read it: it holds all that the log does, tokens' digests too.
  ///
  /// - Parameter path: where; nothing may be there.
  /// - Throws: ``RelayError`` with `fileExists`, `cannotOpen` or `unavailable`; `damaged` when the log is not what it says, and the copy is gone then.
  public func backup(to path: String) throws -> RelayBackup {
    guard access(path, F_OK) != 0 else { throw RelayError(.fileExists, path) }
    let unfinished = path + ".new"
    try RelayFile.makeEmpty(unfinished)
    defer { RelayFile.remove(unfinished) }
    try store.copy(to: unfinished)
    let backup = try Self.inspect(unfinished, codec: codec)
    try RelayFile.bringToDisk(unfinished)
    guard rename(unfinished, path) == 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
    try RelayFile.bringToDisk((path as NSString).deletingLastPathComponent)
    try noteBackup(named: (path as NSString).lastPathComponent, digest: backup.digest)
    return backup
  }

  /// Copies the log as it stands now into an empty file that SQLite opens by a name, and looks the copy through: for whoever makes of it what is
  /// kept, and says so with ``noteBackup(named:digest:)``.
  /// - Parameter name: a path, or what SQLite takes for one.
  /// - Throws: ``RelayError`` with `unavailable`; `damaged` when the log is not what it says.
  public func copyLog(to name: String) throws -> (changesets: Int, newest: Int64?) {
    try store.copy(to: name)
    return try Self.inspectLog(name, codec: codec)
  }

  /// Writes into the audit that the log was backed up.
  /// - Parameters:
  ///   - name: what the backup is called.
  ///   - digest: its SHA-256.
  public func noteBackup(named name: String, digest: [UInt8]) throws {
    let now = clock()
    try store.write { db in
      try Audit.record(.backedUp, at: now, device: nil, user: nil, detail: "\(name) sha256:\(Hex.text(digest))", in: db)
    }
  }

  /// Looks a log through without changing it.
  /// - Parameter expected: the file's SHA-256; nil where that is not known.
  /// - Throws: ``RelayError`` with `otherDigest`, `notARelay`, `newerFormat`, `cannotOpen` or `damaged`.
  static func inspect(_ path: String, codec: Codec, expecting expected: [UInt8]? = nil) throws -> RelayBackup {
    let digest = try FileDigest.sha256(path)
    guard expected == nil || expected == digest.digest else { throw RelayError(.otherDigest, Hex.text(digest.digest)) }
    let log = try inspectLog(path, codec: codec)
    return RelayBackup(bytes: digest.bytes, digest: digest.digest, changesets: log.changesets, newest: log.newest)
  }

  private static func inspectLog(_ name: String, codec: Codec) throws -> (changesets: Int, newest: Int64?) {
    do {
      let queue = try RelayFile.openReadOnly(name)
      defer { try? queue.close() }
      return try queue.read { db in
        try checkFile(db)
        let log = SQLiteTransaction(db)
        return (
          try LogCheck(db: log, codec: codec).run(),
          try log.value("SELECT received_ms FROM changeset ORDER BY arrival DESC LIMIT 1")
        )
      }
    } catch let error as DatabaseError {
      throw RelayError(.damaged, "SQLite \(error.extendedResultCode.rawValue)")
    }
  }

  /// What the database says of itself.
  private static func checkFile(_ db: Database) throws {
    let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
    guard verdict == "ok" else { throw RelayError(.damaged, verdict ?? "integrity") }
    guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else { throw RelayError(.damaged, "a reference") }
  }
}

/// The digest of a file that need not fit into memory.
enum FileDigest {
  private static let step = 1 << 20

  static func sha256(_ path: String) throws -> (bytes: Int64, digest: [UInt8]) {
    guard let file = FileHandle(forReadingAtPath: path) else { throw RelayError(.cannotOpen, "errno \(errno)") }
    defer { try? file.close() }
    var hash = SHA256()
    var bytes: Int64 = 0
    while let chunk = try file.read(upToCount: step), !chunk.isEmpty {
      hash.update(data: chunk)
      bytes += Int64(chunk.count)
    }
    return (bytes, Array(hash.finalize()))
  }
}
