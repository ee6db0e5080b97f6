/// A quarter's self-evaluation (绩效自评), frozen: the figures in the five aspects as they stood on its last day.
///
/// It never changes. What arrives later and would have counted is shown beside it as a ``Correction``.
public struct Snapshot: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The quarter, as `2024Q3`.
  public let quarter: String
  /// The day as of which it counts, in Beijing's calendar.
  public let asOf: String
  /// When it was frozen, in UTC.
  public let takenAt: String?
  /// Who froze it.
  public let takenBy: String?
  /// The SHA-256 of ``document``, in hexadecimal.
  public let digest: String
  /// The figures, a line each: `数字化改造 K01 Y1 280`.
  public let document: String
  /// Whether the document still has its digest.
  public let isIntact: Bool
}

/// A figure that came out otherwise when it was counted again.
public struct Correction: Codable, Hashable, Sendable {
  /// Which figure: `K01 Y1`.
  public let figure: String
  /// What the snapshot says; nil where it had no such figure.
  public let frozen: String?
  /// What it comes to now; nil where it is gone.
  public let now: String?
  /// When this was first seen, in UTC; nil while nobody has recorded it.
  public let notedAt: String?
  /// Who recorded it.
  public let notedBy: String?
}

/// The five aspects of the quarterly self-evaluation.
public enum EvaluationAspect: String, Term {
  case transformation
  case replication
  case innovation
  case practice
  case funds

  public var label: String {
    switch self {
    case .transformation: "数字化改造"
    case .replication: "复制推广"
    case .innovation: "中小企业创新能力提升"
    case .practice: "典型经验做法"
    case .funds: "财政资金使用"
    }
  }

  public var labelEn: String {
    switch self {
    case .transformation: "Transformation"
    case .replication: "Replication"
    case .innovation: "Innovation of SMEs"
    case .practice: "Exemplary practice"
    case .funds: "Use of public money"
    }
  }
}
