#if PostgreSQL
  import CPostgres
  import Foundation

  /// What the database says when it will not do something.
  struct PostgresError: Error {
    /// Five characters, by which SQL standards name it.
    let state: String

    /// Whether it may be done again as it is: others came in between.
    var isConflict: Bool { ["40001", "40P01"].contains(state) }

    /// Whether nobody is there who could do it, or for now only somebody who reads: the server ends, starts, has too many asking, or is a
    /// standby; or somebody else has held what is needed for too long.
    var isUnavailable: Bool { state.hasPrefix("08") || state.hasPrefix("57P") || ["25006", "53300", "55P03", "25P03"].contains(state) }
  }

  /// One connection to a PostgreSQL server, used by one thread at a time. Values go and come in binary; statements are prepared once.
  final class PostgresConnection {
    private let connection: OpaquePointer
    /// The statements' names, by their texts.
    private var prepared: [String: String] = [:]
    /// The server has said of a commit that it may not have reached the standby.
    private var isDoubtful = false

    /// - Parameter parameters: as libpq names them.
    /// - Throws: ``PostgresError`` when nobody lets us in.
    init(_ parameters: [String: String]) throws(PostgresError) {
      let keys = parameters.keys.sorted()
      let (names, values) = (Texts(keys), Texts(keys.map { parameters[$0] ?? "" }))
      let connection = withExtendedLifetime((names, values)) { PQconnectdbParams(names.pointers, values.pointers, 0) }
      guard let connection, PQstatus(connection) == CONNECTION_OK else {
        PQfinish(connection)
        throw PostgresError(state: "08001")
      }
      self.connection = connection
      PQsetNoticeReceiver(connection, Self.hear, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { PQfinish(connection) }

    /// Whether the server is known to be gone.
    var isBroken: Bool { PQstatus(connection) == CONNECTION_BAD }

    /// Notices are for people, but for one: that a commit did not wait for the standby any longer.
    private static let hear: PQnoticeReceiver = { mine, result in
      guard let mine, PostgresConnection.state(result) == "01000" else { return }
      Unmanaged<PostgresConnection>.fromOpaque(mine).takeUnretainedValue().isDoubtful = true
    }

    // MARK: - Statements

    /// Runs statements without values: `BEGIN`, `COMMIT`, the tables.
    func run(_ sql: String) throws(PostgresError) {
      let result = PQexec(connection, sql)
      defer { PQclear(result) }
      try check(result)
    }

    /// Ends a transaction; what was written is durable then, wherever it has to be.
    func commit() throws(PostgresError) {
      isDoubtful = false
      let result = PQexec(connection, "COMMIT")
      defer { PQclear(result) }
      try check(result)
      // A transaction that has failed is rolled back by its commit, which says so and nothing else.
      guard PQcmdStatus(result).map({ String(cString: $0) }) == "COMMIT" else { throw PostgresError(state: "25P02") }
      if isDoubtful { throw PostgresError(state: "08007") }
    }

    func query(_ sql: String, _ values: [StoreValue]) throws -> PostgresResult {
      let name = try prepare(sql, values)
      let bound = PostgresValues(values)
      let result = bound.withPointers { pointers, lengths, formats in
        PQexecPrepared(connection, name, Int32(values.count), pointers, lengths, formats, 1)
      }
      let out = PostgresResult(result)
      try check(result)
      return out
    }

    private func prepare(_ sql: String, _ values: [StoreValue]) throws -> String {
      if let name = prepared[sql] { return name }
      let name = "s\(prepared.count)"
      let types = values.map(\.postgresType)
      let result = PQprepare(connection, name, PostgresText.numbered(sql), Int32(types.count), types)
      defer { PQclear(result) }
      try check(result)
      prepared[sql] = name
      return name
    }

    // MARK: - Many rows

    /// Adds rows by COPY, in its binary form.
    func copy(into table: String, _ columns: [String], _ rows: [[StoreValue]]) throws(PostgresError) {
      let begun = PQexec(connection, "COPY \(table)(\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)")
      defer { PQclear(begun) }
      try check(begun)
      var buffer = PostgresCopy()
      for row in rows {
        buffer.append(row)
        if buffer.bytes.count >= PostgresCopy.chunkBytes { try send(&buffer) }
      }
      buffer.end()
      try send(&buffer)
      guard PQputCopyEnd(connection, nil) == 1 else { throw lost }
      var failure: PostgresError?
      while let result = PQgetResult(connection) {
        defer { PQclear(result) }
        do throws(PostgresError) { try check(result) } catch { failure = error }
      }
      if let failure { throw failure }
    }

    private func send(_ buffer: inout PostgresCopy) throws(PostgresError) {
      let sent = buffer.bytes.withUnsafeBytes { PQputCopyData(connection, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
      buffer.bytes.removeAll(keepingCapacity: true)
      guard sent == 1 else { throw lost }
    }

    // MARK: - Errors

    private var lost: PostgresError { PostgresError(state: "08006") }

    private func check(_ result: OpaquePointer?) throws(PostgresError) {
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN: return
      default:
        if isBroken { throw lost }
        throw PostgresError(state: Self.state(result) ?? "XX000")
      }
    }

    private static func state(_ result: OpaquePointer?) -> String? {
      // PG_DIAG_SQLSTATE is a character, which Swift does not import.
      PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
    }
  }

  /// Texts as C wants a list of them, ended by NULL.
  private final class Texts {
    private var owned: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { owned = texts.map { strdup($0) } + [nil] }

    deinit { for text in owned { free(text) } }

    var pointers: [UnsafePointer<CChar>?] { owned.map { $0.map { UnsafePointer($0) } } }
  }
#endif
