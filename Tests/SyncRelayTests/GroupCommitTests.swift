import Foundation
import GRDB
import Synchronization
import Testing

@testable import SyncRelay

/// Writes that come while another is under way share a commit, and nothing else.
@Suite final class GroupCommitTests {
  private final class Commits: TransactionObserver, Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { value.withLock { $0 += 1 } }
    func databaseDidRollback(_ db: Database) {}
  }

  private struct Wrong: Error {}

  private let folder = NSTemporaryDirectory() + "group-commit-" + UUID().uuidString
  private let pool: DatabasePool
  private let group: GroupCommit
  private let commits = Commits()

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    pool = try DatabasePool(path: folder + "/file.sqlite")
    try pool.write { db in try db.execute(sql: "CREATE TABLE t(n INTEGER PRIMARY KEY)") }
    group = GroupCommit(pool)
    pool.add(transactionObserver: commits, extent: .databaseLifetime)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Has threads write while one has the file, which goes on once all wait.
  private func together(_ count: Int, _ body: @escaping @Sendable (Int, Database) throws -> Void) throws -> [Int: any Error] {
    let (entered, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let failures = Mutex<[Int: any Error]>([:])
    let all = DispatchGroup()
    let group = group
    func start(_ number: Int, _ body: @escaping @Sendable (Int, Database) throws -> Void) {
      all.enter()
      Thread.detachNewThread {
        do { try group.write { db in try body(number, db) } } catch { failures.withLock { $0[number] = error } }
        all.leave()
      }
    }
    start(0) { _, _ in
      entered.signal()
      mayGoOn.wait()
    }
    entered.wait()
    for number in 1...count { start(number, body) }
    while group.waiting < count { Thread.sleep(forTimeInterval: 0.001) }
    mayGoOn.signal()
    all.wait()
    return failures.withLock { $0 }
  }

  private func rows() throws -> [Int] { try pool.read { db in try Int.fetchAll(db, sql: "SELECT n FROM t ORDER BY n") } }

  @Test(arguments: [1, GroupCommit.greatest, GroupCommit.greatest + 1])
  func whoeverWaitsSharesACommit(count: Int) throws {
    #expect(try together(count) { number, db in try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number]) }.isEmpty)
    #expect(try rows() == Array(1...count))
    // The first one's, and those of the others together.
    #expect(commits.count == 1 + (count + GroupCommit.greatest - 1) / GroupCommit.greatest)
  }

  /// One that fails has its own error and leaves nothing; the others are there.
  @Test func aWriteThatFailsFailsAlone() throws {
    let failures = try together(5) { number, db in
      try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number])
      if number == 3 { throw Wrong() }
    }
    #expect(Array(failures.keys) == [3] && failures[3] is Wrong)
    #expect(try rows() == [1, 2, 4, 5])
    // What SQLite refuses is no other's either.
    let refused = try together(3) { number, db in
      try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number == 2 ? 5 : 10 + number])
    }
    #expect(Array(refused.keys) == [2] && refused[2] is DatabaseError)
    #expect(try rows() == [1, 2, 4, 5, 11, 13])
  }

  /// A transaction that nobody may begin fails for each of them, and is nobody's any more afterwards.
  @Test func whatCannotBeBegunFailsForEach() throws {
    let other = try DatabaseQueue(path: folder + "/file.sqlite")
    try other.inTransaction(.immediate) { _ in
      for number in 1...3 {
        #expect(throws: DatabaseError.self) {
          try group.write { db in try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number]) }
        }
      }
      return .rollback
    }
    #expect(try rows().isEmpty)
    #expect(try together(2) { number, db in try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number]) }.isEmpty)
    #expect(try rows() == [1, 2])
  }
}
