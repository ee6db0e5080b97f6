/// One question or scene of an assessment, as a form shows it.
public struct ItemView: Codable, Hashable, Sendable {
  /// The item: `q3`, `scene7`.
  public let item: InstrumentItem
  /// The question or the scene in Chinese.
  public let label: String
  /// The question or the scene in English.
  public let labelEn: String
  /// The letters or the level, as text; nil while unanswered.
  public let value: String?
  /// What the answer brings, in milli-points; nil for scenes and while unanswered.
  public let milliPoints: Int?
  /// The most that the item can bring, in milli-points; nil for scenes.
  public let maxMilliPoints: Int?
  /// Whether a scene is a constraint scene (★); nil for questions.
  public let constraint: Bool?
  /// The assessor's remark.
  public let note: String?
  /// What is open between several assessors: the answer, the remark, or both.
  public let contested: [Contested]

  /// Whether the answer itself is open.
  public var isContested: Bool { openAnswer != nil }

  /// The candidates for the answer, if it is open.
  var openAnswer: Contested? { contested.first { $0.column == item.column } }

  /// Whether somebody stands for this answer: it is shown, or a candidate.
  func holds(_ text: String?) -> Bool { value == text || openAnswer?.candidates.contains { $0.value == text } ?? false }
}

/// An assessment with all that a person needs to judge it. As JSON it has the rating's keys beside its own.
public struct AssessmentView: Hashable, Sendable, Identifiable {
  /// The assessment's identifier.
  public var id: String { assessment.id }
  /// The assessment.
  public let assessment: Assessment
  /// The enterprise.
  public let enterprise: Enterprise
  /// Every question, then every scene, answered or not.
  public let items: [ItemView]
  /// The answers as an answer file holds them: letters by question number.
  public let answers: [String: [String]]
  /// The levels as an answer file holds them: by scene number.
  public let scenes: [String: Int]
  /// What was shown here. An answer file that carries it is judged by what its author had read.
  public let readToken: String
  /// The rating by what is shown. Where something is contested, it is one of those in ``range``.
  public let rating: Rating
  /// Between which ratings the settlement of open conflicts decides.
  public let range: RatingRange
  /// What is open between several writers of the assessment itself.
  public let contested: [Contested]

  /// An item by its name.
  public func item(_ item: InstrumentItem) -> ItemView? { items.first { $0.item == item } }

  /// The answers as an answer file of their own, with the read token.
  public var answerFile: Answers {
    var file = Answers(readToken: readToken)
    for (number, letters) in answers { if let number = Int(number) { file.questions[number] = try? AnswerCode(letters: letters) } }
    for (number, level) in scenes { if let number = Int(number) { file.scenes[number] = level } }
    return file
  }
}

extension AssessmentView: Encodable {
  private enum CodingKeys: String, CodingKey {
    case id, assessment, enterprise, items, answers, scenes, readToken, range, contested
  }

  public func encode(to encoder: any Encoder) throws {
    try rating.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(assessment, forKey: .assessment)
    try container.encode(enterprise, forKey: .enterprise)
    try container.encode(items, forKey: .items)
    try container.encode(answers, forKey: .answers)
    try container.encode(scenes, forKey: .scenes)
    try container.encode(readToken, forKey: .readToken)
    try container.encode(range, forKey: .range)
    try container.encode(contested, forKey: .contested)
  }
}

extension RecordedAnswers: Encodable {
  private enum CodingKeys: String, CodingKey {
    case id, assessment, written, contested
  }

  public func encode(to encoder: any Encoder) throws {
    try rating.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(assessment, forKey: .assessment)
    try container.encode(written, forKey: .written)
    try container.encode(contested, forKey: .contested)
  }
}

extension Answers {
  /// An item's answer as text: `BC`, `2`; nil while unanswered.
  func text(of item: InstrumentItem) -> String? {
    switch item {
    case .question(let number): questions[number]?.text
    case .scene(let number): scenes[number].map(String.init)
    }
  }
}
