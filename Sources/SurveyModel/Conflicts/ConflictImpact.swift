import SyncCore
public import SyncKit

/// What the settlement of one conflict does to an assessment, and to the money that goes by its level.
public struct ConflictImpact: Encodable, Sendable {
  /// What follows if one candidate is chosen.
  public struct Choice: Encodable, Sendable {
    /// The candidate as text; nil where it withdraws the answer.
    public let value: String?
    /// The score in milli-points, everything else as it is shown.
    public let scoreMilli: Int
    /// The level, everything else as it is shown.
    public let level: Int
    /// The lowest level that the other open conflicts leave possible.
    public let lowestLevel: Int
    /// The highest level that the other open conflicts leave possible.
    public let highestLevel: Int
    /// The lowest score that they leave possible, in milli-points.
    public let lowestScoreMilli: Int
    /// The highest score that they leave possible, in milli-points.
    public let highestScoreMilli: Int
    /// The most that R8 gives by ``level``, in fen; nil where no amount hangs on the choice, or nothing is there to compute it from.
    public var subsidyFen: Int?
    /// The most that it gives by ``lowestLevel``.
    public var lowestSubsidyFen: Int?
    /// The most that it gives by ``highestLevel``.
    public var highestSubsidyFen: Int?
  }

  /// The assessment.
  public let assessment: Assessment
  /// The question or scene that is open.
  public let item: InstrumentItem
  /// What follows from each candidate, in the conflict's order.
  public let choices: [Choice]
  /// R8 by each level that is possible; nil where only one is, or an agency has judged.
  public let money: RuleMoney?
  /// The level that the agency gave, where levels are at stake: money goes by it, whatever is chosen here.
  public let ratedLevel: Int?
  /// Whether the choice decides about the level, whatever becomes of the other conflicts.
  public var decidesLevel: Bool { Set(choices.map { [$0.lowestLevel, $0.highestLevel] }).count > 1 }
}

extension Survey {
  /// What choosing each candidate does to score, level and money; nil for a conflict that no rating depends on, or one by
  /// an instrument that is not installed.
  public func impact(of conflict: Conflict) throws -> ConflictImpact? {
    guard let (id, item) = conflict.ratedItem else { return nil }
    let found = try replica.read { db in (Assessment(try Lookup.row(db, in: "assessment", id)), try StoredAnswers(db, of: id)) }
    guard let instrument = try installed(found.0.edition) else { return nil }
    let contests = Contests(try replica.conflicts(in: conflict.row.scope))
    let sheet = AnswerSheet(instrument, found.1, of: id, contests)
    var choices = try conflict.candidates.map { candidate in
      var chosen = sheet
      chosen.set(item, [candidate.value])
      let range = try chosen.engine.range(candidates: chosen.candidates)
      let answer = Answers(item, candidate.value).taken(by: sheet.engine.instrument)
      let rating = try sheet.engine.rate(sheet.shown.replacing(item, from: answer))
      return ConflictImpact.Choice(
        value: answer.text(of: item), scoreMilli: rating.scoreMilli, level: rating.level, lowestLevel: range.levels.lowerBound,
        highestLevel: range.levels.upperBound, lowestScoreMilli: range.scoresMilli.lowerBound,
        highestScoreMilli: range.scoresMilli.upperBound)
    }
    let levels = Set(choices.flatMap { [$0.lowestLevel, $0.level, $0.highestLevel] }).sorted()
    let (money, rated) = levels.count > 1 ? try transformationMoney(of: found.0.enterpriseID, possible: levels) : (nil, nil)
    let amounts = Dictionary(uniqueKeysWithValues: (money?.result?.perLevel ?? []).map { ($0.level, $0.totalFen) })
    for at in choices.indices {
      choices[at].subsidyFen = amounts[choices[at].level]
      choices[at].lowestSubsidyFen = amounts[choices[at].lowestLevel]
      choices[at].highestSubsidyFen = amounts[choices[at].highestLevel]
    }
    return ConflictImpact(assessment: found.0, item: item, choices: choices, money: money, ratedLevel: rated)
  }
}

extension Conflict {
  /// The assessment and the item whose answer is open; nil for any other conflict.
  fileprivate var ratedItem: (assessment: String, item: InstrumentItem)? {
    guard case .cell(let column) = kind, let item = row.item, item.column == column, let id = row.key[0].string else { return nil }
    return (id, item)
  }
}

extension RowReference {
  /// The question or scene that a row of answers or scene levels is about.
  var item: InstrumentItem? {
    guard key.count == 2, case .integer(let number) = key[1], let number = Int(exactly: number) else { return nil }
    switch table {
    case "answer": return .question(number)
    case "scene": return .scene(number)
    default: return nil
    }
  }
}

extension Answers {
  /// The answers with one item's answer taken from others, where it may be missing.
  fileprivate func replacing(_ item: InstrumentItem, from other: Answers) -> Answers {
    var answers = self
    switch item {
    case .question(let number): answers.questions[number] = other.questions[number]
    case .scene(let number): answers.scenes[number] = other.scenes[number]
    }
    return answers
  }
}
