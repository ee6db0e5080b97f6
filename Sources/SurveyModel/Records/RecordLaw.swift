import GRDB

/// What must hold between the fields of one record when it is written. What another device wrote is taken as it is: a merge never breaks
/// on a law.
enum RecordLaw: Sendable {
  /// A field must be given where another has this value.
  case needs(String, where: String, is: String)
  /// Amounts that make up another: together never above it, and no less once all are given.
  case makeUp([String], of: String)

  /// How a record breaks the law; nil where it keeps it.
  ///
  /// - Parameters:
  ///   - type: the kind of record.
  ///   - value: what a field will hold, by the field's name.
  func fault(in type: RecordType, _ value: (String) -> DatabaseValue) -> SurveyError? {
    func field(_ name: String) -> Field? { type.fields.first { $0.name == name } }
    switch self {
    case .needs(let needed, let other, let key):
      guard value(needed).isNull, String.fromDatabaseValue(value(other)) == key, let told = field(other) else { return nil }
      let shown = FieldValue(told, key.databaseValue).shown
      let why = ["by": other, "byZh": told.label.zh, "value": key, "valueZh": shown.zh]
      return SurveyError(.fieldNeeded, (field(needed)?.details ?? [:]).merging(why) { mine, _ in mine })
    case .makeUp(let parts, let whole):
      let given = parts.compactMap { Int.fromDatabaseValue(value($0)) }
      guard !given.isEmpty, let total = Int.fromDatabaseValue(value(whole)) else { return nil }
      // Each is an amount that was typed, so that a handful of them does not overflow; one that overflows is above the whole.
      let sum = given.reduce(0) { $0.addingReportingOverflow($1).overflow ? Int.max : $0 + $1 }
      guard sum > total || (given.count == parts.count && sum != total) else { return nil }
      var details = field(whole)?.details ?? [:]
      details["parts"] = parts.joined(separator: "\n")
      details["partsZh"] = parts.compactMap { field($0)?.label.zh }.joined(separator: "\n")
      details["sumFen"] = String(sum)
      details["wholeFen"] = String(total)
      return SurveyError(.partsDiffer, details)
    }
  }

  /// The fields that the law is about.
  private var names: [String] {
    switch self {
    case .needs(let needed, let other, _): [needed, other]
    case .makeUp(let parts, let whole): parts + [whole]
    }
  }

  /// Whether a write touches what the law is about: what was wrong before is not held against an edit of something else.
  func concerns(_ written: [String]) -> Bool { names.contains(where: written.contains) }
}

extension RecordType {
  /// The laws that a record would break.
  ///
  /// - Parameters:
  ///   - written: what is written of it.
  ///   - row: the record as it stands; nil for a new one.
  func faults(writing written: [(field: Field, value: DatabaseValue)], over row: Row?) -> [SurveyError] {
    laws.filter { $0.concerns(written.map(\.field.name)) }.compactMap { law in
      law.fault(in: self) { name in
        if let given = written.first(where: { $0.field.name == name }) { return given.value }
        return row.flatMap { row in fields.first { $0.name == name }.flatMap { row[$0.column] } } ?? .null
      }
    }
  }
}

extension SurveyError.Code {
  /// A field that must be given because of what another says. Details: `field`, `by`, `value` of the latter.
  public static let fieldNeeded = Self("field-needed")
  /// Amounts that do not make up the one that they are parts of. Details: `field` of the whole, `parts` (one a line), `sumFen`, `wholeFen`.
  public static let partsDiffer = Self("parts-differ")
}
