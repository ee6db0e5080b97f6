#if PostgreSQL
  import CPostgres

  /// Where a PostgreSQL database is and how to get there: `postgres://fieldsurvey@db1,db2/relay?sslmode=verify-full`.
  ///
  /// What libpq knows may stand behind the question mark, and what it takes from the environment and its files counts too. A password may
  /// stand in neither the address nor the environment, where others read it, but only in the file that PGPASSFILE names.
  public struct PostgresAddress: Hashable, Sendable {
    /// How addresses begin.
    public static let schemes = ["postgres://", "postgresql://"]

    /// What libpq is told.
    let parameters: [String: String]

    /// The servers and the database, for people.
    public let shown: String

    /// - Throws: ``RelayError`` with `badAddress`, `passwordShown` or `insecureDatabase`.
    public init(_ text: String) throws(RelayError) {
      guard Self.schemes.contains(where: text.hasPrefix) else { throw RelayError(.badAddress, "postgres://") }
      // What libpq says of an address that it cannot read quotes it.
      guard let given = Self.options(PQconninfoParse(text, nil)) else { throw RelayError(.badAddress, "postgres://") }
      guard let around = Self.options(PQconndefaults()) else { throw RelayError(.badAddress, "PGSERVICE") }
      let all = around.merging(given) { _, given in given }
      guard all["password"] == nil, all["sslpassword"] == nil else { throw RelayError(.passwordShown, "PGPASSFILE") }
      let hosts = (all["hostaddr"] ?? all["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
      // What a service's file says is not seen here.
      guard given["service"] == nil else { throw RelayError(.badAddress, "service") }
      guard hosts.allSatisfy(Self.isHere) || all["sslmode"] == "verify-full" else {
        throw RelayError(.insecureDatabase, String(hosts.first { !Self.isHere($0) } ?? ""))
      }
      // Only one that takes writes will do, whichever of several that is; and a server that has gone is noticed within seconds.
      parameters = Self.defaults.merging(given) { _, given in given }.merging(["client_encoding": "UTF8"]) { $1 }
      shown = "\(hosts.joined(separator: ","))/\(all["dbname"] ?? all["user"] ?? "")"
    }

    private static let defaults = [
      "target_session_attrs": "read-write", "connect_timeout": "3", "application_name": "fieldsurvey", "tcp_user_timeout": "10000",
      "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    ]

    /// A socket in a folder, or this machine: nobody stands between.
    private static func isHere(_ host: Substring) -> Bool {
      host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || ["localhost", "127.0.0.1", "::1"].contains(host)
    }

    private static func options(_ list: UnsafeMutablePointer<PQconninfoOption>?) -> [String: String]? {
      guard let list else { return nil }
      defer { PQconninfoFree(list) }
      var all: [String: String] = [:]
      var next = list
      while let keyword = next.pointee.keyword {
        if let value = next.pointee.val, value.pointee != 0 { all[String(cString: keyword)] = String(cString: value) }
        next += 1
      }
      return all
    }
  }
#endif
