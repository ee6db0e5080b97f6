import GRDB

/// What a typed value is read against, beside its field: the records that it may name, the day, and the data files.
struct FieldReading {
  let db: Database
  /// The last day on which something can have happened, in Beijing's calendar.
  let latestDay: String
  let resources: ResourceFolder
}

extension Survey {
  /// What typed values are read against, now.
  func reading(_ db: Database) -> FieldReading {
    FieldReading(db: db, latestDay: Moment(milliseconds: clock() + SurveyLimits.clockSlack).beijingDay, resources: resources)
  }
}

extension SurveyLimits {
  /// How far behind a device's clock may be, or its zone, in milliseconds: what is of a later day than this allows has not happened yet.
  public static let clockSlack: Int64 = 86_400_000
  /// The pilot's batches: 280 enterprises of 2024, 320 of 2025.
  public static let batches = 1...2
}
