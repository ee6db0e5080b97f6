import GRDB

/// Writes rows of a data set, and leaves out what happened after the day on which it stands.
final class SampleWriter {
  var source: SampleSource
  /// The day on which the data set stands: nothing later is known.
  let today: SampleDay
  private(set) var rows = 0

  init(seed: UInt64, today: SampleDay) {
    source = SampleSource(seed: seed)
    self.today = today
  }

  /// A new identifier, as a device would have made it on that day.
  func id(_ day: SampleDay) -> String {
    let bytes = source.bytes(10)
    return IdentifierSource(clock: { day.at(hour: 9) }, random: { _ in bytes }).next()
  }

  /// A time of that day, as records hold it.
  func time(_ day: SampleDay, hour: Int) -> String { Moment(milliseconds: day.at(hour: hour, minute: source.number(0...59))).text }

  /// Writes a row, unless it is of a day that has not come.
  @discardableResult
  func put(_ db: Database, _ table: String, on day: SampleDay, _ columns: [(String, (any DatabaseValueConvertible)?)]) throws -> Bool {
    guard day <= today else { return false }
    let names = columns.map(\.0).joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "INSERT INTO \(table)(\(names)) VALUES(\(marks))")
    try statement.execute(arguments: StatementArguments(columns.map(\.1)))
    rows += 1
    return true
  }
}
