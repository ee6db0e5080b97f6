/// Days as numbers, so that one can be drawn between two.
struct SampleDay: Comparable, Hashable {
  /// Days since 1970 in Beijing's calendar.
  let number: Int

  init(number: Int) { self.number = number }

  /// A day as records hold it.
  init(_ text: String) { number = Int(((Moment(text)?.milliseconds ?? 0) + 28_800_000) / 86_400_000) }

  var text: String { String(Moment(milliseconds: Int64(number) * 86_400_000 - 28_800_000).beijingText.prefix(10)) }

  /// That day at an hour in Beijing, in milliseconds since 1970.
  func at(hour: Int, minute: Int = 0) -> Int64 { Int64(number) * 86_400_000 + Int64(hour - 8) * 3_600_000 + Int64(minute) * 60_000 }

  var year: Int { Int(text.prefix(4)) ?? 0 }

  static func + (day: SampleDay, days: Int) -> SampleDay { SampleDay(number: day.number + days) }
  static func < (a: SampleDay, b: SampleDay) -> Bool { a.number < b.number }
}

extension SampleSource {
  /// A day between two, both included.
  mutating func day(_ first: String, _ last: String) -> SampleDay {
    SampleDay(number: number(SampleDay(first).number...SampleDay(last).number))
  }

  /// A day some days after another, and not after the last.
  mutating func day(after day: SampleDay, _ days: ClosedRange<Int>, notAfter last: String) -> SampleDay {
    min(day + number(days), SampleDay(last))
  }
}
