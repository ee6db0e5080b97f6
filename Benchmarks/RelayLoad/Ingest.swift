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

  /// Appends the same changesets to a table of the store's own kind, by the quickest way that it has, some pushes in each transaction, each commit
  /// on the disk.
  func append(to store: RelayProcess.Store, in folder: URL) throws -> Figures {
    let append: any RawAppend =
      switch store {
      case .sqlite: try RawFile(folder.appendingPathComponent("raw.sqlite"))
      case .postgres(let server): try RawTable(server)
      }
    let began = ContinuousClock.now
    for start in stride(from: 0, to: pushes.count, by: Self.pushesPerCommit) {
      try append.commit(pushes[start..<min(start + Self.pushesPerCommit, pushes.count)].flatMap(\.fragments))
    }
    return Figures(seconds: (ContinuousClock.now - began).seconds, changesets: changesets, bytes: 0, requests: Durations())
  }
}
