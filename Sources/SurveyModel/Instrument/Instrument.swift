public import Foundation

/// An edition of 《中小企业数字化水平评测指标》 as data: what is asked, what each answer is worth, and what a level takes.
///
/// Points are integers, a thousandth of a point each ("milli-points"); an edition is worth 100,000 of them in all. Editions differ
/// in content and weight, so results of different editions are never compared or merged.
///
/// ```swift
/// let instrument = try Instrument.bundled(edition: "2024")
/// instrument.question(2)?.options.map(\.letter)  // ["A", "B", "C", "D", "E"]
/// ```
///
/// ## Topics
/// - Loading: ``bundled(edition:resources:)``, ``init(json:)``
/// - Contents: ``dimensions``, ``questions``, ``sceneGroups``, ``scenes``, ``levels``
/// - Finding: ``question(_:)``, ``scene(_:)``, ``level(_:)``, ``items``
public struct Instrument: Codable, Hashable, Sendable {
  /// The version of the file's form, which is 1; a file of another is refused.
  public let format: Int
  /// The edition's year, the key by which an assessment names its instrument.
  public let edition: String
  /// The official title in Chinese.
  public let title: String
  /// The title in English.
  public let titleEn: String
  /// Where the contents come from.
  public let provenance: Provenance
  /// The scored dimensions, in order.
  public let dimensions: [Dimension]
  /// The scored questions, by number.
  public let questions: [Question]
  /// The groups of scenes, in order.
  public let sceneGroups: [SceneGroup]
  /// The scenes of digital operation (数字化经营), by number. They carry no points.
  public let scenes: [Scene]
  /// The levels 0…4, in order.
  public let levels: [Level]

  /// Reads and checks an instrument file.
  ///
  /// Throws ``SurveyError/Code/instrumentMalformed`` for a file of another form and
  /// ``SurveyError/Code/instrumentInconsistent`` for one that breaks a rule of ``problems``.
  public init(json: Data) throws(SurveyError) {
    do {
      self = try JSONDecoder().decode(Instrument.self, from: json)
    } catch {
      throw SurveyError(.instrumentMalformed, DecodingPlace.details(of: error), underlying: error)
    }
    let problems = problems
    guard problems.isEmpty else {
      throw SurveyError(.instrumentInconsistent, ["edition": edition], problems: problems)
    }
  }

  /// The edition that comes with the program, read and checked.
  ///
  /// Throws ``SurveyError/Code/instrumentUnknown`` when no such edition is installed while others may be,
  /// ``SurveyError/Code/resourceMissing`` when the files of the program cannot be found at all, and what ``init(json:)`` throws.
  public static func bundled(edition: String, resources: ResourceFolder = .standard) throws(SurveyError) -> Instrument {
    // The edition becomes part of a file name, and it may come from a command line.
    let plain = !edition.isEmpty && edition.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard plain else { throw SurveyError(.instrumentUnknown, ["edition": edition]) }
    let data: Data
    do {
      data = try resources.data(of: fileName(edition))
    } catch {
      guard error.code == .resourceMissing, edition != current else { throw error }
      throw SurveyError(.instrumentUnknown, ["edition": edition], underlying: error)
    }
    let instrument = try Instrument(json: data)
    guard instrument.edition == edition else {
      throw SurveyError(.instrumentMalformed, ["path": "edition"])
    }
    return instrument
  }

  /// The edition in force: pilot enterprises are rated by it on site (工信厅企业〔2024〕56号).
  public static let current = "2024"

  /// The question of that number, if there is one.
  public func question(_ number: Int) -> Question? {
    questions.first { $0.number == number }
  }

  /// The scene of that number, if there is one.
  public func scene(_ number: Int) -> Scene? {
    scenes.first { $0.number == number }
  }

  /// The level of that rank, if there is one.
  public func level(_ rank: Int) -> Level? {
    levels.first { $0.level == rank }
  }

  /// Everything to fill in, in the instrument's order.
  public var items: [InstrumentItem] {
    questions.map { .question($0.number) } + scenes.map { .scene($0.number) }
  }

  private static func fileName(_ edition: String) -> String { filePrefix + edition + fileSuffix }
  static let filePrefix = "instrument-"
  static let fileSuffix = ".json"
}
