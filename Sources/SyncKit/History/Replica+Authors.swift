public import SyncCore

extension Replica {
  /// The users who wrote in a scope, as far as the log here tells.
  public func authors(in scope: ScopeID) throws -> Set<String> {
    try look { snapshot in
      guard let number = try snapshot.catalog.known(scope) else { return [] }
      return Set(try snapshot.log.entries(inScope: number).map { try ChangesetHeader(decoding: $0.header).author })
    }
  }
}
