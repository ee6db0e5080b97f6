/// The unit of replication, ordering, access and compaction: one enterprise's case, the shared catalogue, the office's own tables.
public struct ScopeID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The scope's name: 1 to ``Limits/scopeNameBytes`` bytes of UTF-8.
  public let name: String

  /// A scope by its name; nil when the name is empty or too long.
  public init?(_ name: String) {
    guard !name.isEmpty, name.utf8.count <= Limits.scopeNameBytes else { return nil }
    self.name = name
  }

  /// A scope whose name stands in the source, where a wrong one is a programmer's mistake.
  public init(literal name: StaticString) {
    self.name = name.description
    precondition(!self.name.isEmpty && self.name.utf8.count <= Limits.scopeNameBytes, "a scope's name has 1 to 64 bytes")
  }

  public var description: String { name }

  public static func < (a: ScopeID, b: ScopeID) -> Bool { a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
}
