#if PostgreSQL
  import Foundation
  import GRDB
  public import SyncCore

  /// Moves a relay's log from its file into a PostgreSQL database, while the file is being served.
  ///
  /// First the bulk is copied, as often as it takes to come near the end; then the file is marked as moved, from when on whoever serves it
  /// takes and tells nothing and asks to be asked again; then the rest is copied, and the database may be opened. The epoch, the arrivals and
  /// their lineage, devices, grants and the audit are the same: nobody but the operator notices. Cut off anywhere, it goes on where it was
  /// when it is run again: before the mark the file is what counts, and after it nothing changes any more until the database is whole.
  public struct RelayMigration {
    /// What was moved.
    public struct Report: Hashable, Sendable {
      public let changesets: Int
      /// Their bytes, with their headers.
      public let bytes: Int64
      /// For how long nothing was taken, in seconds.
      public let pausedSeconds: Double
    }

    /// How many changesets are copied in one transaction.
    private static let pageRows = 256
    /// How many bytes of bodies are held in memory.
    private static let pageBytes = 8 << 20
    /// How much may be left when the file is marked, in changesets: what is copied while everybody waits.
    private static let tailRows = 200
    /// How often one comes near the end before it is marked all the same: whoever writes quicker than this copies is made to wait.
    private static let rounds = 50

    private let path: String
    private let address: PostgresAddress
    private let codec: Codec
    private let issuer: Signer?
    private let clock: @Sendable () -> Int64
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - path: the log's file.
    ///   - address: an empty database, or one into which this file was being moved.
    ///   - codec: digests, as the relay has them.
    ///   - issuer: as the relay has it.
    ///   - clock: milliseconds since 1970.
    ///   - random: as many bytes as asked for.
    public init(
      from path: String, to address: PostgresAddress, codec: Codec, issuer: Signer?, clock: @escaping @Sendable () -> Int64,
      random: @escaping @Sendable (Int) -> [UInt8]
    ) {
      self.path = path
      self.address = address
      self.codec = codec
      self.issuer = issuer
      self.clock = clock
      self.random = random
    }

    /// Moves the log.
    /// - Parameter progress: told how many changesets have been copied of how many.
    /// - Throws: ``RelayError`` with `notARelay` or `otherIssuer` for a database that holds something else; `fileExists` when it holds another
    ///   relay's log already; `unavailable`; and what opening the file throws.
    public func run(progress: (_ copied: Int, _ of: Int) throws -> Void = { _, _ in }) throws -> Report {
      // A file of an earlier version is brought to this one first.
      if try !RelayFile.hasMoved(path) {
        try Relay(path: path, codec: codec, issuer: issuer, clock: clock, random: random).close()
      }
      let source = try DatabasePool(path: path, configuration: RelayFile.configuration())
      defer { try? source.close() }
      let target = try PostgresStore(address, issuer: issuer?.publicKey ?? [], now: clock(), random: random, opening: .filling)
      defer { target.close() }
      let key = try source.read { db in try Data.fetchOne(db, sql: "SELECT token_key FROM relay").map { Array($0) } }
      if try isDone(target, key: key) { return try report(target, paused: 0) }
      for _ in 0..<Self.rounds where try copyPages(source, target, progress) > Self.tailRows {}
      let began = ContinuousClock.now
      try source.write { db in try db.execute(sql: "PRAGMA application_id = \(RelayFile.movedID)") }
      _ = try copyPages(source, target, progress)
      try finish(source, target)
      let paused = (ContinuousClock.now - began) / .seconds(1)
      return try report(target, paused: paused)
    }

    /// Whether the database has become this relay's already. It is another's where the key differs by which tokens are signed.
    private func isDone(_ target: PostgresStore, key: [UInt8]?) throws -> Bool {
      try target.write { db in
        let filling: Int64? = try db.value("SELECT filling FROM relay_format WHERE id = 1\(db.forUpdate)")
        let known: [UInt8]? = try db.value("SELECT token_key FROM relay")
        let isEmpty = try !db.exists("SELECT 1 FROM changeset LIMIT 1") && !db.exists("SELECT 1 FROM audit LIMIT 1")
        if filling == 0, known == key, try RelayFile.hasMoved(path) { return true }
        guard filling == 1 || isEmpty else { throw RelayError(.fileExists, address.shown) }
        try db.execute("UPDATE relay_format SET filling = 1 WHERE id = 1")
        return false
      }
    }

    private func report(_ target: PostgresStore, paused: Double) throws -> Report {
      try target.read { db in
        Report(
          changesets: try db.value("SELECT count(*) FROM changeset") ?? 0,
          bytes: try db.value("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM changeset") ?? 0, pausedSeconds: paused)
      }
    }

    // MARK: - The bulk

    private static let changesetColumns = [
      "arrival", "scope", "position", "site", "seq", "time", "author", "hash", "header", "signature", "bytes", "device", "received_ms",
      "lineage", "certificate",
    ]
    private static let partColumns = ["scope", "site", "seq", "part", "body"]

    /// Copies what has arrived since the last that is there.
    /// - Returns: how many changesets that were.
    private func copyPages(_ source: DatabasePool, _ target: PostgresStore, _ progress: (Int, Int) throws -> Void) throws -> Int {
      let count = "SELECT count(*) FROM changeset"
      let held = try target.read { db in try db.value(count) ?? 0 }
      let all = try source.read { db in try SQLiteTransaction(db).value(count) ?? 0 }
      var copied = 0
      while true {
        let page = try source.read { db in
          try target.write { there in
            try copyPage(SQLiteTransaction(db), after: there.value("SELECT coalesce(max(arrival), 0) FROM changeset") ?? 0, to: there)
          }
        }
        copied += page
        try progress(held + copied, all)
        if page < Self.pageRows { return copied }
      }
    }

    private func copyPage(_ here: SQLiteTransaction, after arrival: Int64, to there: any StoreTransaction) throws -> Int {
      let rows = try here.rows(
        "SELECT \(Self.changesetColumns.joined(separator: ", ")) FROM changeset WHERE arrival > ? ORDER BY arrival LIMIT ?",
        [arrival, Self.pageRows])
      var parts: [[any StoreBindable]] = []
      var bytes = 0
      func flush() throws {
        try there.insert(into: "part", Self.partColumns, parts)
        (parts, bytes) = ([], 0)
      }
      for row in rows {
        let key: [any StoreBindable] = [try row["scope"] as Int64, try row["site"] as Int64, try row["seq"] as Int64]
        let numbers: [Int64] = try here.values("SELECT part FROM part WHERE scope = ? AND site = ? AND seq = ? ORDER BY part", key)
        for number in numbers {
          let body: [UInt8]? = try here.value("SELECT body FROM part WHERE scope = ? AND site = ? AND seq = ? AND part = ?", key + [number])
          parts.append(key + [number, body])
          bytes += body?.count ?? 0
          if bytes > Self.pageBytes { try flush() }
        }
      }
      try flush()
      try there.insert(into: "changeset", Self.changesetColumns, rows.map { row in row.all })
      return rows.count
    }

    // MARK: - The end

    /// Copies what is small or changes, takes away what was left out meanwhile, and lets the database be opened.
    private func finish(_ source: DatabasePool, _ target: PostgresStore) throws {
      try source.read { db in
        let here = SQLiteTransaction(db)
        try target.write { there in
          try dropOmitted(here, there)
          for table in PostgresTables.names where table != "changeset" && table != "part" {
            try there.execute("DELETE FROM \(table)")
            try copyTable(table, db, there)
          }
          try copyUnfinished(db, there)
          for table in ["scope", "site", "audit"] {
            // Numbers of ours; the statement takes no values.
            let next: Int64 = try there.value("SELECT coalesce(max(id), 0) + 1 FROM \(table)") ?? 1
            try there.execute("ALTER TABLE \(table) ALTER COLUMN id RESTART WITH \(next)")
          }
          try Audit.record(.movedHere, at: clock(), device: nil, user: nil, detail: address.shown, in: there)
          for question in [
            "count(*) FROM changeset", "coalesce(max(arrival), 0) FROM changeset", "count(*) FROM part", "count(*) FROM head",
          ] {
            let (mine, theirs): (Int64?, Int64?) = (try here.value("SELECT \(question)"), try there.value("SELECT \(question)"))
            guard mine == theirs else { throw RelayError(.damaged, "\(question): \(mine ?? -1), \(theirs ?? -1)") }
          }
          try there.execute("UPDATE relay_format SET filling = 0 WHERE id = 1")
        }
      }
    }

    private func dropOmitted(_ here: SQLiteTransaction, _ there: any StoreTransaction) throws {
      let kept = Set(try here.values("SELECT arrival FROM changeset") as [Int64])
      let copied: [Int64] = try there.values("SELECT arrival FROM changeset")
      let gone = copied.filter { !kept.contains($0) }
      for arrival in gone {
        try there.execute(
          """
          DELETE FROM part WHERE (scope, site, seq) IN (SELECT scope, site, seq FROM changeset WHERE arrival = ?)
          """, [arrival])
        try there.execute("DELETE FROM changeset WHERE arrival = ?", [arrival])
      }
    }

    private func copyTable(_ table: String, _ db: Database, _ there: any StoreTransaction) throws {
      let columns = try db.columns(in: table).map(\.name)
      try copy("SELECT \(columns.joined(separator: ", ")) FROM \(table)", columns, into: table, db, there)
    }

    /// Parts of changesets that are not whole yet.
    private func copyUnfinished(_ db: Database, _ there: any StoreTransaction) throws {
      let sql = """
        SELECT \(Self.partColumns.joined(separator: ", ")) FROM part WHERE NOT EXISTS (SELECT 1 FROM changeset
          WHERE changeset.scope = part.scope AND changeset.site = part.site AND changeset.seq = part.seq)
        """
      try copy(sql, Self.partColumns, into: "part", db, there)
    }

    private func copy(_ sql: String, _ columns: [String], into table: String, _ db: Database, _ there: any StoreTransaction) throws {
      var rows: [[any StoreBindable]] = []
      try SQLiteTransaction(db).forEach(sql) { row in
        rows.append(row.all)
        guard rows.count == 1000 || rows.reduce(0, { $0 + $1.count }) > Self.pageBytes else { return }
        try there.insert(into: table, columns, rows)
        rows = []
      }
      try there.insert(into: table, columns, rows)
    }
  }
#endif
