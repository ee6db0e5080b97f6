/// What answers are worth by an instrument: score, level, and why not more.
///
/// What is unanswered counts nothing, so an incomplete rating is a lower bound.
public struct Rating: Codable, Hashable, Sendable {
  /// The points of one dimension.
  public struct DimensionScore: Codable, Hashable, Sendable {
    /// The key of the ``Instrument/Dimension``.
    public let dimension: String
    /// The points reached, in milli-points.
    public let milliPoints: Int
    /// The points that could be reached, in milli-points.
    public let maxMilliPoints: Int
  }

  /// The edition of the instrument; ratings of different editions are not comparable.
  public let edition: String
  /// The score, in milli-points: 100,000 is full.
  public let scoreMilli: Int
  /// The overall level, 0…4.
  public let level: Int
  /// Whether every question and every scene is answered.
  public let complete: Bool
  /// What is not answered, in the instrument's order; encoded as `"q3"`, `"scene7"`.
  public let unanswered: [InstrumentItem]
  /// The points of each answered question, in milli-points, by number. No entry means unanswered.
  public let questionMilli: [Int: Int]
  /// The points of each dimension, in the instrument's order.
  public let dimensions: [DimensionScore]
  /// The level of each answered scene, by number. No entry means unanswered.
  public let sceneLevels: [Int: Int]
  /// Why the level is not one higher; nil at the highest level.
  public let next: NextLevel?
}

/// What stands between a rating and the next level.
public struct NextLevel: Codable, Hashable, Sendable {
  /// The level that was not reached.
  public let level: Int
  /// The conditions that fail, at least one; score first, then scenes, then constraint scenes.
  public let shortfalls: [Shortfall]
}

/// One condition of a level that is not met.
public struct Shortfall: Codable, Hashable, Sendable {
  /// Which condition.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// The score, in milli-points.
    case score
    /// The count of scenes at or above the level.
    case scenes
    /// The count of constraint scenes at or above the level.
    case constraintScenes
  }

  /// Which condition.
  public let kind: Kind
  /// What was reached, in the kind's unit.
  public let have: Int
  /// What it takes, in the kind's unit.
  public let need: Int
  /// The unanswered items which could add to ``have``, in the instrument's order.
  public let openItems: [InstrumentItem]
  /// Whether the best answers to ``openItems`` would meet the condition.
  public let closable: Bool

  /// How much is missing, in the kind's unit; always above 0.
  public var missing: Int { need - have }
}
