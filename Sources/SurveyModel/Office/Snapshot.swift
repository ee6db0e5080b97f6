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

/// A figure of a frozen quarter, as a line of its document has it.
public struct SnapshotFigure: Codable, Hashable, Sendable {
  /// What a figure is of: a span of the programme, or of payments their sum in fen or their number.
  public enum Period: String, Term {
    case y1 = "Y1"
    case y2 = "Y2"
    case total
    case fen
    case payments

    public var label: String {
      switch self {
      case .y1: "第一年"
      case .y2: "第二年"
      case .total: "合计"
      case .fen: "金额"
      case .payments: "笔数"
      }
    }

    public var labelEn: String {
      switch self {
      case .y1: "year 1"
      case .y2: "year 2"
      case .total: "total"
      case .fen: "amount"
      case .payments: "payments"
      }
    }
  }

  /// Stands for all rules together.
  public static let allRules = "R"

  /// The aspect under which it is reported.
  public let aspect: Stored<EvaluationAspect>
  /// The indicator, or the rule under which money was paid: `K01`, `R8`.
  public let id: String
  public let period: Stored<Period>
  /// `280`, `44.36%`; of money whole fen.
  public let value: String

  init?(line: Substring) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 4 else { return nil }
    aspect = EvaluationAspect.allCases.first { $0.label == words[0] }.map { Stored($0) } ?? Stored(rawValue: words[0])
    (id, period, value) = (words[1], Stored(rawValue: words[2]), words[3])
  }
}

extension Snapshot {
  /// The figures, in the document's order.
  public var figures: [SnapshotFigure] { document.split(separator: "\n").compactMap { SnapshotFigure(line: $0) } }
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
