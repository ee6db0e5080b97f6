/// A point in time: stored as text in UTC, shown and typed in Beijing time (UTC+8, without summer time).
///
/// ```swift
/// Moment("2026-11-21 14:30")?.text  // "2026-11-21T06:30:00Z"
/// ```
public struct Moment: Hashable, Sendable, Comparable {
  /// Milliseconds since 1970, UTC.
  public let milliseconds: Int64

  /// Beijing's distance from UTC.
  private static let beijing: Int64 = 8 * 3_600_000
  private static let day: Int64 = 86_400_000

  /// A point in time by its milliseconds since 1970, UTC.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Reads `2026-11-21`, `2026-11-21 14:30`, `2026-11-21T14:30:05` (Beijing time) or the same with `Z` or `+08:00`. Full width is taken.
  ///
  /// Nil for anything else, also for a day that the calendar does not have.
  public init?(_ text: String) {
    var rest = Substring(text.halfWidth.trimmingSpaces)
    guard let days = Self.takeDay(&rest) else { return nil }
    var time: Int64 = 0
    var zone = Self.beijing
    if let mark = rest.first {
      guard mark == " " || mark == "T" || mark == "t" else { return nil }
      rest.removeFirst()
      guard let taken = Self.takeTime(&rest) else { return nil }
      time = taken
      if !rest.isEmpty {
        guard let taken = Self.takeZone(&rest), rest.isEmpty else { return nil }
        zone = taken
      }
    }
    milliseconds = days * Self.day + time - zone
  }

  /// As records hold it: `2026-11-21T06:30:00Z`.
  public var text: String {
    let (day, seconds) = Self.split(milliseconds)
    return "\(day)T\(Self.clock(seconds))Z"
  }

  /// As people read it, in Beijing time: `2026-11-21 14:30`.
  public var beijingText: String {
    let (day, seconds) = Self.split(milliseconds + Self.beijing)
    return "\(day) \(Self.clock(seconds).prefix(5))"
  }

  /// The day in Beijing: `2026-11-21`.
  var beijingDay: String { String(beijingText.prefix(10)) }

  /// A calendar day in its one form, `2026-11-21`; nil for text that is none.
  public static func day(_ text: String) -> String? {
    var rest = Substring(text.halfWidth.trimmingSpaces)
    guard let days = takeDay(&rest), rest.isEmpty else { return nil }
    return civil(days)
  }

  /// A calendar month in its one form, `2026-11`; nil for text that is none.
  public static func month(_ text: String) -> String? { day(text.halfWidth.trimmingSpaces + "-01").map { String($0.prefix(7)) } }

  public static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }

  // MARK: Reading

  private static func takeDay(_ text: inout Substring) -> Int64? {
    guard let year = takeNumber(&text, digits: 4), year > 0, take("-", &text), let month = takeNumber(&text, digits: 2),
      take("-", &text), let day = takeNumber(&text, digits: 2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = daysSince1970(year, month, day)
    // 31 November would silently become 1 December.
    guard civil(days) == "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" else { return nil }
    return days
  }

  private static func takeTime(_ text: inout Substring) -> Int64? {
    guard let hour = takeNumber(&text, digits: 2), hour < 24, take(":", &text), let minute = takeNumber(&text, digits: 2), minute < 60
    else { return nil }
    var time = (hour * 60 + minute) * 60_000
    guard take(":", &text) else { return time }
    guard let second = takeNumber(&text, digits: 2), second < 60 else { return nil }
    time += second * 1000
    if take(".", &text) {
      let fraction = text.prefix { $0.isASCII && $0.isNumber }
      guard (1...9).contains(fraction.count), let thousandths = Int64((fraction + "00").prefix(3)) else { return nil }
      text.removeFirst(fraction.count)
      time += thousandths
    }
    return time
  }

  private static func takeZone(_ text: inout Substring) -> Int64? {
    if take("Z", &text) || take("z", &text) { return 0 }
    let isWest = text.first == "-"
    guard take("+", &text) || take("-", &text), let hour = takeNumber(&text, digits: 2), hour < 24 else { return nil }
    _ = take(":", &text)
    guard let minute = takeNumber(&text, digits: 2), minute < 60 else { return nil }
    return (isWest ? -1 : 1) * (hour * 60 + minute) * 60_000
  }

  private static func takeNumber(_ text: inout Substring, digits: Int) -> Int64? {
    let head = text.prefix(digits)
    guard head.count == digits, head.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    text.removeFirst(digits)
    return Int64(head)
  }

  private static func take(_ mark: Character, _ text: inout Substring) -> Bool {
    guard text.first == mark else { return false }
    text.removeFirst()
    return true
  }

  // MARK: The calendar (Gregorian, extended to all years)

  private static func split(_ milliseconds: Int64) -> (day: String, seconds: Int64) {
    let days = milliseconds >= 0 ? milliseconds / day : -((day - 1 - milliseconds) / day)
    return (civil(days), (milliseconds - days * day) / 1000)
  }

  private static func clock(_ seconds: Int64) -> String {
    [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
  }

  /// Years are counted from March, so that the leap day is the last of its year.
  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int64) -> String {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let place = (5 * dayOfYear + 2) / 153
    let month = place < 10 ? place + 3 : place - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * place + 2) / 5 + 1, 2))"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
