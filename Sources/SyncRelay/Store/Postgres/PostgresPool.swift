#if PostgreSQL
  import Dispatch
  import Synchronization

  /// Connections to one database, kept for the next who needs one.
  final class PostgresPool: Sendable {
    private struct State {
      var idle: [PostgresConnection] = []
      /// How often nobody let us in, one time after the other.
      var failures = 0
      /// Until when nobody tries again.
      var closedUntil: DispatchTime?
      var isClosed = false
    }

    /// What another thread is given, one thread at a time.
    private struct Handed: @unchecked Sendable {
      let connection: PostgresConnection
    }

    private let address: PostgresAddress
    private let free = DispatchSemaphore(value: RelayLimits.databaseConnections)
    private let state = Mutex(State())

    init(_ address: PostgresAddress) { self.address = address }

    /// Lends a connection on which a first statement has been run: by it one notices that the server has gone meanwhile.
    func withConnection<T>(_ first: String, _ body: (PostgresConnection) throws -> T) throws -> T {
      guard free.wait(timeout: .now() + RelayLimits.busySeconds) == .success else { throw PostgresError(state: "53300") }
      defer { free.signal() }
      let connection = try ready(first)
      defer { giveBack(connection) }
      return try body(connection)
    }

    private func ready(_ first: String) throws(PostgresError) -> PostgresConnection {
      while let idle = state.withLock({ $0.idle.popLast().map(Handed.init) })?.connection {
        do throws(PostgresError) {
          try idle.run(first)
          return idle
        } catch {
          // The others have most likely gone with it.
          if !idle.isBroken, !error.isUnavailable { throw error }
        }
      }
      let connection = try connect()
      try connection.run(first)
      return connection
    }

    /// Asks the server in. While nobody answers, who asks is told so at once but for now and then.
    private func connect() throws(PostgresError) -> PostgresConnection {
      let mayTry = state.withLock { state in !state.isClosed && state.closedUntil.map { .now() >= $0 } ?? true }
      guard mayTry else { throw PostgresError(state: "08001") }
      do throws(PostgresError) {
        let connection = try PostgresConnection(address.parameters)
        try connection.run("SET lock_timeout = \(Int(RelayLimits.busySeconds * 1000)); SET client_min_messages = warning")
        state.withLock { state in (state.failures, state.closedUntil) = (0, nil) }
        return connection
      } catch {
        state.withLock { state in
          state.failures += 1
          let wait = min(RelayLimits.reconnectSeconds * Double(1 << min(state.failures - 1, 10)), RelayLimits.longestReconnectSeconds)
          state.closedUntil = .now() + wait
        }
        throw error
      }
    }

    private func giveBack(_ connection: PostgresConnection) {
      let handed = Handed(connection: connection)
      state.withLock { state in
        if !state.isClosed, !handed.connection.isBroken { state.idle.append(handed.connection) }
      }
    }

    func close() {
      state.withLock { state in
        state.isClosed = true
        state.idle = []
      }
    }
  }
#endif
