/// What a device's user has a say in, as its certificate tells it: which tables and columns are the word of others, and where conflicts may
/// be settled.
///
/// It stands in the certificate and not in the application, so that whoever meets a changeset judges it alike, whatever their version knows
/// of the tables.
///
/// ```swift
/// let specialist = Authority(withheld: ["payment": [], "chain_link": ["attributed"]], settles: [])
/// ```
public struct Authority: Hashable, Sendable {
  /// No limits: what a certificate says that says nothing of it.
  public static let all = Authority()

  /// What is the word of others, by table: these columns, or where none is named the whole table. An insertion leaves such columns out: in the
  /// new row they have their defaults, as a column has which its author's version did not know. Rows with such columns are not deleted.
  public let withheld: [String: Set<String>]
  /// The only tables that may be written; nil where all may that are not withheld.
  public let only: Set<String>?
  /// The tables whose conflicts may be settled; nil for all that may be written.
  public let settles: Set<String>?

  public init(withheld: [String: Set<String>] = [:], only: Set<String>? = nil, settles: Set<String>? = nil) {
    self.withheld = withheld
    self.only = only
    self.settles = settles
  }
}

/// What a changeset writes that is the word of others.
public struct Excess: Hashable, Sendable {
  /// The table.
  public let table: String
  /// The column; nil where it is the table as a whole, or the settling of its conflicts.
  public let column: String?

  public init(table: String, column: String?) {
    self.table = table
    self.column = column
  }
}

extension Authority {
  /// What rows that were written alike go beyond; nil where they stay within.
  public func excess(of group: ChangeGroup) -> Excess? { excess(group.table, group.isDeletion, group.isSettlement, group.columns) }

  /// The same of rows that are being collected.
  public func excess(of group: ChangeGroupBuilder) -> Excess? { excess(group.table, group.isDeletion, group.isSettlement, group.columns) }

  private func excess(_ table: String, _ isDeletion: Bool, _ isSettlement: Bool, _ columns: [ChangeGroup.ColumnName]) -> Excess? {
    if let only, !only.contains(table) { return Excess(table: table, column: nil) }
    if isSettlement, let settles, !settles.contains(table) { return Excess(table: table, column: nil) }
    guard let others = withheld[table] else { return nil }
    // A row goes with all that others said in it.
    if others.isEmpty || isDeletion { return Excess(table: table, column: nil) }
    return columns.first { others.contains($0.name) }.map { Excess(table: table, column: $0.name) }
  }

  /// What the parts of a changeset go beyond; nil where they stay within. Their values are not read.
  /// - Parameter parts: the parts' bytes, any of the changeset's.
  func excess(ofParts parts: [[UInt8]], codec: Codec) throws -> Excess? {
    guard self != .all else { return nil }
    for bytes in parts {
      // Who is who among the sites does not matter here.
      var sites: [SiteID: UInt32] = [:]
      let part = try ChangePart(decoding: bytes, firstIndex: 0, withValues: false, codec: codec) { site in
        let number = sites[site] ?? UInt32(sites.count + 1)
        sites[site] = number
        return number
      }
      for group in part.groups { if let excess = excess(of: group) { return excess } }
    }
    return nil
  }
}

// MARK: - Bytes

extension Authority {
  /// `[[table, [column …]] …]`, in order.
  var withheldFields: CBOR? {
    guard !withheld.isEmpty else { return nil }
    return .array(withheld.sorted { $0.key < $1.key }.map { .array([.text($0.key), Self.names($0.value)]) })
  }
  var onlyFields: CBOR? { only.map(Self.names) }
  var settlesFields: CBOR? { settles.map(Self.names) }

  init(withheld: CBOR?, only: CBOR?, settles: CBOR?) throws(SyncCoreError) {
    var tables: [String: Set<String>] = [:]
    if let withheld {
      var last: String?
      for entry in try CBOR.require(withheld.array, "what is withheld") {
        guard let fields = entry.array, fields.count == 2, let table = fields[0].text, last.map({ $0 < table }) ?? true else {
          throw SyncCoreError(.malformed, "what is withheld")
        }
        tables[table] = try Self.names(fields[1])
        last = table
      }
    }
    self.init(withheld: tables, only: try only.map(Self.names), settles: try settles.map(Self.names))
  }

  private static func names(_ names: Set<String>) -> CBOR { .array(names.sorted().map { .text($0) }) }

  private static func names(_ field: CBOR) throws(SyncCoreError) -> Set<String> {
    var names: [String] = []
    for entry in try CBOR.require(field.array, "names") { names.append(try CBOR.require(entry.text, "a name")) }
    guard zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) else { throw SyncCoreError(.malformed, "names out of order") }
    return Set(names)
  }
}
