import GRDB

extension ExportKind {
  /// A column, and how a row fills it.
  typealias Source = (column: ExportTable.Column, cell: (Row, ExportNames) -> ExportTable.Cell)

  /// The heading of the identifier, by which an import knows a record again.
  static let idHeading = "编号"
  /// Personal data, which is left out unless it is asked for.
  private static let personal: Set<String> = ["contact", "attendees"]

  /// The kind as a table. The same records make the same table.
  ///
  /// - Parameter completing: puts into a row what no column keeps.
  func table(_ db: Database, _ names: ExportNames, withContacts: Bool, completing: (Row) -> Row = { $0 }) throws -> ExportTable {
    guard let type else { return Self.codes }
    let sources = Self.columns(of: type, withContacts: withContacts)
    // Of an enterprise that was recorded twice and merged, the one that remains is listed.
    let condition = type.table == "enterprise" ? "WHERE merged_into IS NULL" : ""
    let cursor = try Row.fetchCursor(
      db, sql: "SELECT * FROM \(type.table) \(condition) ORDER BY \(type.keyColumns.joined(separator: ", "))")
    var rows: [[ExportTable.Cell]] = []
    while let row = try cursor.next() {
      let whole = completing(row)
      rows.append(sources.map { $0.cell(whole, names) })
    }
    return ExportTable(name: name, title: label.zh, columns: sources.map(\.column), rows: rows)
  }

  /// The columns of a kind: who it is, whose it is, then its fields.
  static func columns(of type: RecordType, withContacts: Bool) -> [Source] {
    var sources: [Source] = []
    if type.key == .identifier { sources.append(text(idHeading) { row, _ in row.text("id") }) }
    if type.home == .enterprise, type.table != "enterprise" {
      sources += [
        text("企业编号") { row, _ in row.text("enterprise_id") },
        text("企业名称") { row, names in names.enterprises[row.string("enterprise_id")]?.name },
        text("统一社会信用代码") { row, names in names.enterprises[row.string("enterprise_id")]?.code },
      ]
    }
    let fields = type.fields + (type.table == "enterprise" ? enterpriseRest : [])
    for field in fields where withContacts || !personal.contains(field.name) { sources += columns(of: field) }
    return sources
  }

  /// What the program itself notes of an enterprise, and what follows from its figures.
  private static let enterpriseRest = [
    Field("sizeClass", .term(TermList(SizeClass.self)), "划型", "size class"),
    Field("createdAt", .text, "登记时间", "recorded at"), Field("createdBy", .text, "登记人", "recorded by"),
  ]

  private static func columns(of field: Field) -> [Source] {
    func column(_ content: ExportTable.Content, _ heading: String = field.label.zh) -> ExportTable.Column {
      ExportTable.Column(heading: heading, content: content)
    }
    if field.column == "score_milli" { return [(column(.points), number(field))] }
    switch field.kind {
    case .money: return [(column(.money, "\(field.label.zh)(\(MoneyUnit.yuan.name.zh))"), number(field))]
    case .degrees: return [(column(.degrees), number(field))]
    case .whole, .year: return [(column(.whole), number(field))]
    case .day: return [(column(.day), shown(field))]
    case .reference(let table):
      let id = text(field.label.zh) { row, _ in row.text(field.column) }
      guard ExportNames.tables.contains(table) else { return [id] }
      return [
        text(field.label.zh) { row, names in names.name(of: row.string(field.column), in: table) },
        text(field.label.zh + "编号") { row, _ in row.text(field.column) },
      ]
    default: return [(column(.text), shown(field))]
    }
  }

  private static func text(_ heading: String, _ read: @escaping (Row, ExportNames) -> String?) -> Source {
    (ExportTable.Column(heading: heading, content: .text), { row, names in read(row, names).map { .text($0) } ?? .empty })
  }

  private static func number(_ field: Field) -> (Row, ExportNames) -> ExportTable.Cell {
    { row, _ in
      let value = FieldValue(field, row)
      // Another program may have written anything.
      return value.integer.map { .number($0) } ?? value.text.map { .text($0) } ?? .empty
    }
  }

  private static func shown(_ field: Field) -> (Row, ExportNames) -> ExportTable.Cell {
    { row, _ in
      let text = FieldValue(field, row).shown.zh
      if text.isEmpty { return .empty }
      return .text(field.column.hasSuffix("_at") ? Moment(text)?.beijingText ?? text : text)
    }
  }

  /// Every closed list that the kinds use, with its keys.
  static let codeList: [PlatformContent.Code] = all.compactMap(\.type).flatMap { type in
    type.fields.flatMap { field in
      field.kind.terms.map { item in
        PlatformContent.Code(
          record: type.label.zh, field: field.label.zh, code: item.key, name: item.name.zh, nameEn: item.name.en)
      }
    }
  }

  private static let codes = ExportTable(
    name: "code", title: "代码表",
    columns: ["记录", "字段", "代码", "中文", "英文"].map { ExportTable.Column(heading: $0, content: .text) },
    rows: codeList.map { code in [code.record, code.field, code.code, code.name, code.nameEn].map { .text($0) } })
}

extension FieldKind {
  /// The terms that can be chosen; empty where there is no list.
  fileprivate var terms: [TermList.Item] {
    switch self {
    case .term(let list), .terms(let list): list.items
    default: []
    }
  }
}

/// What records are called that others refer to.
struct ExportNames {
  /// The kinds whose records are called by names when others refer to them.
  private static let named = RecordType.all.filter { $0.home == .catalogue && $0.key == .identifier && $0.nameColumn != nil }
  /// Their tables.
  static let tables = Set(named.map(\.table) + ["enterprise"])

  let enterprises: [String: (name: String, code: String?)]
  private let others: [String: [String: String]]

  init(_ db: Database) throws {
    var enterprises: [String: (name: String, code: String?)] = [:]
    let cursor = try Row.fetchCursor(db, sql: "SELECT id, name, uscc FROM enterprise")
    while let row = try cursor.next() { enterprises[row.string("id")] = (row.string("name"), row.text("uscc")) }
    var others: [String: [String: String]] = [:]
    for type in Self.named {
      guard let column = type.nameColumn else { continue }
      for row in try Row.fetchAll(db, sql: "SELECT id, \(column) AS name FROM \(type.table)") {
        others[type.table, default: [:]][row.string("id")] = row.text("name")
      }
    }
    self.enterprises = enterprises
    self.others = others
  }

  func name(of id: String, in table: String) -> String? { table == "enterprise" ? enterprises[id]?.name : others[table]?[id] }
}
