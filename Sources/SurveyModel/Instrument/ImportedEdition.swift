/// An edition of the instrument of which only results are known here: a score and a level, and nothing to compute them from.
struct ImportedEdition: Sendable {
  /// Its year.
  let edition: String
  /// The score from which on a result is of each level, in milli-points, from level 1.
  let scores: [Int]

  /// The edition of 2022 (工信厅企业〔2022〕32号). Its bounds are printed as 20-40分, 40-60分 …, so that one on a bound may be of either level.
  static let all = [ImportedEdition(edition: "2022", scores: [20_000, 40_000, 60_000, 80_000])]

  /// The levels that a score may be of.
  func levels(scoreMilli: Int) -> ClosedRange<Int> {
    let reached = scores.filter { $0 <= scoreMilli }.count
    // Below level 1 the notice has no band of its own.
    return (reached > 1 && scores.contains(scoreMilli) ? reached - 1 : reached)...reached
  }
}

extension Instrument {
  /// The editions that a record may be of, oldest first: those whose file is here, and those of which only results are known.
  static func knownEditions(resources: ResourceFolder = .standard) -> [String] {
    let files = resources.names(from: filePrefix, to: fileSuffix)
    return (ImportedEdition.all.map(\.edition) + files.map { String($0.dropFirst(filePrefix.count).dropLast(fileSuffix.count)) }).sorted()
  }
}

extension SurveyError.Code {
  /// A level that the score of its edition cannot have. Details: `edition`, `score` in milli-points, `level`, `allowed` (one a line).
  public static let levelUnlikeScore = Self("level-unlike-score")
}
