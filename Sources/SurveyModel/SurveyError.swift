/// What can go wrong in the survey's domain: a code and what belongs to it.
///
/// It holds no text for people; the command line and the pages make that, in the reader's language. A refusal with several
/// reasons (an answer file, an instrument file) carries each of them in ``problems``, so that a person mends all in one go.
public struct SurveyError: Error, Sendable {
  /// Which kind of thing went wrong. A struct, so that a new code breaks no caller.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The stable text of the code, as `--json` output prints it.
    public let description: String

    /// A code of its own; use the static members where one fits.
    public init(_ description: String) { self.description = description }
  }

  /// The kind of fault.
  public let code: Code
  /// The facts of the case, by the keys which the code's description names. Values are data, never sentences.
  public let details: [String: String]
  /// The single faults, where the code says that there are several; else empty.
  public let problems: [SurveyError]
  /// The error of a lower layer that this one reports, if any.
  public let underlying: (any Error)?

  /// An error of the given code with its facts.
  public init(_ code: Code, _ details: [String: String] = [:], problems: [SurveyError] = [], underlying: (any Error)? = nil) {
    self.code = code
    self.details = details
    self.problems = problems
    self.underlying = underlying
  }
}

extension SurveyError: Equatable {
  /// Equal codes, facts and single faults; the underlying error does not count, because it need not be comparable.
  public static func == (left: SurveyError, right: SurveyError) -> Bool {
    left.code == right.code && left.details == right.details && left.problems == right.problems
  }
}

// MARK: - Codes

extension SurveyError.Code {
  /// No folder holds a resource file. Details: `name`; `searched` (the places tried, one a line).
  public static let resourceMissing = Self("resource-missing")
  /// A resource file is there and cannot be read. Details: `path`.
  public static let resourceUnreadable = Self("resource-unreadable")

  /// There is no instrument of that edition. Details: `edition`.
  public static let instrumentUnknown = Self("instrument-unknown")
  /// An instrument file is not of the expected form. Details: `path` within the file, where known.
  public static let instrumentMalformed = Self("instrument-malformed")
  /// An instrument file contradicts itself; ``SurveyError/problems`` are of ``instrumentRule``. Details: `edition`.
  public static let instrumentInconsistent = Self("instrument-inconsistent")
  /// One rule that an instrument breaks. Details: `rule`, `expected`, `found`; `item` (as `q3`, `scene7`) where it concerns one.
  public static let instrumentRule = Self("instrument-rule")

  /// Input longer than is ever meant. Details: `bytes`, `limit`.
  public static let inputTooLarge = Self("input-too-large")
  /// Input that is not UTF-8.
  public static let notUTF8 = Self("not-utf8")
  /// Input that is not JSON (RFC 8259). Details: `line`, `column` (in bytes, both from 1), `expected` (a token such as `value`, `comma`).
  public static let jsonMalformed = Self("json-malformed")
  /// A key that has no meaning there. Details: `key`, `line`.
  public static let keyUnknown = Self("key-unknown")
  /// A key written twice, perhaps once in full width. Details: `path` (as `answers.1`), `line` of the second.
  public static let keyDuplicate = Self("key-duplicate")
  /// A value of the wrong JSON type. Details: `path`, `expected`, `found` (`object`, `array`, `string`, `integer`, …), `line`.
  public static let typeMismatch = Self("type-mismatch")

  /// Answers that cannot be taken; each reason is in ``SurveyError/problems``. Details: `count` of reasons.
  public static let answersRefused = Self("answers-refused")
  /// The instrument has no such question. Details: `question`; `line` when read from a file.
  public static let questionUnknown = Self("question-unknown")
  /// The instrument has no such scene. Details: `scene`; `line` when read from a file.
  public static let sceneUnknown = Self("scene-unknown")
  /// An answer without a letter: leave the question out instead. Details: `item`; `line` when read from a file.
  public static let answerEmpty = Self("answer-empty")
  /// A letter that the question does not offer, or text that is no letter. Details: `item` where known, `letter`; `line` from a file.
  public static let letterUnknown = Self("letter-unknown")
  /// A letter twice in one answer. Details: `item` where known, `letter`; `line` when read from a file.
  public static let letterRepeated = Self("letter-repeated")
  /// 无 ("none") together with something. Details: `item`, `letter` (of 无), `letters` (the whole answer); `line` from a file.
  public static let choiceExclusive = Self("choice-exclusive")
  /// Several letters where one may be chosen. Details: `item`, `letters`; `line` when read from a file.
  public static let choiceSingle = Self("choice-single")
  /// A scene's level outside 0…4. Details: `item`, `level`; `line` when read from a file.
  public static let sceneLevelOutOfRange = Self("scene-level-out-of-range")

  /// A part from which no credit code can be made. Details: `part` (`division`, `organisation`), `value`.
  public static let creditCodePart = Self("credit-code-part")
}
