import SyncCore

extension Engine {
  /// Keeps what is stated, as far as somebody who is trusted has signed it.
  /// - Returns: what is believed, whether it is new or not, and the scopes in which something counts or does not count by it. Nothing where
  ///   nothing is signed.
  func take(_ statements: [SignedStatement]) throws -> (believed: [IssuerStatement], touched: Set<UInt32>) {
    guard let trust else { return ([], []) }
    var believed: [IssuerStatement] = []
    var touched: Set<UInt32> = []
    for signed in statements {
      // A relay tells all of a scope at once: what was judged before is not judged again.
      if let statement = try? IssuerStatement(decoding: signed.bytes), try log.holds(signed, statement) {
        believed.append(statement)
      } else if let statement = trust.statement(signed, codec: codec), isGenuine(statement, trust) {
        try log.keep(signed, statement)
        touched.formUnion(try follow(statement.content))
        believed.append(statement)
      }
    }
    return (believed, touched)
  }

  /// A certificate that is handed over has to be one.
  private func isGenuine(_ statement: IssuerStatement, _ trust: Trust) -> Bool {
    guard case .superseded(let supersession) = statement.content else { return true }
    return trust.certificate(supersession.successor, codec: codec) != nil
  }

  /// What is told to have been left out, as far as it is stated. Where nothing is signed, everybody is believed.
  func believed(_ omissions: [Omission]) throws -> [Omission] {
    guard trust != nil else { return omissions }
    return try omissions.filter { omission in
      let (scope, site) = (try catalog.number(of: omission.scope), try catalog.number(of: omission.site))
      return try log.statedRuns(scope: scope, site: site).states(omission.run)
    }
  }
}
