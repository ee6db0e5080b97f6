import SyncCore

/// What was re-stamped in a scope, by what its authors had encoded: how a change is known again under another name.
struct StampedNames {
  private var names: [[UInt8]: [Dot]] = [:]
  private(set) var aliases = Aliases()

  var isEmpty: Bool { names.isEmpty }

  func isKnown(_ original: [UInt8]) -> Bool { names[original] != nil }

  /// Notes a changeset's name.
  /// - Parameter number: the local number of a site.
  /// - Returns: whether what counts until now under another name counts under this one from now on.
  mutating func note(_ dot: Dot, of original: [UInt8], number: (SiteID) throws -> UInt32) rethrows -> Bool {
    var all = names[original] ?? []
    guard !all.contains(dot) else { return false }
    all.append(dot)
    all.sort()
    names[original] = all
    // Which of them comes first is the same for everybody, in whatever order they came.
    let first = LocalDot(site: try number(all[0].site), seq: all[0].seq)
    for dot in all { aliases[LocalDot(site: try number(dot.site), seq: dot.seq)] = first }
    return all[0] == dot && all.count > 1
  }
}

extension ChangeLog {
  /// The names of changesets that a scope's log has under several.
  func aliases(inScope scope: UInt32) throws -> Aliases { try stampedNames(inScope: scope).aliases }

  /// Notes the name of a changeset that is about to be appended.
  /// - Returns: whether what is here already under another name counts under this one from now on.
  func noteName(_ header: ChangesetHeader, _ encoded: [UInt8], scope: UInt32) throws -> Bool {
    _ = try stampedNames(inScope: scope)
    return try note(header, encoded, scope, in: &stamped[scope, default: StampedNames()])
  }

  /// Whether anything was re-stamped in a scope.
  func hasStamped(inScope scope: UInt32) throws -> Bool { try !stampedNames(inScope: scope).isEmpty }

  /// Whether a changeset that is not in the log is there under another name.
  func isStamped(_ header: ChangesetHeader, _ encoded: [UInt8], scope: UInt32) throws -> Bool {
    try stampedNames(inScope: scope).isKnown(original(header, encoded).encoded)
  }

  private func original(_ header: ChangesetHeader, _ encoded: [UInt8]) throws -> (header: ChangesetHeader, encoded: [UInt8]) {
    var original = (header: header, encoded: encoded)
    while let origin = original.header.origin { original = (try ChangesetHeader(decoding: origin.header), origin.header) }
    return original
  }

  private func stampedNames(inScope scope: UInt32) throws -> StampedNames {
    if let known = stamped[scope] { return known }
    var names = StampedNames()
    for site in try sites(inScope: scope) where try catalog.site(site).incarnation >= SiteID.leastDerivedIncarnation {
      for entry in try entries(scope: scope, site: site, after: 0, limit: .max) {
        _ = try note(try ChangesetHeader(decoding: entry.header), entry.header, scope, in: &names)
      }
    }
    stamped[scope] = names
    return names
  }

  private func note(_ header: ChangesetHeader, _ encoded: [UInt8], _ scope: UInt32, in names: inout StampedNames) throws -> Bool {
    let original = try original(header, encoded)
    if header.origin == nil, !names.isKnown(encoded) { return false }
    // It may be here as what its author had called it.
    let dot = LocalDot(site: try catalog.number(of: original.header.dot.site), seq: original.header.dot.seq)
    if !names.isKnown(original.encoded), try entry(scope: scope, dot: dot)?.header == original.encoded {
      _ = try names.note(original.header.dot, of: original.encoded, number: catalog.number)
    }
    return try names.note(header.dot, of: original.encoded, number: catalog.number)
  }
}
