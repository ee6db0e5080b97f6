/// Many values in few statements. Their texts come in few sizes, so that each is prepared once.
extension StoreTransaction {
  /// Asks with a list of values, of any length: `… WHERE name IN (\(marks))`.
  /// - Parameters:
  ///   - list: the values; nothing is asked for none.
  ///   - sql: the statement around the list, which ends it: other values stand before.
  func rows(
    in list: [any StoreBindable], with others: [any StoreBindable] = [], _ sql: (_ marks: String) -> String
  ) throws -> [StoreRow] {
    var out: [StoreRow] = []
    for start in stride(from: 0, to: list.count, by: BulkSize.greatest) {
      var chunk = Array(list[start..<min(start + BulkSize.greatest, list.count)])
      // The last once more, up to the next size: what stands in a list twice counts once.
      chunk += [any StoreBindable](repeating: chunk[chunk.count - 1], count: BulkSize.up(chunk.count) - chunk.count)
      out += try rows(sql(chunk.map { _ in "?" }.joined(separator: ", ")), others + chunk)
    }
    return out
  }

  /// Runs a statement with many rows of values: `UPDATE … FROM (VALUES \(marks)) AS v …`.
  /// - Returns: what all of them gave.
  @discardableResult
  func rows(of all: [[any StoreBindable]], _ sql: (_ marks: String) -> String) throws -> [StoreRow] {
    var out: [StoreRow] = []
    var rest = all[...]
    while let first = rest.first {
      let size = BulkSize.down(min(rest.count, BulkSize.greatest))
      let mark = "(" + first.map { _ in "?" }.joined(separator: ", ") + ")"
      out += try rows(sql([String](repeating: mark, count: size).joined(separator: ", ")), rest.prefix(size).flatMap { $0 })
      rest = rest.dropFirst(size)
    }
    return out
  }
}

/// The sizes that statements come in: powers of two.
private enum BulkSize {
  static let greatest = 128

  static func up(_ count: Int) -> Int { count <= 1 ? 1 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount) }
  static func down(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount) }
}
