import Foundation

/// Bytes to stdout and stderr, and what is known of who reads them.
enum Terminal {
  /// How a piece of text stands out.
  enum Style: String, CaseIterable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    /// Black on white, whatever the terminal's own colours are.
    case print = "30;107"

    var opening: String { "\u{1B}[\(rawValue)m" }
    static let closing = "\u{1B}[0m"
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// https://no-color.org: any value that is not empty.
  static func wantsStyle(_ descriptor: Int32) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal(descriptor) && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// A text without what would command the terminal: records hold what somebody else typed or sent. Line ends, tabs and our own styles
  /// stay; any other control character shows as �.
  static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isCommand) else { return text }
    let styles = Style.allCases.map(\.opening) + [Style.closing]
    var out = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.first {
      if let style = styles.first(where: { rest.starts(with: $0.unicodeScalars) }) {
        out.append(contentsOf: style.unicodeScalars)
        rest = rest.dropFirst(style.unicodeScalars.count)
      } else {
        out.append(isCommand(scalar) ? "\u{FFFD}" : scalar)
        rest = rest.dropFirst()
      }
    }
    return String(out)
  }

  private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
  }

  /// Writes all of it, or ends the program: a result that could not be handed over is no success.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written < 0, errno == EINTR || errno == EAGAIN {
        continue
      } else {
        let reason = errno
        // Who reads is gone: there is nobody to tell.
        if descriptor == STDOUT_FILENO, reason != EPIPE {
          let text = Text("错误:无法写出结果:", "Error: the result cannot be written: ").here + String(cString: strerror(reason)) + "\n"
          write(Array(text.utf8), to: STDERR_FILENO)
        }
        exit(ExitStatus.io.rawValue)
      }
    }
  }
}
