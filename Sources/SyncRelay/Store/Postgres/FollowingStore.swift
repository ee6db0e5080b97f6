#if PostgreSQL
  import Synchronization

  /// A log in a file until that has moved to a database, and from then on there: who serves it need not begin anew.
  final class FollowingStore: RelayStore {
    private let current: Mutex<any RelayStore>
    private let successor: @Sendable () throws -> (any RelayStore)?

    /// - Parameter successor: where the log has gone; nil while that is under way.
    init(_ file: SQLiteStore, successor: @escaping @Sendable () throws -> (any RelayStore)?) {
      current = Mutex(file)
      self.successor = successor
    }

    private var store: any RelayStore { current.withLock { $0 } }

    private func following<T>(_ work: (any RelayStore) throws -> T) throws -> T {
      do {
        return try work(store)
      } catch let error as RelayError where error.code == .moved {
        // One thread opens it; the others find it open.
        try current.withLock { current in
          guard current is SQLiteStore else { return }
          guard let next = try successor() else { throw RelayError(.unavailable, "moving") }
          try? current.close()
          current = next
        }
        return try work(store)
      }
    }

    func read<T>(_ body: (any StoreTransaction) throws -> T) throws -> T { try following { try $0.read(body) } }

    @discardableResult
    func write<T>(_ body: (any StoreTransaction) throws -> T) throws -> T { try following { try $0.write(body) } }

    func size() throws -> Int64 { try following { try $0.size() } }
    func scrub() throws { try following { try $0.scrub() } }
    func close() throws { try store.close() }
    var freeBytes: Int64? { store.freeBytes }
    var isWritable: Bool { store.isWritable }
    func copy(to name: String) throws { try following { try $0.copy(to: name) } }
  }
#endif
