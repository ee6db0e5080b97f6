import GRDB
import SyncKit

/// A data set of full size that looks like the real one and names nobody: the populations, the funnel and the pace are those of the papers.
///
/// It tells the whole programme to the end of 2025 and then leaves out what comes after the day on which it stands.
///
/// ```swift
/// let summary = try survey.fillWithSample(seed: 7)
/// ```
public struct SampleSummary: Codable, Hashable, Sendable {
  /// The seed: the same one gives the same data set.
  public let seed: UInt64
  /// The day on which it stands.
  public let asOf: String
  /// How many enterprises it has.
  public let enterprises: Int
  /// Of how many of its enterprises one was taken: 1 for all.
  public let scale: Int
  /// How many rows were written.
  public let rows: Int
}

extension Survey {
  /// Fills an empty replica with a data set.
  ///
  /// - Parameters:
  ///   - seed: the same one gives the same data set.
  ///   - day: the day on which it stands; nil for that of the papers, 2025-07-18.
  ///   - others: how many enterprises of other sub-sectors to add, each with a diagnosis and an assessment: for measuring.
  ///   - scale: of how many enterprises one is taken, 1 for all: the figures are then about that part of the papers'.
  ///   - progress: told how many enterprises are written, and of how many.
  ///
  /// Throws ``SurveyError/Code/replicaNotEmpty`` and ``SurveyError/Code/notAuthorised``.
  public func fillWithSample(
    seed: UInt64, asOf day: String? = nil, others: Int = 0, scale: Int = 1, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> SampleSummary {
    try requireOffice("enterprise")
    let day = try self.day(day ?? SampleFigures.day)
    let writer = SampleWriter(seed: seed, today: SampleDay(day))
    let catalogue = SampleCatalogue(writer)
    let population = SamplePopulation.draw(writer, others: others).enumerated().filter { $0.offset % scale == 0 }.map(\.element)
    let policy = try SubsidyPolicies.bundled(resources: resources).policy(on: SampleFigures.day)
    let payments = SamplePayments(seed: seed, today: SampleDay(day), SubsidyEngine(policy))
    let cases = SampleCases(writer, catalogue, payments, try instrument(Instrument.current), scale: scale)
    try write { db in
      guard try Int.fetchOne(db, sql: "SELECT count(*) FROM (SELECT 1 FROM enterprise LIMIT 1)") == 0 else {
        throw SurveyError(.replicaNotEmpty)
      }
      try catalogue.write(db)
    }
    // Some hundred cases at a time, so that memory stays small.
    for start in stride(from: 0, to: population.count, by: Self.casesPerTransaction) {
      let end = min(start + Self.casesPerTransaction, population.count)
      try write { db in
        for enterprise in population[start..<end] { try cases.write(enterprise, db) }
      }
      progress(end, population.count)
    }
    try write { db in try cases.writeAchievements(population, db) }
    return SampleSummary(seed: seed, asOf: day, enterprises: population.count, scale: scale, rows: writer.rows + payments.rows)
  }

  private static let casesPerTransaction = 200
}

extension SurveyError.Code {
  /// Sample data goes into an empty replica only.
  public static let replicaNotEmpty = Self("replica-not-empty")
}
