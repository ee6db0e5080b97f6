/// A month of a year, written `2024-01`.
struct CalendarMonth: Hashable, Comparable, CustomStringConvertible {
  /// Months since the year 0, so that months after one another differ by one, across a year's end too.
  private let index: Int

  /// Reads `2024-01`; nil for anything else.
  init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 7, Moment.day(text + "-01") == text + "-01", let year = Int(text.prefix(4)), let month = Int(text.suffix(2))
    else { return nil }
    index = year * 12 + month - 1
  }

  private init(index: Int) { self.index = index }

  /// The year.
  var year: Int { index / 12 }

  /// The month that many later.
  func advanced(by months: Int) -> CalendarMonth { CalendarMonth(index: index + months) }

  var description: String {
    let year = String(year)
    let month = index % 12 + 1
    return String(repeating: "0", count: max(0, 4 - year.count)) + year + (month < 10 ? "-0" : "-") + String(month)
  }

  static func < (left: CalendarMonth, right: CalendarMonth) -> Bool { left.index < right.index }
}
