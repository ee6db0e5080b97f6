import SyncCore

extension Engine {
  /// Takes note of what was rejected. Where it had an effect here, its scope is to be made anew without it; it stays in the log, so that its
  /// text is kept, and what follows it in its chain can be checked.
  /// - Returns: the scopes that were touched.
  func reject(_ rejections: [Rejection]) throws -> [UInt32] {
    var touched: [UInt32] = []
    var counts: [UInt32: Int] = [:]
    for rejection in rejections {
      let scope = try catalog.number(of: rejection.scope)
      let dot = LocalDot(site: try catalog.number(of: rejection.dot.site), seq: rejection.dot.seq)
      guard try log.rejections(inScope: scope)[dot] == nil else { continue }
      try log.note(rejection, scope: scope, dot: dot, at: clock())
      if !touched.contains(scope) { touched.append(scope) }
      guard try log.entry(scope: scope, dot: dot) != nil, try log.isRejected(scope: scope, dot: dot) else { continue }
      counts[scope, default: 0] += 1
      misnamed.insert(scope)
    }
    for (scope, count) in counts.sorted(by: { $0.key < $1.key }) { try record(.rejected, scope: scope, count: count) }
    if !touched.isEmpty {
      names.forget()
      forgetHeads()
    }
    return touched
  }
}
