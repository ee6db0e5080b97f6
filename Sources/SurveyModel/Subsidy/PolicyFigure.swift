/// How sure a figure of a policy is, from the surest to the least.
public enum PolicyConfidence: String, Term, Comparable {
  /// It stands in a document in force.
  case issued
  /// It stands in a consultation draft; the issued text may differ.
  case draft
  /// Somebody published it; the document itself was not at hand.
  case reported
  /// The document does not say; this is how we read it.
  case reading

  public var label: String {
    switch self {
    case .issued: "正式文件"
    case .draft: "征求意见稿"
    case .reported: "公开报道"
    case .reading: "原文未明,按我们的理解"
    }
  }

  public var labelEn: String {
    switch self {
    case .issued: "issued document"
    case .draft: "consultation draft"
    case .reported: "public report"
    case .reading: "not stated; our reading"
    }
  }

  public static func < (left: PolicyConfidence, right: PolicyConfidence) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// What a figure of a policy counts.
public enum PolicyUnit: String, Term {
  /// A hundredth of a yuan.
  case fen
  case percent
  /// A plain number: registrations, resolutions.
  case count
  case months
  /// Class hours (学时).
  case hours

  public var label: String {
    switch self {
    case .fen: "分"
    case .percent: "%"
    case .count: "条"
    case .months: "个月"
    case .hours: "学时"
    }
  }

  public var labelEn: String {
    switch self {
    case .fen: "fen"
    case .percent: "%"
    case .count: "records"
    case .months: "months"
    case .hours: "hours"
    }
  }
}

/// A number of a policy, with where it stands and how sure it is.
public struct PolicyFigure: Codable, Hashable, Sendable {
  /// The number, in ``unit``.
  public let value: Int
  /// What it counts.
  public let unit: PolicyUnit
  /// The ``PolicySource/tag`` of the document that it comes from.
  public let source: String
  /// How sure it is.
  public let confidence: PolicyConfidence
}

/// A number of a policy that something must reach.
public struct PolicyThreshold: Codable, Hashable, Sendable {
  /// The number, in ``unit``.
  public let value: Int
  /// Whether the number itself is enough (达到) or must be exceeded (超过).
  public let inclusive: Bool
  /// What it counts.
  public let unit: PolicyUnit
  /// The ``PolicySource/tag`` of the document that it comes from.
  public let source: String
  /// How sure it is.
  public let confidence: PolicyConfidence

  /// Whether a number reaches it.
  func isReached(by number: Int) -> Bool { inclusive ? number >= value : number > value }
}

/// A figure of a rule by its name, for those who show or check all of them.
public struct NamedFigure: Codable, Hashable, Sendable {
  /// What the figure is.
  public let name: BilingualText
  /// The number.
  public let figure: PolicyFigure
  /// For a threshold, whether the number itself is enough; nil for any other figure.
  public let inclusive: Bool?

  init(_ zh: String, _ en: String, _ figure: PolicyFigure) {
    self.name = BilingualText(zh, en)
    self.figure = figure
    self.inclusive = nil
  }

  init(_ zh: String, _ en: String, _ threshold: PolicyThreshold) {
    self.name = BilingualText(zh, en)
    self.figure = PolicyFigure(
      value: threshold.value, unit: threshold.unit, source: threshold.source, confidence: threshold.confidence)
    self.inclusive = threshold.inclusive
  }
}

/// A document that figures come from.
public struct PolicySource: Codable, Hashable, Sendable {
  /// The short name by which figures cite it.
  public let tag: String
  /// What it is.
  public let name: BilingualText
  /// Its address or reference number.
  public let reference: String
  /// What was taken from it.
  public let use: BilingualText
}

/// A fact that a rule asks for before it pays: first use, a recognised institution.
public struct PolicyCondition: Codable, Hashable, Sendable {
  /// The key in a claim; its value is true or false.
  public let key: String
  /// What must hold.
  public let name: BilingualText
  /// Whether a claim must say it. Where it need not and does not, the amount is computed as if it held, and the result says so.
  public let required: Bool
  /// The ``PolicySource/tag`` of the document that it comes from.
  public let source: String
  /// How sure it is.
  public let confidence: PolicyConfidence
}

/// The amount that a rule pays a part of, by its key in a claim.
public struct PolicyBase: Codable, Hashable, Sendable {
  /// The key in a claim; its value is fen.
  public let key: String
  /// What the amount is.
  public let name: BilingualText
  /// An amount to show how it is written, in fen.
  public let example: Int
}
