import Foundation
import GRDB
import SyncCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The log in one SQLite file.
struct SQLiteStore: RelayStore {
  let pool: DatabasePool
  private let commits: GroupCommit

  init(path: String, codec: Codec, now: Int64, random: @Sendable (Int) -> [UInt8]) throws {
    pool = try RelayFile.open(path: path, random: random, codec: codec, now: now)
    commits = GroupCommit(pool)
  }

  func read<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
    try pool.read { db in
      try RelayFile.requireHere(db)
      return try body(SQLiteTransaction(db))
    }
  }

  func write<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
    try commits.write { db in
      try RelayFile.requireHere(db)
      return try body(SQLiteTransaction(db))
    }
  }

  func close() throws { try pool.close() }

  func copy(to name: String) throws {
    try pool.writeWithoutTransaction { db in
      try RelayFile.requireHere(db)
      try db.execute(sql: "VACUUM INTO ?", arguments: [name])
    }
  }

  /// The log's file and the one beside it in which the latest commits wait.
  func size() throws -> Int64 {
    ["", "-wal"].reduce(0) { sum, suffix in
      let size = try? FileManager.default.attributesOfItem(atPath: pool.path + suffix)[.size] as? Int64
      return sum + (size ?? 0)
    }
  }

  /// How much room the file's disk has for this process.
  var freeBytes: Int64? {
    var facts = statvfs()
    guard statvfs(pool.path, &facts) == 0 else { return nil }
    return Int64(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }

  var isWritable: Bool {
    // What is undone never reaches the disk, so that a disk which the kernel has made read-only is asked for itself.
    guard access(pool.path, W_OK) == 0, access((pool.path as NSString).deletingLastPathComponent, W_OK) == 0 else { return false }
    do {
      try pool.writeInTransaction(.immediate) { db in
        try db.execute(sql: "UPDATE relay SET arrival = arrival")
        return .rollback
      }
      return true
    } catch {
      return false
    }
  }

  /// Makes the file anew of what it holds, and empties the write-ahead log.
  func scrub() throws {
    try pool.vacuum()
    _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }
}
