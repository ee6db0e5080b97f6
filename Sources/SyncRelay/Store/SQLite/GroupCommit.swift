import Dispatch
import GRDB
import Synchronization

/// Lets the writes of several threads share one transaction, and so one wait for the disk.
///
/// Whoever comes while nobody writes does so at once, alone. Whoever comes meanwhile waits, and the first of those who wait then writes for all
/// of them. So nobody ever waits for company, and as many share a commit as its disk is slow.
final class GroupCommit: Sendable {
  /// How many writes one transaction has at the most: none of them counts before the last has been made.
  static let greatest = 32

  private struct State {
    var waiting: [Turn] = []
    var isWriting = false
  }

  private let pool: DatabasePool
  private let state = Mutex(State())

  init(_ pool: DatabasePool) { self.pool = pool }

  /// How many wait at this moment for one that writes.
  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Writes: all of it is durable before this returns, or none of it is there.
  ///
  /// Where another's write fails that shared the transaction, the body is run again from its beginning: it changes nothing but the store.
  func write<T>(_ body: (Database) throws -> T) throws -> T {
    try withoutActuallyEscaping(body) { body in
      var result: Result<T, any Error>?
      let turn = Turn { db in
        do {
          result = .success(try body(db))
          return true
        } catch {
          result = .failure(error)
          return false
        }
      }
      let mustWait = state.withLock { state in
        state.waiting.append(turn)
        defer { state.isWriting = true }
        return state.isWriting
      }
      if mustWait { turn.wait() }
      if !turn.isOver { writeForAll() }
      if let failure = turn.failure { throw failure }
      guard let result else { throw RelayError(.damaged, "a write that was not made") }
      return try result.get()
    }
  }

  /// Writes for those who wait, and has the next of those who have come meanwhile go on.
  private func writeForAll() {
    let group = state.withLock { state in
      let group = Array(state.waiting.prefix(Self.greatest))
      state.waiting.removeFirst(group.count)
      return group
    }
    // What one of them has done is undone with what all have done; then each stands for itself.
    if group.count == 1 || !commit(group) { for turn in group where !commit([turn]) { turn.isOver = true } }
    let next = state.withLock { state in
      state.isWriting = !state.waiting.isEmpty
      return state.waiting.first
    }
    for turn in group { turn.goOn() }
    next?.goOn()
  }

  /// - Returns: whether it is durable; of one that is alone and failed, why stands with it.
  private func commit(_ group: [Turn]) -> Bool {
    for turn in group { turn.failure = nil }
    do {
      try pool.write { db in
        for turn in group where !turn.run(db) { throw Undone() }
      }
      for turn in group { turn.isOver = true }
      return true
    } catch is Undone {
      return false
    } catch {
      for turn in group { turn.failure = error }
      return false
    }
  }

  /// A body has thrown, and holds what.
  private struct Undone: Error {}

  /// One thread's write. It is another thread's to run only while its own waits, and what either has done the semaphore shows to the other.
  private final class Turn: @unchecked Sendable {
    /// Whether it was made or has failed; else who waits for it is the next to write.
    var isOver = false
    /// Why the transaction failed, where no body did.
    var failure: (any Error)?
    private var body: ((Database) -> Bool)?
    private let semaphore = DispatchSemaphore(value: 0)

    init(_ body: @escaping (Database) -> Bool) { self.body = body }

    /// - Returns: whether the body has not thrown.
    func run(_ db: Database) -> Bool { body?(db) ?? false }

    func wait() { semaphore.wait() }

    func goOn() {
      // Nobody holds on to the body of one whose call has returned.
      if isOver { body = nil }
      semaphore.signal()
    }
  }
}
