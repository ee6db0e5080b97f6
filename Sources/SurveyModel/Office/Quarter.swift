/// A quarter of Beijing's calendar: `2024Q3`.
public struct Quarter: Hashable, Sendable, CustomStringConvertible {
  /// The year.
  public let year: Int
  /// 1 to 4.
  public let number: Int

  /// Reads `2024Q3`, `2024-Q3`, `2024年3季度`; full width is taken. Nil for anything else.
  public init?(_ text: String) {
    let plain = text.halfWidth.trimmingSpaces.uppercased()
    guard let match = plain.wholeMatch(of: /(\d{4})(?:-?Q|年第?)([1-4])(?:季度)?/), let year = Int(match.output.1),
      let number = Int(match.output.2)
    else { return nil }
    self.year = year
    self.number = number
  }

  public var description: String { "\(year)Q\(number)" }

  /// Its last day.
  public var lastDay: String { ["03-31", "06-30", "09-30", "12-31"].map { "\(year)-\($0)" }[number - 1] }
}
