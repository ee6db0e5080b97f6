#if PostgreSQL
  import SyncCore

  /// The tables in PostgreSQL: how they are made, brought up to date, and told from others.
  ///
  /// They are those of ``RelayFile``, with differences that servers ask for. Keys begin with the scope, so that a distributed engine keeps
  /// together, and apart from others, what is written together. No references: checking them would read another shard for each row, and the
  /// same logic runs over SQLite's, which are checked. Texts are compared byte by byte, as SQLite does. That the audit is not changed is for
  /// the operator's grants to say, not for triggers, which some engines lack.
  struct PostgresTables {
    /// The version of the tables below.
    static let formatVersion: Int64 = 3
    /// All but the one that tells whose the database is.
    static let names = [
      "relay", "scope", "site", "head", "changeset", "omission", "omitted", "rejection", "refused", "certificate", "statement", "part",
      "staged",
      "access", "account", "device", "code", "code_grant", "audit", "blob", "blob_use", "upload", "blob_loss",
      "pack", "pack_scope", "withdrawal", "blob_unnamed", "blob_released",
    ]

    /// What the database says of itself.
    private struct Mark {
      let version: Int64
      let issuer: [UInt8]
      let isFilling: Bool

      init?(_ db: any StoreTransaction) throws {
        guard let row = try db.row("SELECT version, issuer, filling FROM relay_format WHERE id = 1\(db.forUpdate)") else { return nil }
        (version, issuer, isFilling) = (try row["version"], try row["issuer"], try row["filling"] as Int64 != 0)
      }
    }

    let store: PostgresStore
    let opening: PostgresStore.Opening

    /// Makes the tables in an empty database, or brings them up to date, or leaves them as they are.
    ///
    /// Several processes may start at once: whoever comes first holds the row that says which version there is until it has done so. A lock on
    /// a row is what every engine has; advisory locks are taken for nothing by some.
    func prepare(issuer: [UInt8], now: Int64, random: (Int) -> [UInt8]) throws {
      try mark(issuer: issuer)
      let isReady = try store.read { db in try check(Mark(db), issuer: issuer) }
      if isReady { return }
      try store.write { db in
        // Another process may have come first.
        guard let mark = try Mark(db), mark.version < Self.formatVersion else { return }
        for statement in Self.steps[Int(mark.version)...].joined() { try db.execute(statement) }
        if mark.version == 0 {
          try db.execute(
            "INSERT INTO relay(id, epoch, arrival, created_ms, token_key) VALUES (1, ?, 0, ?, ?)",
            [random(RelayLimits.epochBytes), now, random(RelayLimits.tokenBytes)])
        }
        try db.execute("UPDATE relay_format SET version = ? WHERE id = 1", [Self.formatVersion])
      }
    }

    /// Makes sure that the database is nobody else's.
    private func mark(issuer: [UInt8]) throws {
      let tables: Set<String> = try store.read { db in
        Set(try db.values("SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()"))
      }
      if !tables.contains("relay_format") {
        guard tables.isEmpty else { throw RelayError(.notARelay, "other tables") }
        guard opening != .existing else { throw RelayError(.notARelay, "empty") }
        do {
          try store.run(Self.format)
        } catch let error as RelayError where ["PostgreSQL 23505", "PostgreSQL 42P07"].contains(error.details) {
          // Another process was quicker by so little that the server could not tell.
        }
      }
      if try store.read({ db in try db.exists("SELECT 1 FROM relay_format WHERE id = 1") }) { return }
      try store.write { db in
        try db.execute("INSERT INTO relay_format(id, version, issuer, filling) VALUES (1, 0, ?, 0) ON CONFLICT DO NOTHING", [issuer])
      }
    }

    /// - Returns: whether the tables are as they should be.
    private func check(_ mark: Mark?, issuer: [UInt8]) throws -> Bool {
      guard let mark else { throw RelayError(.damaged, "relay_format") }
      guard mark.version <= Self.formatVersion else { throw RelayError(.newerFormat, "format \(mark.version)") }
      guard mark.issuer == issuer else { throw RelayError(.otherIssuer, "") }
      guard !mark.isFilling || opening == .filling else { throw RelayError(.unfinished, "") }
      return mark.version == Self.formatVersion
    }

    private static let format = """
      CREATE TABLE IF NOT EXISTS relay_format(id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL, issuer BYTEA NOT NULL,
        filling BIGINT NOT NULL)
      """

    /// What brings the tables from each version to the next.
    private static let steps = [first, second, third]

    private static let first = [
      """
      CREATE TABLE relay(id BIGINT PRIMARY KEY CHECK (id = 1), epoch BYTEA NOT NULL, arrival BIGINT NOT NULL, created_ms BIGINT NOT NULL,
        token_key BYTEA NOT NULL, omitted BIGINT NOT NULL DEFAULT 0, omitted_lineage BYTEA NOT NULL DEFAULT '')
      """,
      """
      CREATE TABLE scope(id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE,
        head BIGINT NOT NULL DEFAULT 0, arrival BIGINT NOT NULL)
      """,
      "CREATE INDEX scope_by_arrival ON scope(arrival)",
      "CREATE TABLE site(id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name BYTEA NOT NULL UNIQUE)",
      """
      CREATE TABLE head(scope BIGINT NOT NULL, site BIGINT NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY (scope, site))
      """,
      """
      CREATE TABLE changeset(scope BIGINT NOT NULL, position BIGINT NOT NULL, arrival BIGINT NOT NULL UNIQUE, site BIGINT NOT NULL,
        seq BIGINT NOT NULL, time BIGINT NOT NULL, author TEXT COLLATE "C" NOT NULL, hash BYTEA NOT NULL, header BYTEA NOT NULL,
        signature BYTEA NOT NULL, bytes BIGINT NOT NULL, device BYTEA NOT NULL, received_ms BIGINT NOT NULL, lineage BYTEA NOT NULL,
        certificate BYTEA, PRIMARY KEY (scope, position), UNIQUE (scope, site, seq))
      """,
      """
      CREATE TABLE omission(scope BIGINT NOT NULL, site BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, hash BYTEA NOT NULL,
        PRIMARY KEY (scope, site, first))
      """,
      """
      CREATE TABLE omitted(scope BIGINT NOT NULL, site BIGINT NOT NULL, seq BIGINT NOT NULL, start BYTEA NOT NULL,
        PRIMARY KEY (scope, site, seq))
      """,
      """
      CREATE TABLE rejection(scope BIGINT NOT NULL, site BIGINT NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL,
        reason TEXT COLLATE "C" NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (scope, site, seq))
      """,
      """
      CREATE TABLE refused(scope TEXT COLLATE "C" NOT NULL, site BYTEA NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL,
        code TEXT COLLATE "C" NOT NULL, device BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL, at_ms BIGINT NOT NULL,
        PRIMARY KEY (scope, site))
      """,
      "CREATE TABLE certificate(hash BYTEA PRIMARY KEY, bytes BYTEA NOT NULL, signature BYTEA NOT NULL)",
      """
      CREATE TABLE part(scope BIGINT NOT NULL, site BIGINT NOT NULL, seq BIGINT NOT NULL, part BIGINT NOT NULL, body BYTEA NOT NULL,
        PRIMARY KEY (scope, site, seq, part))
      """,
      """
      CREATE TABLE staged(scope BIGINT NOT NULL, site BIGINT NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL, header BYTEA NOT NULL,
        held BIGINT NOT NULL, bytes BIGINT NOT NULL, device BYTEA NOT NULL, touched_ms BIGINT NOT NULL, PRIMARY KEY (scope, site))
      """,
      "CREATE INDEX staged_by_device ON staged(device)",
      """
      CREATE TABLE access(account TEXT COLLATE "C" NOT NULL, scope TEXT COLLATE "C" NOT NULL, until_ms BIGINT, arrival BIGINT NOT NULL,
        PRIMARY KEY (account, scope))
      """,
      "CREATE INDEX access_by_scope ON access(scope)",
      """
      CREATE TABLE account(name TEXT COLLATE "C" PRIMARY KEY, display TEXT COLLATE "C" NOT NULL, role TEXT COLLATE "C" NOT NULL)
      """,
      """
      CREATE TABLE device(id BYTEA PRIMARY KEY, account TEXT COLLATE "C" NOT NULL, label TEXT COLLATE "C" NOT NULL, token_hash BYTEA UNIQUE,
        enrolled_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL, revoked_ms BIGINT, acknowledged BIGINT NOT NULL DEFAULT 0, key BYTEA)
      """,
      """
      CREATE TABLE code(hash BYTEA PRIMARY KEY, account TEXT COLLATE "C" NOT NULL, display TEXT COLLATE "C" NOT NULL,
        role TEXT COLLATE "C" NOT NULL, expires_ms BIGINT NOT NULL, used_ms BIGINT)
      """,
      "CREATE TABLE code_grant(code BYTEA NOT NULL, scope TEXT COLLATE \"C\" NOT NULL, PRIMARY KEY (code, scope))",
      """
      CREATE TABLE audit(id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, event TEXT COLLATE "C" NOT NULL, at_ms BIGINT NOT NULL,
        device BYTEA, account TEXT COLLATE "C", detail TEXT COLLATE "C" NOT NULL)
      """,
      "CREATE INDEX audit_by_detail ON audit(event, detail)",
      "CREATE TABLE blob(digest BYTEA PRIMARY KEY, bytes BIGINT NOT NULL, received_ms BIGINT NOT NULL, lost_ms BIGINT)",
      """
      CREATE TABLE blob_use(digest BYTEA NOT NULL, scope TEXT COLLATE "C" NOT NULL, device BYTEA NOT NULL, at_ms BIGINT NOT NULL,
        PRIMARY KEY (digest, scope))
      """,
      "CREATE INDEX blob_use_by_device ON blob_use(device)",
      """
      CREATE TABLE upload(device BYTEA NOT NULL, digest BYTEA NOT NULL, scope TEXT COLLATE "C" NOT NULL, bytes BIGINT NOT NULL,
        touched_ms BIGINT NOT NULL, PRIMARY KEY (device, digest))
      """,
      "CREATE INDEX upload_by_time ON upload(touched_ms)",
      "CREATE TABLE blob_loss(number BIGINT PRIMARY KEY, digest BYTEA NOT NULL, at_ms BIGINT NOT NULL)",
    ]

    /// What is stated in the issuer's name, and what first syncs and withdrawals need.
    private static let second = [
      """
      CREATE TABLE statement(scope BIGINT NOT NULL, site BIGINT NOT NULL, kind BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
        hash BYTEA NOT NULL, bytes BYTEA NOT NULL, signature BYTEA NOT NULL, PRIMARY KEY (scope, site, kind, first))
      """,
      "CREATE INDEX statement_by_hash ON statement(hash)",
      """
      CREATE TABLE pack(number BIGINT PRIMARY KEY, digest BYTEA NOT NULL UNIQUE, bytes BIGINT NOT NULL, signature BYTEA NOT NULL,
        made_ms BIGINT NOT NULL)
      """,
      "CREATE TABLE pack_scope(scope BIGINT NOT NULL, pack BIGINT NOT NULL, head BIGINT NOT NULL, PRIMARY KEY (scope, pack))",
      "CREATE INDEX pack_scope_by_pack ON pack_scope(pack)",
      """
      CREATE TABLE withdrawal(account TEXT COLLATE "C" NOT NULL, scope TEXT COLLATE "C" NOT NULL, at_ms BIGINT NOT NULL,
        removes BIGINT NOT NULL, arrival BIGINT NOT NULL, PRIMARY KEY (account, scope))
      """,
    ]

    /// What files are collected by.
    private static let third = [
      "CREATE TABLE blob_unnamed(digest BYTEA PRIMARY KEY, since_ms BIGINT NOT NULL)",
      "CREATE TABLE blob_released(digest BYTEA PRIMARY KEY, bytes BIGINT NOT NULL, at_ms BIGINT NOT NULL, erased BIGINT NOT NULL)",
    ]
  }
#endif
