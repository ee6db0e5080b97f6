import CSQLite
import Foundation
import SyncCore

extension Replica {
  /// Under which name an encrypted copy is made, beside the file; left behind by a crash it is of no use, and is made anew.
  private static let unfinishedSuffix = ".sealing"

  /// Encrypts the file of a replica, in its place: one that lies in clear, or under a former key. Nobody may have it open.
  ///
  /// A crash at any point leaves the whole file as it was or the whole encrypted one. Page for page it is the same: the replica goes on as
  /// the one it was. The former file is written over before it is let go, as far as the disk writes where it is told to; after a crash in
  /// between, what stood there may still be found on the disk.
  /// - Parameters:
  ///   - path: the file. One that this key has encrypted already is left as it is.
  ///   - key: the key, which has to be kept somewhere by now.
  ///   - former: by what the file is encrypted, where it does not lie in clear.
  ///   - marks: where this machine remembers the file, as in ``ReplicaConfiguration/marks``.
  /// - Throws: ``SyncKitError/Code/busy`` while anybody has it open, ``SyncKitError/Code/unsuitablePageSize``, or what SQLite says.
  public static func protect(
    path: String, with key: StorageKey, former: StorageKey? = nil, marks: ReplicaMarks? = nil
  ) throws {
    do {
      try FileExamination(path, key).check()
      try? FileManager.default.removeItem(atPath: path + unfinishedSuffix)
      return
    } catch let error as SyncKitError where error.code == .notProtected || error.code == .wrongKey && former != nil {}
    try FileExamination(path, former).check()
    // Open until all is done: to close any descriptor of a file gives up the locks that SQLite holds on it.
    guard let replaced = FileHandle(forUpdatingAtPath: path) else { throw SyncKitError(.readOnly, ["path": path]) }
    defer { try? replaced.close() }
    let source = try RawDatabase(try SealedFiles.name(of: path, former), path: path)
    defer { source.close() }
    try source.takeForItself()
    guard try source.number("PRAGMA page_size") == SealedUnits.pageBytes else {
      throw SyncKitError(.unsuitablePageSize, ["path": path, "pageSize": String(try source.number("PRAGMA page_size"))])
    }
    let unfinished = path + unfinishedSuffix
    for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: unfinished + suffix) }
    do {
      try source.copy(to: unfinished, key)
      if let marks { try source.remember(unfinished, as: path, marks) }
      guard rename(unfinished, path) == 0 else { throw SyncKitError(.readOnly, ["path": path, "errno": String(errno)]) }
    } catch {
      try? FileManager.default.removeItem(atPath: unfinished)
      throw error
    }
    try bringToDisk(folderOf: path)
    try writeOver(replaced)
  }

  static func bringToDisk(folderOf path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SyncKitError(.readOnly, ["path": folder]) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SyncKitError(.sqlite, ["path": folder, "code": String(errno), "message": "fsync"]) }
  }

  /// Zeros in place of everything: whoever opened the former file in the meantime finds no database in it, and nothing is written that
  /// nobody would find again.
  private static func writeOver(_ file: FileHandle) throws {
    let size = try file.seekToEnd()
    try file.seek(toOffset: 0)
    let zeros = Data(count: 1 << 20)
    var left = size
    while left > 0 {
      let count = min(left, UInt64(zeros.count))
      try file.write(contentsOf: zeros.prefix(Int(count)))
      left -= count
    }
    try file.synchronize()
  }
}

/// A database that is copied page by page, without its schema being looked at.
private final class RawDatabase {
  private let handle: OpaquePointer
  private let connection: Connection
  private let path: String

  init(_ name: String, path: String) throws {
    var handle: OpaquePointer?
    let result = sqlite3_open_v2(name, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
    guard result == SQLITE_OK, let handle else {
      sqlite3_close_v2(handle)
      throw Self.failure(result, path)
    }
    (self.handle, self.path) = (handle, path)
    connection = Connection(handle)
    sqlite3_extended_result_codes(handle, 1)
  }

  func close() {
    connection.finalizeStatements()
    sqlite3_close_v2(handle)
  }

  private static func failure(_ result: Int32, _ path: String) -> SyncKitError {
    if [SQLITE_BUSY, SQLITE_LOCKED].contains(result & 0xff) { return SyncKitError(.busy, ["path": path]) }
    return SyncKitError(
      .ofFile(result) ?? .sqlite, ["path": path, "code": String(result), "message": String(cString: sqlite3_errstr(result))])
  }

  private func run(_ sql: String) throws {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    if result != SQLITE_OK { throw Self.failure(sqlite3_extended_errcode(handle), path) }
  }

  func number(_ sql: String) throws -> Int {
    let ask = try connection.statement(sql)
    defer { ask.reset() }
    return try ask.step() ? Int(ask.int(0)) : 0
  }

  /// Brings the log into the file and keeps everybody else out. It succeeds only while nobody else has the database open.
  func takeForItself() throws {
    try run("PRAGMA locking_mode = EXCLUSIVE")
    try run("PRAGMA journal_mode = DELETE")
    // In this mode the lock stays after the transaction, in which no copy could be made.
    try run("BEGIN EXCLUSIVE; COMMIT")
  }

  /// Makes an encrypted file of the same pages, on the disk when this returns.
  func copy(to path: String, _ key: StorageKey) throws {
    let copy = try RawDatabase(try SealedFiles.name(of: path, key), path: path)
    defer { copy.close() }
    chmod(path, 0o600)
    guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
      throw Self.failure(sqlite3_extended_errcode(copy.handle), path)
    }
    let step = sqlite3_backup_step(backup, -1)
    let end = sqlite3_backup_finish(backup)
    guard step == SQLITE_DONE, end == SQLITE_OK else { throw Self.failure(step == SQLITE_DONE ? end : step, path) }
  }

  /// Tells the machine that the replica's file is another one from now on, so that it is not taken for a copy.
  func remember(_ unfinished: String, as path: String, _ marks: ReplicaMarks) throws {
    let site = try connection.site()
    guard let known = marks.mark(of: site), let old = ReplicaMark(of: path, left: known.left), old.file == known.file,
      var new = ReplicaMark(of: unfinished, left: known.left)
    else { return }
    new.path = old.path
    marks.put(new, of: site)
  }
}
