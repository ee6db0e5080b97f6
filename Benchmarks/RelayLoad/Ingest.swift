import CSQLite
import Foundation
import SyncCore
import SyncKit
import Synchronization

/// What the relay takes in at most: days of work pushed as fast as it answers, by connections that do nothing else, against the same bytes
/// appended to a file by SQLite alone.
struct Ingest {
  /// How many pushes are under way at once: enough to keep both cores, few enough that none waits to be let in.
  private static let connections = 8
  /// How many pushes' changesets one transaction of the plain append holds.
  private static let pushesPerCommit = 8

  struct Push: Sendable {
    let token: String
    let body: [UInt8]
    let fragments: [Fragment]
  }

  struct Figures {
    let seconds: Double
    let changesets: Int
    let bytes: Int
    let requests: Durations
  }

  let pushes: [Push]

  init(_ laptops: [Laptop]) throws {
    let all = Mutex<[Push]>([])
    try onThreads(2, laptops.count) { number in
      let laptop = laptops[number]
      let made = try laptop.pushes().map { fragments in
        Push(token: laptop.token, body: ExchangeRequest.push(fragments).encoded(codec: .standard), fragments: fragments)
      }
      all.withLock { $0 += made }
    }
    pushes = all.withLock { $0 }
  }

  private var changesets: Int { pushes.reduce(0) { $0 + $1.fragments.count } }

  /// Pushes everything; each answer has to say that all of it is held.
  func push(to url: String) throws -> Figures {
    let tally = Mutex(Tally())
    let began = ContinuousClock.now
    try onThreads(Self.connections, pushes.count) { number in
      let transport = try MeasuredTransport(url: url, token: pushes[number].token)
      let answer = try transport.roundTrip(path: "/v1/push", body: pushes[number].body)
      guard case .receipt(let held, let refused) = try ExchangeResponse(decoding: answer, codec: .standard), refused.isEmpty,
        held.reduce(0, { $0 + $1.holdings.vector.entries.reduce(0) { $0 + $1.seq } }) == pushes[number].fragments.count
      else { throw LoadError("a push that was not taken whole") }
      tally.withLock { $0.add(transport.tally) }
    }
    let seconds = (ContinuousClock.now - began).seconds
    return Figures(
      seconds: seconds, changesets: changesets, bytes: pushes.reduce(0) { $0 + $1.body.count }, requests: tally.withLock { $0.requests })
  }

  /// Appends the same changesets to a table of a new file: one prepared statement, some pushes in each transaction, each commit on the disk.
  func append(to file: URL) throws -> Figures {
    var database: OpaquePointer?
    guard sqlite3_open(file.path, &database) == SQLITE_OK, let database else { throw LoadError("SQLite cannot open \(file.path)") }
    defer { sqlite3_close(database) }
    func run(_ sql: String) throws {
      guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw LoadError(String(cString: sqlite3_errmsg(database))) }
    }
    try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try run("CREATE TABLE append(id INTEGER PRIMARY KEY, header BLOB NOT NULL, signature BLOB NOT NULL, body BLOB NOT NULL) STRICT")
    var statement: OpaquePointer?
    guard
      sqlite3_prepare_v2(database, "INSERT INTO append(header, signature, body) VALUES (?, ?, ?)", -1, &statement, nil) == SQLITE_OK,
      let statement
    else { throw LoadError(String(cString: sqlite3_errmsg(database))) }
    defer { sqlite3_finalize(statement) }
    let began = ContinuousClock.now
    for start in stride(from: 0, to: pushes.count, by: Self.pushesPerCommit) {
      try run("BEGIN IMMEDIATE")
      for push in pushes[start..<min(start + Self.pushesPerCommit, pushes.count)] {
        for fragment in push.fragments {
          for part in fragment.parts {
            let step = fragment.header.withUnsafeBytes { header in
              fragment.signature.withUnsafeBytes { signature in
                part.withUnsafeBytes { body in
                  for (at, bytes) in [(Int32(1), header), (2, signature), (3, body)] {
                    sqlite3_bind_blob(statement, at, bytes.baseAddress, Int32(bytes.count), nil)
                  }
                  return sqlite3_step(statement)
                }
              }
            }
            guard step == SQLITE_DONE else { throw LoadError(String(cString: sqlite3_errmsg(database))) }
            sqlite3_reset(statement)
          }
        }
      }
      try run("COMMIT")
    }
    let seconds = (ContinuousClock.now - began).seconds
    return Figures(seconds: seconds, changesets: changesets, bytes: 0, requests: Durations())
  }
}
