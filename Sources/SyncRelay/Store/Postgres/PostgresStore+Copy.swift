#if PostgreSQL
  import Foundation
  import GRDB

  extension PostgresStore {
    /// How many rows are held in memory at once; of parts, which may be large, fewer.
    private static let pageRows = 512
    private static let pageParts = 8

    /// Writes one state of the database, however long it takes and whatever is written meanwhile, into a log's file.
    ///
    /// The tables are the same in both, so that what looks a file through, encrypts it and puts it back serves either.
    func copy(to name: String) throws {
      let queue = try RelayFile.openNew(name)
      try queue.inTransaction { db in
        try db.execute(sql: "SAVEPOINT copy")
        try read { here in
          // Once more from its beginning, should the database have asked for that.
          try db.execute(sql: "ROLLBACK TO copy")
          for table in PostgresTables.names { try copy(table, from: here, to: db) }
        }
        try db.execute(sql: "RELEASE copy")
        return .commit
      }
      try queue.close()
    }

    private func copy(_ table: String, from here: any StoreTransaction, to db: Database) throws {
      let columns = try db.columns(in: table).map(\.name).filter { !(table == "part" && $0 == "id") }
      // Each has its own name: how a row is read is remembered with the statement's text.
      let cursor = "copied_\(table)"
      try here.execute("DECLARE \(cursor) NO SCROLL CURSOR FOR SELECT \(columns.joined(separator: ", ")) FROM \(table)")
      let fetch = "FETCH FORWARD \(table == "part" ? Self.pageParts : Self.pageRows) FROM \(cursor)"
      while case let rows = try here.rows(fetch, []), !rows.isEmpty {
        try SQLiteTransaction(db).insert(into: table, columns, rows.map(\.all))
      }
      try here.execute("CLOSE \(cursor)")
    }
  }
#endif
