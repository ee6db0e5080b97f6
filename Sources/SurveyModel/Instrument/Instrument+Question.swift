extension Instrument {
  /// A scored part of the instrument, with its share of the whole.
  public struct Dimension: Codable, Hashable, Sendable {
    /// The stable key: `foundation`, `management`, `outcome`.
    public let key: String
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// The share of the total score, in percent.
    public let weightPercent: Int
  }

  /// An indicator of the first or second order above a question, with its share of what stands above it.
  public struct Indicator: Codable, Hashable, Sendable {
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// The share of the order above, in percent.
    public let weightPercent: Int
  }

  /// A scored question.
  public struct Question: Codable, Hashable, Sendable {
    /// How many options may be chosen.
    public enum Kind: String, Codable, Hashable, Sendable {
      /// Exactly one.
      case single
      /// One or more; their points add. 无 stands alone.
      case multiple
    }

    /// The number, from 1.
    public let number: Int
    /// The key of its ``Dimension``.
    public let dimension: String
    /// The first-order indicator (一级指标).
    public let first: Indicator
    /// The second-order indicator (二级指标).
    public let second: Indicator
    /// The question in Chinese, shortened.
    public let label: String
    /// The question in English, shortened.
    public let labelEn: String
    /// How near the label is to the official text.
    public let wording: Wording
    /// How many options may be chosen.
    public let kind: Kind
    /// The most it can bring, in milli-points.
    public let maxMilliPoints: Int
    /// The options, by letter.
    public let options: [Option]
    /// Figures that the question asks for beside the choice.
    public let fields: [Field]
    /// The two figures whose ratio picks the band, where the question is one of bands.
    public let ratio: Ratio?
    /// Kinds of evidence that help to judge the answer. None is required.
    public let evidence: [EvidenceHint]
    /// A doubt about the sources, if there is one.
    public let confidence: Confidence?

    /// The option of that letter, if there is one.
    public func option(_ letter: String) -> Option? {
      options.first { $0.letter == letter }
    }
  }

  /// One option of a question.
  public struct Option: Codable, Hashable, Sendable {
    /// The letter, `A`…`Z`. A is 无 or the lowest.
    public let letter: String
    /// The option in Chinese.
    public let label: String
    /// The option in English.
    public let labelEn: String
    /// What it brings, in milli-points.
    public let milliPoints: Int
    /// Whether it excludes every other option of a multiple choice (无).
    public let exclusive: Bool
    /// How near the label is to the official text.
    public let wording: Wording
    /// The share that the option stands for, where it stands for one.
    public let band: Band?
    /// A doubt about the sources, if there is one.
    public let confidence: Confidence?
  }

  /// A share in percent: more than `overPercent`, up to and including `upToPercent`.
  public struct Band: Codable, Hashable, Sendable {
    /// The open lower bound; nil in the first band, which begins with 0 itself.
    public let overPercent: Int?
    /// The closed upper bound.
    public let upToPercent: Int
  }

  /// A figure that a question asks for.
  public struct Field: Codable, Hashable, Sendable {
    /// The stable key, unique within the instrument.
    public let key: String
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// The unit as the form prints it, as 台 or 万元.
    public let unit: String
    /// How near the label is to the official text.
    public let wording: Wording
  }

  /// Two figures, by the keys of their ``Field``s.
  public struct Ratio: Codable, Hashable, Sendable {
    /// The key of the part.
    public let numerator: String
    /// The key of the whole.
    public let denominator: String
  }

  /// A kind of evidence that helps to judge an answer.
  public struct EvidenceHint: Codable, Hashable, Sendable {
    /// The name in Chinese.
    public let label: String
    /// The name in English.
    public let labelEn: String
    /// How near the label is to the official text.
    public let wording: Wording
  }
}

extension Instrument.Question {
  /// The letter of the band in which a ratio falls, to be held beside the assessor's choice.
  ///
  /// Bands are open below and closed above: exactly 20 % belongs to (10 %, 20 %]. The comparison is one of integers.
  ///
  /// - Returns: nil where nothing follows: no bands, a whole of 0 (the assessor must choose), a negative part, or a part above the whole.
  public func letter(numerator: Int, denominator: Int) -> String? {
    guard denominator > 0, (0...denominator).contains(numerator) else { return nil }
    // Full-width products, so that money in fen cannot overflow.
    func exceeds(_ percent: Int) -> Bool {
      let part = numerator.multipliedFullWidth(by: 100)
      let bound = denominator.multipliedFullWidth(by: percent)
      return (part.high, part.low) > (bound.high, bound.low)
    }
    return options.first { option in
      guard let band = option.band else { return false }
      return band.overPercent.map(exceeds) ?? true && !exceeds(band.upToPercent)
    }?.letter
  }
}
