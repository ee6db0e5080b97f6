/// The unit of replication, ordering, access and compaction: one enterprise's case, the shared catalogue, the office's own tables.
public struct ScopeID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The scope's name: 1 to ``Limits/scopeNameBytes`` bytes of UTF-8, none of them 0, at which C would end it.
  public let name: String

  /// A scope by its name; nil when that is none.
  public init?(_ name: String) {
    guard Self.isName(name) else { return nil }
    self.name = name
  }

  /// A scope whose name stands in the source, where a wrong one is a programmer's mistake.
  public init(literal name: StaticString) {
    self.name = name.description
    precondition(Self.isName(self.name), "a scope's name has 1 to 64 bytes")
  }

  private static func isName(_ name: String) -> Bool { (1...Limits.scopeNameBytes).contains(name.utf8.count) && !name.utf8.contains(0) }

  public var description: String { name }

  /// Names are bytes: two spellings that look alike are two scopes, as they are to SQLite.
  public static func == (a: ScopeID, b: ScopeID) -> Bool { compare(a, b) { $0.elementsEqual($1) } }

  public func hash(into hasher: inout Hasher) {
    var name = name
    name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  public static func < (a: ScopeID, b: ScopeID) -> Bool { compare(a, b) { $0.lexicographicallyPrecedes($1) } }

  /// Compares two names where they lie: a view of a string's bytes is walked through one call at a time.
  private static func compare(
    _ a: ScopeID, _ b: ScopeID, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var (a, b) = (a.name, b.name)
    return a.withUTF8 { a in b.withUTF8 { b in body(a, b) } }
  }
}
