extension SubsidyPolicy {
  /// One rule: what it pays to whom, and what the document leaves open.
  public struct Rule: Hashable, Sendable, Identifiable {
    /// The identifier, as R8.
    public let id: String
    /// The name.
    public let name: BilingualText
    /// Where it stands in the document.
    public let place: String
    /// The document's words.
    public let quote: String
    /// Who receives the money.
    public let recipient: BilingualText
    /// Who pays it.
    public let payer: BilingualText
    /// What one limit covers: an enterprise, an enterprise and year.
    public let per: BilingualText
    /// Whether the amount is only the most that may be paid ("最高"), of which the authority may approve less.
    public let mayPayLess: Bool
    /// How it computes.
    public let terms: RuleTerms
    /// What the document leaves open.
    public let questions: [Question]

    /// What a claim says, key by key; empty for a rule without figures.
    public var fields: [ClaimField] { terms.body?.fields ?? [] }
    /// Every figure of the rule.
    public var figures: [NamedFigure] { terms.body?.figures ?? [] }
    /// A claim that the rule takes, as JSON; nil for a rule without figures.
    public var example: String? {
      guard terms.body != nil else { return nil }
      return "{\(fields.filter(\.isInExample).map { "\"\($0.key)\":\($0.example)" }.joined(separator: ","))}"
    }
    /// How sure the least sure of the figures is; nil for a rule without figures.
    public var confidence: PolicyConfidence? { figures.map(\.figure.confidence).max() }
  }
}

/// How a rule computes: its kind, with the figures that the kind needs.
public enum RuleTerms: Hashable, Sendable {
  /// 就高不重复: of two policies for one expense the higher.
  case overlap(OverlapTerms)
  /// A percentage of an amount, up to a limit.
  case share(ShareTerms)
  /// A fixed sum for each thing done.
  case award(AwardTerms)
  /// A percentage of an amount that lies within a band.
  case band(BandTerms)
  /// A fixed sum for reaching thresholds of identifier resolution.
  case identifiers(IdentifierTerms)
  /// A percentage of what a transformation cost, up to a limit for its level, in two instalments.
  case transformation(TransformationTerms)
  /// A percentage of an amount, up to a limit for all time.
  case cumulative(CumulativeTerms)
  /// A sum for a title.
  case titles(TitleTerms)
  /// A sum for each person and day of training.
  case training(TrainingTerms)
  /// The document states no figures.
  case unstated

  /// The terms of the kind; nil where there are none.
  var body: (any SubsidyTerms)? {
    switch self {
    case .overlap(let terms): terms
    case .share(let terms): terms
    case .award(let terms): terms
    case .band(let terms): terms
    case .identifiers(let terms): terms
    case .transformation(let terms): terms
    case .cumulative(let terms): terms
    case .titles(let terms): terms
    case .training(let terms): terms
    case .unstated: nil
    }
  }

  /// The kind's name in a policy file.
  private enum Kind: String, Codable {
    case overlap, share, award, band, identifiers, transformation, cumulative, titles, training, unstated
  }

  private var kind: Kind {
    switch self {
    case .overlap: .overlap
    case .share: .share
    case .award: .award
    case .band: .band
    case .identifiers: .identifiers
    case .transformation: .transformation
    case .cumulative: .cumulative
    case .titles: .titles
    case .training: .training
    case .unstated: .unstated
    }
  }
}

// MARK: - Coding

extension SubsidyPolicy.Rule: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, name, place, quote, recipient, payer, per, mayPayLess, questions
  }

  /// Reads a rule; `kind` says how its `terms` are read.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    name = try container.decode(BilingualText.self, forKey: .name)
    place = try container.decode(String.self, forKey: .place)
    quote = try container.decode(String.self, forKey: .quote)
    recipient = try container.decode(BilingualText.self, forKey: .recipient)
    payer = try container.decode(BilingualText.self, forKey: .payer)
    per = try container.decode(BilingualText.self, forKey: .per)
    mayPayLess = try container.decode(Bool.self, forKey: .mayPayLess)
    questions = try container.decode([SubsidyPolicy.Question].self, forKey: .questions)
    terms = try RuleTerms(from: decoder)
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encode(place, forKey: .place)
    try container.encode(quote, forKey: .quote)
    try container.encode(recipient, forKey: .recipient)
    try container.encode(payer, forKey: .payer)
    try container.encode(per, forKey: .per)
    try container.encode(mayPayLess, forKey: .mayPayLess)
    try container.encode(questions, forKey: .questions)
    try terms.encode(to: encoder)
  }
}

extension RuleTerms: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, terms
  }

  /// Reads `kind`, and `terms` as that kind has them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func terms<T: Decodable>() throws -> T { try container.decode(T.self, forKey: .terms) }
    self =
      switch try container.decode(Kind.self, forKey: .kind) {
      case .overlap: .overlap(try terms())
      case .share: .share(try terms())
      case .award: .award(try terms())
      case .band: .band(try terms())
      case .identifiers: .identifiers(try terms())
      case .transformation: .transformation(try terms())
      case .cumulative: .cumulative(try terms())
      case .titles: .titles(try terms())
      case .training: .training(try terms())
      case .unstated: .unstated
      }
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    if let body { try body.encode(to: container.superEncoder(forKey: .terms)) }
  }
}
