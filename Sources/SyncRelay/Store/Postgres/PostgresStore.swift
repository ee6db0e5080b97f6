#if PostgreSQL
  import Foundation
  import SyncCore

  /// The log in a PostgreSQL database, which several relay processes may stand before.
  ///
  /// Whoever writes holds the rows of the scopes that it writes in, and lastly the relay's own row, by which arrivals are given: from then
  /// until it has committed nobody else is given one. So arrivals are seen in their order, and a token never passes over one that comes late.
  struct PostgresStore: RelayStore {
    private let pool: PostgresPool

    /// What is done with what is found there.
    enum Opening {
      /// A relay has to be there.
      case existing
      /// A new relay is made in an empty database.
      case creating
      /// Another relay's log is to be put there, or has been in part.
      case filling
    }

    /// - Throws: ``RelayError`` with `unavailable`, `notARelay`, `newerFormat`, `otherIssuer` or `unfinished`.
    init(
      _ address: PostgresAddress, issuer: [UInt8], now: Int64, random: @Sendable (Int) -> [UInt8], opening: Opening
    ) throws {
      pool = PostgresPool(address)
      try PostgresTables(store: self, opening: opening).prepare(issuer: issuer, now: now, random: random)
    }

    func read<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
      try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", forUpdate: "", body)
    }

    @discardableResult
    func write<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
      try transaction("BEGIN ISOLATION LEVEL READ COMMITTED", forUpdate: " FOR UPDATE", body)
    }

    private func transaction<T>(_ begin: String, forUpdate: String, _ body: (any StoreTransaction) throws -> T) throws -> T {
      var attempt = 1
      while true {
        do {
          return try pool.withConnection(begin) { connection in
            do {
              let result = try body(PostgresTransaction(connection: connection, forUpdate: forUpdate))
              try connection.commit()
              return result
            } catch {
              try? connection.run("ROLLBACK")
              throw error
            }
          }
        } catch let error as PostgresError {
          guard error.isConflict, attempt < RelayLimits.conflictAttempts else { throw error.asRelayError }
          // Those who stood in a ring do not meet again if they come back at different times.
          Thread.sleep(forTimeInterval: .random(in: 0...RelayLimits.conflictPauseSeconds) * Double(attempt))
          attempt += 1
        } catch is StoreConflict {
          guard attempt < RelayLimits.conflictAttempts else { throw RelayError(.unavailable, "conflict") }
          attempt += 1
        }
      }
    }

    func close() { pool.close() }

    /// The whole database, with what is beside the log.
    func size() throws -> Int64 {
      do {
        return try read { db in try db.value("SELECT pg_database_size(current_database())") ?? 0 }
      } catch let error as RelayError where error.details == "PostgreSQL 42883" {
        // A distributed engine that does not know the function.
        return 0
      }
    }

    /// The database's disk is its own affair.
    var freeBytes: Int64? { nil }

    var isWritable: Bool {
      // It changes no row and waits for none, and a standby refuses it all the same.
      (try? write { db in try db.execute("UPDATE relay SET arrival = arrival WHERE id = 0") }) != nil
    }

    /// Makes the tables anew. What the server's own log and its archive hold is the operator's to let go.
    func scrub() throws {
      for table in PostgresTables.names { try run("VACUUM FULL \(table)") }
    }

    /// Runs what stands outside of any transaction.
    func run(_ sql: String) throws {
      do { try pool.withConnection("SELECT 1") { try $0.run(sql) } } catch let error as PostgresError { throw error.asRelayError }
    }
  }

  extension PostgresError {
    /// As the relay tells it: what the database says of it may quote what is stored.
    var asRelayError: RelayError {
      RelayError(isUnavailable || isConflict ? .unavailable : .databaseError, "PostgreSQL \(state)")
    }
  }

  /// A transaction on one of the pool's connections.
  struct PostgresTransaction: StoreTransaction {
    let connection: PostgresConnection
    let forUpdate: String

    func rows(_ sql: String, _ values: [any StoreBindable]) throws -> [StoreRow] {
      try connection.query(sql, values.map(\.storeValue)).rows
    }

    func execute(_ sql: String, _ values: [any StoreBindable]) throws -> Int {
      try connection.query(sql, values.map(\.storeValue)).changes
    }

    func insert(into table: String, _ columns: [String], _ rows: [[any StoreBindable]]) throws {
      if rows.isEmpty { return }
      try connection.copy(into: table, columns, rows.map { $0.map(\.storeValue) })
    }
  }
#endif
