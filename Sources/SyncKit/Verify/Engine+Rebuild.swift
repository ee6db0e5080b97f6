import SyncCore

extension Engine {
  /// Makes everything that follows from a scope's changesets anew from them: the rows' states, the candidates, what is kept aside, and what
  /// the user's tables show. The log is what happened; the rest is told from it.
  func rebuild(_ scope: UInt32) throws {
    readClock()
    try applying {
      let name = try catalog.scope(scope).name
      for shape in tables where try table(named: shape.name, of: scope) != nil {
        if let place = shape.scopeColumn {
          let column = place.inKey ? shape.key[place.at].name : shape.columns[place.at].name
          let clear = try connection.statement("DELETE FROM \(shape.quoted) WHERE \(column.quotedIdentifier) = ?1")
          clear.bind(1, name)
          try clear.run()
        } else {
          try connection.statement("DELETE FROM \(shape.quoted)").run()
        }
      }
      for table in ["synckit_rows", "synckit_candidate", "synckit_aside"] {
        let clear = try connection.statement("DELETE FROM \(table) WHERE scope = ?1")
        clear.bind(1, scope)
        try clear.run()
      }
      for entry in try log.entries(inScope: scope) { try merge(ChangesetHeader(decoding: entry.header), scope, entry.dot) }
    }
  }
}
