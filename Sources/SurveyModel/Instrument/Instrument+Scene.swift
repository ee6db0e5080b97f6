extension Instrument {
  /// A group of scenes, as 产品生命周期数字化.
  public struct SceneGroup: Codable, Hashable, Sendable {
    /// The stable key: `lifecycle`, `execution`, `supplyChain`, `decision`.
    public let key: String
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
  }

  /// A scene of digital operation, rated 0…4 and not scored.
  public struct Scene: Codable, Hashable, Sendable {
    /// The number, from 1.
    public let number: Int
    /// The key of its ``SceneGroup``.
    public let group: String
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// How near the label is to the official text.
    public let wording: Wording
    /// Whether it is a constraint scene (约束性场景, ★); the others are guidance scenes (指导性).
    public let constraint: Bool
    /// What each level 0…4 means here, in order.
    public let levels: [SceneLevel]
    /// A doubt about the sources, if there is one.
    public let confidence: Confidence?
  }

  /// What a level means in one scene.
  public struct SceneLevel: Codable, Hashable, Sendable {
    /// The rank, 0…4; 0 is "below level 1, or not applicable".
    public let level: Int
    /// The meaning in Chinese.
    public let label: String
    /// The meaning in English.
    public let labelEn: String
    /// How near the label is to the official text.
    public let wording: Wording
  }

  /// An overall level and what it takes.
  public struct Level: Codable, Hashable, Sendable {
    /// The rank, 0…4.
    public let level: Int
    /// The name in Chinese, as 规范级.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// How near the label is to the official text.
    public let wording: Wording
    /// What it takes; nil for level 0, which takes nothing.
    public let threshold: Threshold?
    /// A doubt about the sources, if there is one.
    public let confidence: Confidence?
  }

  /// What an overall level takes; all three must hold.
  public struct Threshold: Codable, Hashable, Sendable {
    /// The least score, in milli-points, inclusive.
    public let scoreMilli: Int
    /// How many scenes must have reached at least the level.
    public let scenes: Int
    /// How many of these must be constraint scenes.
    public let constraintScenes: Int
  }

  /// How near a label is to the official text.
  public enum Wording: String, Codable, Hashable, Sendable {
    /// As in the source that the provenance names.
    case source
    /// The source's text, shortened.
    case condensed
    /// Our own short wording, because the official text was not at hand.
    case own
  }

  /// A doubt about the sources of one thing.
  public struct Confidence: Codable, Hashable, Sendable {
    /// How large the doubt is.
    public enum Grade: String, Codable, Hashable, Sendable {
      /// Sources differ, and one is clearly better.
      case medium
      /// Sources differ, and none is clearly better.
      case doubtful
    }

    /// How large the doubt is.
    public let grade: Grade
    /// What the doubt is, in Chinese.
    public let note: String
    /// What the doubt is, in English.
    public let noteEn: String
  }

  /// Where the contents come from.
  public struct Provenance: Codable, Hashable, Sendable {
    /// One source.
    public struct Source: Codable, Hashable, Sendable {
      /// The short name by which notes cite it.
      public let tag: String
      /// What it is.
      public let kind: String
      /// Its address or reference number.
      public let reference: String
      /// What was taken from it.
      public let use: String
    }

    /// The number of the official notice.
    public let notice: String
    /// The notice's date, as YYYY-MM-DD.
    public let issued: String
    /// The sources, the notice first.
    public let sources: [Source]
  }
}
