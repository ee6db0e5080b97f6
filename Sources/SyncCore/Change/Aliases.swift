/// Names of changesets that bear several, each with the one under which the change counts.
///
/// One change gets two names where a branch was given another (``Restamp``) and comes back under its old one: from somebody who held it all
/// along, by way of a relay that was set back since; or where it was re-stamped twice, by people who knew of different forks.
public struct Aliases: Sendable {
  private var names: [LocalDot: LocalDot] = [:]

  public init() {}

  public subscript(dot: LocalDot) -> LocalDot {
    get { names[dot] ?? dot }
    set { names[dot] = newValue == dot ? nil : newValue }
  }

  /// Whether a change has other names beside this one.
  public func hasSeveral(_ dot: LocalDot) -> Bool { names[dot] != nil || names.values.contains(dot) }

  /// Joins what had been read to a context, by whichever name it was read.
  public func join(_ dot: LocalDot, to context: inout [LocalDot]) {
    context.join(dot)
    for (alias, name) in names where alias.site == dot.site && alias.seq <= dot.seq { context.join(name) }
  }
}
