import SyncCore
import SyncKit

/// A kind of record as data: its table, its fields, whose scope it is of, and who may write it.
///
/// The programme knows some thirty kinds that are all alike in how they are typed, checked, stored, shown, imported and exported. What
/// differs is written down here once, and ``Survey/addRecord(_:_:of:)`` and its like do the rest.
public struct RecordType: Sendable {
  /// Where records of the kind live.
  public enum Home: Sendable {
    /// In an enterprise's case.
    case enterprise
    /// In what all share.
    case catalogue
  }

  /// How a record is told from the others of its kind.
  public enum Key: Sendable {
    /// By an identifier of its own.
    case identifier
    /// By what it is about: two who record the same thing write the same row, and their difference becomes visible. Of the enterprise's
    /// records the enterprise comes first, and the fields of presence ``Field/Presence/key`` follow.
    case meaning
  }

  /// The table's name.
  public let table: String
  /// What a record of it is called.
  public let label: BilingualText
  /// Where its records live.
  public let home: Home
  /// How its records are told apart.
  public let key: Key
  /// Whose word it is: what others write becomes a proposal. Empty where everyone's is.
  public let authority: Set<WorkRole>
  /// Whether its records are never edited or deleted.
  public let isAppendOnly: Bool
  /// Its fields, in the order in which they are shown.
  public let fields: [Field]
  /// References that must hold within the case.
  let references: [Reference]
  /// Fields that may not be above others.
  let bounds: [Bound]
  /// What must hold between the fields when a record is written.
  let laws: [RecordLaw]

  init(
    _ table: String, _ zh: String, _ en: String, in home: Home = .enterprise, key: Key = .identifier, authority: Set<WorkRole> = [],
    isAppendOnly: Bool = false, bounds: [Bound] = [], laws: [RecordLaw] = [], _ fields: [Field]
  ) {
    self.bounds = bounds
    self.laws = laws
    self.table = table
    label = BilingualText(zh, en)
    self.home = home
    self.key = key
    self.authority = authority
    self.isAppendOnly = isAppendOnly
    self.fields = fields
    // What a case refers to in the catalogue may not be here yet, nor what the catalogue refers to in a case; within one a parent must be.
    var references = home == .enterprise ? [Reference("enterprise_id", to: "enterprise")] : []
    for field in fields {
      if case .reference(let other) = field.kind, (home == .catalogue) == !Self.caseTables.contains(other), other != "enterprise" {
        references.append(Reference(field.column, to: other))
      }
    }
    self.references = references
  }

  /// The tables of a case that fields refer to.
  static let caseTables: Set<String> = ["contract", "acceptance", "diagnosis", "assessment", "visit"]

  /// The columns of the key, in their order.
  public var keyColumns: [String] {
    switch key {
    case .identifier: ["id"]
    case .meaning: (leadsWithEnterprise ? ["enterprise_id"] : []) + fields.filter { $0.presence == .key }.map(\.column)
    }
  }

  /// Whether the enterprise is part of the key: not where the key names another record of the case, which says whose it is.
  private var leadsWithEnterprise: Bool {
    guard home == .enterprise else { return false }
    guard let first = fields.first(where: { $0.presence == .key }), case .reference(let other) = first.kind else { return true }
    return !Self.caseTables.contains(other)
  }

  /// Whose word a record is that says these fields; empty where everyone's is.
  ///
  /// - Parameter isSelected: whether it is of an enterprise on the pilot's list.
  func authority(over fields: [Field], isSelected: Bool = false) -> Set<WorkRole> {
    if !authority.isEmpty { return authority }
    return fields.lazy.map { $0.authority.isEmpty && isSelected ? $0.authorityOnceSelected : $0.authority }.first { !$0.isEmpty } ?? []
  }

  /// The kind of a table; nil for one that is no such kind.
  public static func of(_ table: String) -> RecordType? { byTable[table] }

  private static let byTable = Dictionary(uniqueKeysWithValues: (all + [enterprise, assignment]).map { ($0.table, $0) })

  /// The column by which people name a record: its name, its title, its number; nil where there is none.
  var nameColumn: String? { ["name", "title", "number"].first { column in fields.contains { $0.column == column } } }

  /// By its key, terms in the order of their list: the steps of the ladder as they follow one another.
  var order: String {
    keyColumns.map { column in
      guard let field = fields.first(where: { $0.column == column }), case .term(let list) = field.kind else { return column }
      let places = list.items.enumerated().map { "WHEN '\($1.key)' THEN \($0)" }.joined(separator: " ")
      return "CASE \(column) \(places) ELSE \(list.items.count) END, \(column)"
    }.joined(separator: ", ")
  }

  /// A field as people name it.
  func field(_ typed: String) -> Field? { fields.first { $0.isNamed(typed) } }

  /// What SyncKit is told of the table.
  var synced: SyncedTable {
    SyncedTable(
      table, scope: home == .enterprise ? .column("enterprise_id") : .fixed(SurveySchema.catalogue), references: references, bounds: bounds)
  }
}

/// What somebody works as. It says whose word a record is.
public enum WorkRole: String, Term {
  case specialist
  case office
  case finance
  case district
  case agency
  case provider
  case viewer

  public var label: String {
    switch self {
    case .specialist: "数字专员"
    case .office: "市工信局"
    case .finance: "市财政局"
    case .district: "区(管委会)"
    case .agency: "第三方专业机构"
    case .provider: "数字化服务商"
    case .viewer: "查阅者"
    }
  }

  public var labelEn: String {
    switch self {
    case .specialist: "Digital specialist"
    case .office: "Central office"
    case .finance: "Finance bureau"
    case .district: "District office"
    case .agency: "Third-party agency"
    case .provider: "Service provider"
    case .viewer: "Viewer"
    }
  }
}
