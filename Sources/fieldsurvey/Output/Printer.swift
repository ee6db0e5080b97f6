import Foundation

/// The only way to the terminal: data to stdout, messages to stderr.
///
/// With `--json`, stdout holds exactly one JSON value and nothing else; what is said to people then goes to stderr.
struct Printer: Sendable {
  let language: Language
  let isJSON: Bool

  init(language: Language = .current, isJSON: Bool) {
    self.language = language
    self.isJSON = isJSON
  }

  /// Prints a command's result: one JSON value with `--json`, else what `text` says.
  func show(_ value: some Encodable, text: (Printer) throws -> Void) throws {
    if isJSON { try json(value) } else { try text(self) }
  }

  /// Prints one JSON value with sorted keys: on a terminal indented, in a pipe on one line.
  func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if Terminal.isTerminal(STDOUT_FILENO) { encoder.outputFormatting.insert(.prettyPrinted) }
    Terminal.write(Array(try encoder.encode(value)) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }

  /// A line of the result.
  func say(_ text: Text) { line(text(language)) }

  /// A line of the result that reads alike in both languages.
  func line(_ text: String = "") {
    Terminal.write(Array((Terminal.plain(text) + "\n").utf8), to: isJSON ? STDERR_FILENO : STDOUT_FILENO)
  }

  /// A message beside the result: a warning, a hint, what is being done.
  func note(_ text: Text) { Terminal.write(Array((Terminal.plain(text(language)) + "\n").utf8), to: STDERR_FILENO) }

  /// A message that the next one overwrites; nothing unless a person watches.
  func progress(_ text: Text) {
    guard Terminal.isTerminal(STDERR_FILENO) else { return }
    Terminal.write(Array(("\r\u{1B}[K" + text(language)).utf8), to: STDERR_FILENO)
  }

  /// Clears what ``progress(_:)`` left.
  func endProgress() {
    guard Terminal.isTerminal(STDERR_FILENO) else { return }
    Terminal.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
  }

  /// Rows in columns, as wide as a terminal shows them: a Chinese character takes two.
  func table(_ headers: [Text], _ rows: [[String]], right: Set<Int> = []) {
    let heads = headers.map { $0(language) }
    for (at, text) in Table(headers: heads, rows: rows, right: right).lines.enumerated() {
      line(at == 0 ? style(text, .bold) : text)
    }
  }

  /// Text in a style, where stdout is a terminal that wants colours.
  func style(_ text: String, _ style: Terminal.Style) -> String {
    Terminal.wantsStyle(STDOUT_FILENO) && !isJSON ? style.opening + text + Terminal.Style.closing : text
  }

  /// Tells a failure on stderr: three short lines, or one JSON object.
  func report(_ failure: Failure) {
    endProgress()
    if isJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // A handful of strings always encodes.
      let bytes = (try? encoder.encode(failure.document(language))) ?? Data()
      Terminal.write(Array(bytes) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
      return
    }
    note(Text("错误:\(failure.what.zh)", "Error: \(failure.what.en)"))
    if let kept = failure.kept { note(Text("保留:\(kept.zh)", "Kept: \(kept.en)")) }
    if let next = failure.next { note(Text("下一步:\(next.zh)", "Next: \(next.en)")) }
  }
}
