import CSQLite
import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// What an encrypted replica leaves on the disk, and what it does not.
@Suite struct ProtectionTests {
  /// A text that is nowhere else: other tests have files open in this process too.
  private static func newMarker() -> String { "鹭岛精密电子的秘密-\(UUID().uuidString)" }
  private static let scope = ScopeID(literal: "case")

  private static func folder() throws -> String {
    let folder = NSTemporaryDirectory() + "protection-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func open(_ path: String, _ key: StorageKey?) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("note", scope: .fixed(scope))], author: "lin")
    configuration.storageKey = key
    return try Replica(path: path, configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in try db.execute(sql: "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, body TEXT)") }
    }
  }

  /// Every byte that this process has on the disk below a folder: its files, and those that were deleted and are still open.
  private static func bytesOnDisk(_ folder: String) -> Data {
    var all = Data()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      all.append(FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data())
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
        target.hasSuffix(" (deleted)"), target.contains("etilqs")
      else { continue }
      all.append(FileManager.default.contents(atPath: "/proc/self/fd/\(name)") ?? Data())
    }
    return all
  }

  /// Work that fills the log, spills the cache in a large transaction, sorts more than fits into memory and undoes a savepoint, and what
  /// of the marker could be found on the disk meanwhile.
  private static func work(_ key: StorageKey?) throws -> (found: Int, temporary: Int) {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let replica = try open("\(folder)/r.sqlite", key)
    let marker = newMarker()
    var found = 0
    var temporary = 0
    func look() {
      let bytes = bytesOnDisk(folder)
      var at = bytes.startIndex
      while let hit = bytes.range(of: Data(marker.utf8), in: at..<bytes.endIndex) {
        found += 1
        at = hit.upperBound
      }
      temporary += ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.contains("etilqs") ?? false
      }
    }
    try replica.pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA cache_size = 20")
      try db.inTransaction(.immediate) {
        for row in 0..<3000 {
          try db.execute(
            sql: "INSERT INTO note VALUES(?, ?)", arguments: ["\(row)", "\(marker) \(row) " + String(repeating: "x", count: 300)])
        }
        try db.inSavepoint {
          try db.execute(sql: "UPDATE note SET body = body || ' again'")
          look()
          return .rollback
        }
        look()
        return .commit
      }
      look()
      let sorted = try Row.fetchCursor(db, sql: "SELECT body FROM note, (SELECT 1 UNION ALL SELECT 2) ORDER BY body DESC")
      _ = try sorted.next()
      look()
    }
    try replica.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    look()
    return (found, temporary)
  }

  @Test func nothingOfAnEncryptedReplicaLiesInClearInAnyFile() throws {
    let sealed = try Self.work(StorageKey())
    #expect(sealed.found == 0)
    #expect(sealed.temporary > 0, "nothing was spilled: the test would see nothing")
    // The same search finds it where nothing is encrypted.
    #expect(try Self.work(nil).found > 10_000)
  }

  @Test func whatWasWrittenIsReadByTheSameKeyAndNoOther() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/a b%?#.sqlite"
    let key = StorageKey()
    do {
      let replica = try Self.open(path, key)
      try replica.write { db in try db.execute(sql: "INSERT INTO note VALUES('1', 'hello')") }
    }
    for other in [StorageKey(), nil] {
      let error = #expect(throws: SyncKitError.self) { _ = try Self.open(path, other) }
      #expect(error?.code == (other == nil ? .isProtected : .wrongKey))
    }
    let replica = try Self.open(path, StorageKey(bytes: key.bytes))
    #expect(try replica.read { db in try String.fetchOne(db, sql: "SELECT body FROM note") } == "hello")
    #expect(try replica.findings().filter(\.isProblem).isEmpty)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  // MARK: What is damaged or moved

  /// A replica whose pages all lie in its file, closed.
  private static func closedFile(_ path: String, _ key: StorageKey) throws {
    let replica = try open(path, key)
    try replica.write { db in
      for row in 0..<400 {
        try db.execute(sql: "INSERT INTO note VALUES(?, ?)", arguments: ["\(row)", String(repeating: "\(row) ", count: 60)])
      }
    }
    try replica.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
  }

  private static func readAll(_ path: String, _ key: StorageKey) throws -> Int {
    try open(path, key).read { db in
      try String.fetchAll(db, sql: "SELECT body FROM note").count + Data.fetchAll(db, sql: "SELECT body FROM synckit_log").count
    }
  }

  private static func place(ofPage number: Int) -> Range<Int> {
    let start = SealedHeader.byteCount + (number - 1) * (SealedUnits.pageBytes + SealedUnits.overhead)
    return start..<start + SealedUnits.pageBytes + SealedUnits.overhead
  }

  @Test(arguments: ["flipped", "moved", "of another file"]) func aPageThatIsNotWhatWasWrittenThereIsAnErrorAndNeverRead(how: String) throws
  {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let key = StorageKey()
    let (path, other) = ("\(folder)/r.sqlite", "\(folder)/other.sqlite")
    try Self.closedFile(path, key)
    try Self.closedFile(other, key)
    let good = try #require(FileManager.default.contents(atPath: path))
    let pages = (good.count - SealedHeader.byteCount) / (SealedUnits.pageBytes + SealedUnits.overhead)
    var found = 0
    for number in 1...pages {
      var bytes = good
      let place = Self.place(ofPage: number)
      switch how {
      case "flipped": bytes[place.lowerBound + 100] ^= 1
      case "moved": bytes.replaceSubrange(place, with: good[Self.place(ofPage: number % pages + 1)])
      default: bytes.replaceSubrange(place, with: try #require(FileManager.default.contents(atPath: other))[place])
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      do {
        // A page that nobody asked for hurts nobody.
        #expect(try Self.readAll(path, key) > 400)
      } catch {
        let code = (Replica.translate(error, path: path) as? SyncKitError)?.code
        #expect(code == .damaged, "page \(number): \(error)")
        found += 1
      }
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
    #expect(found > pages / 2)
  }

  // MARK: Encrypting what was in clear

  @Test func aReplicaInClearIsEncryptedInItsPlaceAndStaysTheOneItWas() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (path, key) = ("\(folder)/r.sqlite", StorageKey())
    let marker = Self.newMarker()
    let marks = ReplicaMarks(folder: folder + "/marks")
    func open(_ key: StorageKey?) throws -> Replica {
      var configuration = ReplicaConfiguration(tables: [SyncedTable("note", scope: .fixed(Self.scope))], author: "lin", marks: marks)
      configuration.storageKey = key
      return try Replica(path: path, configuration: configuration) { migrator in
        migrator.registerMigration("1") { db in try db.execute(sql: "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, body TEXT)") }
      }
    }
    var before: Replica? = try open(nil)
    try before?.write { db in
      for row in 0..<500 { try db.execute(sql: "INSERT INTO note VALUES(?, ?)", arguments: ["\(row)", marker]) }
    }
    try before?.noteLeaving()
    let site = before?.site
    let digests = try before?.digest(of: Self.scope)
    // While anybody has it open it stays as it is.
    let busy = #expect(throws: SyncKitError.self) { try Replica.protect(path: path, with: key, marks: marks) }
    #expect(busy?.code == .busy)
    before = nil
    try Replica.protect(path: path, with: key, marks: marks)
    try Replica.protect(path: path, with: key, marks: marks)
    #expect(Self.bytesOnDisk(folder).range(of: Data(marker.utf8)) == nil)
    let after = try open(key)
    #expect(after.site == site)
    #expect(try after.incidents().isEmpty)
    #expect(try after.digest(of: Self.scope) == digests)
    #expect(try after.findings().filter(\.isProblem).isEmpty)
    let other = #expect(throws: SyncKitError.self) { try Replica.protect(path: path, with: StorageKey()) }
    #expect(other?.code == .wrongKey)
  }

  /// What a crash leaves of an unfinished copy harms nobody, and the next attempt begins anew.
  @Test func anUnfinishedCopyIsMadeAnew() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (path, key) = ("\(folder)/r.sqlite", StorageKey())
    do { _ = try Self.open(path, nil) }
    try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: path + ".sealing"))
    do { _ = try Self.open(path, nil) }
    try Replica.protect(path: path, with: key)
    _ = try Self.open(path, key)
    #expect(!FileManager.default.fileExists(atPath: path + ".sealing"))
  }

  @Test func aFileWithPagesOfAnotherSizeStaysAsItIs() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/r.sqlite"
    try DatabaseQueue(path: path).close()
    do {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA page_size = 1024; VACUUM; CREATE TABLE t(a)") }
    }
    let bytes = FileManager.default.contents(atPath: path)
    let error = #expect(throws: SyncKitError.self) { try Replica.protect(path: path, with: StorageKey()) }
    #expect(error?.code == .unsuitablePageSize)
    #expect(FileManager.default.contents(atPath: path) == bytes)
  }

  @Test func twoProcessesOpenOneEncryptedReplica() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (path, key) = ("\(folder)/r.sqlite", StorageKey())
    let pair = [try Self.open(path, key), try Self.open(path, key)]
    for round in 0..<40 {
      try pair[round % 2].write { db in try db.execute(sql: "INSERT INTO note VALUES(?, 'x')", arguments: ["\(round)"]) }
      #expect(try pair[1 - round % 2].read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM note") } == round + 1)
    }
  }
}
