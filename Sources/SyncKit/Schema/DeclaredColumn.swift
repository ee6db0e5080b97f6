/// A column as the table's definition has it, generated ones too: enough to tell which values SQLite's preupdate hook gives wrongly.
struct DeclaredColumn {
  let name: String
  /// The declared type in capitals; empty where there is none.
  let type: String
  /// The place in the key, from 1; 0 for a column that is not of it.
  let keyPlace: Int
  /// Whether a stored row has a field for it: virtual columns have none.
  let isStored: Bool
  /// Whether it is captured: generated columns are not.
  let isRead: Bool

  private var isReal: Bool { TableShape.Column.Numbers(declared: type) == .reals }

  private var mayHoldIntegers: Bool {
    // INT comes first in SQLite's rules for affinity; a column of texts turns a number into one.
    !isReal && (type.contains("INT") || !["CHAR", "CLOB", "TEXT"].contains { type.contains($0) })
  }

  /// The first column whose integers the hook gives as reals, so that beyond 2^53 they are others.
  ///
  /// Asked for an old value, SQLite (3.40, `sqlite3_preupdate_old`) makes a real of an integer whose column is REAL, but it takes the
  /// place of the stored field for that of the table's column. The two differ in a table without rowids whose key does not come first,
  /// and behind virtual columns. A key that is misread names another row; a value that is misread counts as written and becomes a
  /// candidate that nobody wrote. In every other table the field and the column are in the same place.
  static func misread(_ columns: [DeclaredColumn], isWithoutRowid: Bool) -> String? {
    var fields = columns.filter(\.isStored)
    if isWithoutRowid {
      fields = fields.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace } + fields.filter { $0.keyPlace == 0 }
    }
    return zip(fields, columns).first { field, column in column.isReal && field.isRead && field.mayHoldIntegers }?.0.name
  }
}
