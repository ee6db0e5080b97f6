import Foundation

/// An error as a person is told it: what happened, what was kept, and what to do next.
///
/// Commands throw it for what they find themselves; every error of the modules below becomes one by ``init(_:)``.
struct Failure: Error, Hashable, Sendable {
  /// Stable, for scripts.
  let code: String
  let status: ExitStatus
  let what: Text
  /// What is safe in spite of it; nil where nothing was at stake.
  let kept: Text?
  /// The next step.
  let next: Text?
  /// Facts for scripts.
  let details: [String: String]

  init(
    _ code: String, _ status: ExitStatus, _ what: Text, kept: Text? = nil, next: Text? = nil, details: [String: String] = [:]
  ) {
    self.code = code
    self.status = status
    self.what = what
    self.kept = kept
    self.next = next
    self.details = details
  }

  /// A thing that is not here.
  static func notFound(_ what: Text, id: String, next: Text? = nil) -> Failure {
    Failure(
      "not-found", .notFound, Text("找不到\(what.zh):\(id)", "No such \(what.en): \(id)"), kept: Self.nothingChanged, next: next,
      details: ["id": id])
  }

  /// Input that cannot be taken.
  static func badInput(_ what: Text, code: String = "bad-input", next: Text? = nil, details: [String: String] = [:]) -> Failure {
    Failure(code, .badInput, what, kept: Self.nothingChanged, next: next, details: details)
  }

  static let nothingChanged = Text("数据没有任何改动。", "Nothing was changed.")
  static let allKept = Text("已记录的内容全部保留在本机。", "Everything recorded stays on this machine.")

  /// The same failure, with another word on what was kept.
  func keeping(_ kept: Text) -> Failure {
    Failure(code, status, what, kept: kept, next: next, details: details)
  }
}

extension Failure {
  /// What `--json` prints on stderr: one object.
  struct Document: Encodable {
    struct Body: Encodable {
      let code: String
      let message: String
      let kept: String?
      let next: String?
      let details: [String: String]
      let exit: Int32
    }
    let error: Body
  }

  func document(_ language: Language) -> Document {
    Document(
      error: .init(
        code: code, message: what(language), kept: kept?(language), next: next?(language), details: details, exit: status.rawValue))
  }
}
