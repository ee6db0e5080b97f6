import Foundation

/// The indicators as they stand on a day.
public struct IndicatorTable: Encodable, Sendable {
  /// The plan.
  public let plan: String
  /// The day, in Beijing's calendar.
  public let asOf: String
  /// What shares are of.
  public let denominators: [DenominatorFigure]
  /// The indicators, in the plan's order.
  public let rows: [IndicatorRow]
  /// What the rules leave out; empty where they leave out nothing.
  public let omissions: [OmittedFigure]
  /// The targets of section 三.
  public let targets: [SectionFigure]

  /// The figures as lines, `K03 Y1 44.36%`: what a snapshot freezes and digests.
  public var lines: [String] {
    rows.flatMap { row in row.actual.named.compactMap { name, figure in figure.map { "\(row.id) \(name) \($0.text)" } } }
      + targets.compactMap { target in target.actual.map { "\(target.id) total \($0.text)" } }
  }
}

/// A figure: a count, or a share in hundredths of a percent.
public struct Figure: Hashable, Sendable, Encodable {
  /// The count, or the hundredths of a percent.
  public let value: Int
  /// Whether it is a share.
  public let isShare: Bool

  /// A share to two decimals, half up, as the plan's own percentages are; nil of nothing.
  static func share(_ count: Int, of whole: Int) -> Figure? {
    guard whole > 0 else { return nil }
    return Figure(value: (count * 20_000 + whole) / (2 * whole), isShare: true)
  }

  /// `280`, `44.36%`.
  public var text: String {
    guard isShare else { return String(value) }
    return (value < 0 ? "-" : "") + "\(value.magnitude / 100).\(String(100 + value.magnitude % 100).dropFirst())%"
  }

  /// A number: 280, 44.36.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if isShare { try container.encode(Decimal(value) / 100) } else { try container.encode(value) }
  }
}

/// A figure for each year of the programme and in total.
public struct Figures: Hashable, Sendable, Encodable {
  public let y1: Figure?
  public let y2: Figure?
  public let total: Figure?

  /// The figures by the names of their periods.
  public var named: [(name: String, figure: Figure?)] { [("Y1", y1), ("Y2", y2), ("total", total)] }

  /// What is missing to a target.
  static func gap(_ target: Figures, _ actual: Figures) -> Figures {
    func missing(_ target: Figure?, _ actual: Figure?) -> Figure? {
      guard let target, let actual else { return nil }
      return Figure(value: max(0, target.value - actual.value), isShare: target.isShare)
    }
    return Figures(y1: missing(target.y1, actual.y1), y2: missing(target.y2, actual.y2), total: missing(target.total, actual.total))
  }
}

/// An indicator as it stands.
public struct IndicatorRow: Encodable, Sendable, Identifiable {
  public let id: String
  public let group: String
  public let label: String
  public let labelEn: String
  public let unit: String
  public let unitEn: String
  public let target: Figures
  public let actual: Figures
  /// What is missing to the target; 0 where it is reached.
  public let gap: Figures
  /// Of a share: how many there are in total, and of how many.
  public let count: Int?
  public let of: Int?
  public let definition: String
  public let definitionEn: String
  public let confidence: String
  public let doubt: String?
  public let doubtEn: String?
}

/// What shares are of: the plan's number, and how many this replica has.
public struct DenominatorFigure: Encodable, Sendable, Identifiable {
  public let id: String
  public let label: String
  public let labelEn: String
  public let value: Int
  public let provenance: String
  public let confidence: String
  /// How many the register of that year has here; shares are of the plan's number all the same.
  public let registered: [String: Int]
}

/// How much of something the rules leave out.
public struct OmittedFigure: Encodable, Sendable, Identifiable {
  public let id: String
  public let label: String
  public let labelEn: String
  public let count: Int
}

/// A target of section 三 as it stands.
public struct SectionFigure: Encodable, Sendable, Identifiable {
  public let id: String
  public let label: String
  public let labelEn: String
  public let text: String
  public let target: Figure?
  public let actual: Figure?
  /// Whether it is reached; nil where the plan gives no number.
  public let isReached: Bool?
  public let definition: String?
  public let definitionEn: String?
  public let confidence: String
  public let doubt: String?
  public let doubtEn: String?
}
