import ArgumentParser
import Foundation

/// Ends the program after an error: with help where help was asked for, else with a ``Failure`` and its exit code.
enum UsageFailure {
  static func end(_ error: any Error, of command: any ParsableCommand.Type) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    let code = command.exitCode(for: error)
    if code == .success {
      // Help and version were asked for: they are the result.
      // A noun that ran without a verb knows only its own name; what was asked of the parser knows the whole.
      let isNoun = command != FieldSurvey.self && !command.configuration.subcommands.isEmpty
      let asked = isNoun ? FieldSurvey.helpMessage(for: command) : command.fullMessage(for: error)
      let text = ParserText.help(asked)(.current)
      Terminal.write(Array((text + "\n").utf8), to: STDOUT_FILENO)
      exit(ExitStatus.ok.rawValue)
    }
    let failure = isUsage(error, command) ? usage(error, command) : Failure(error)
    Printer(isJSON: asksForJSON).report(failure)
    exit(failure.status.rawValue)
  }

  /// The parser's own errors are not public; they are all that ends with its code for wrong usage.
  private static func isUsage(_ error: any Error, _ command: any ParsableCommand.Type) -> Bool {
    !(error is Failure) && command.exitCode(for: error) == .validationFailure
  }

  private static func usage(_ error: any Error, _ command: any ParsableCommand.Type) -> Failure {
    let message = command.message(for: error)
    // How the command is written is the best next step. A parser's error knows which command was meant; ours came while one ran.
    let usage =
      command == FieldSurvey.self
      ? FieldSurvey.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Usage: ") }?.dropFirst("Usage: ".count)
      : FieldSurvey.usageString(for: command).split(separator: "\n").first
    return Failure(
      "usage", .usage, ParserText.translate(message),
      next: usage.map { Text("用法:\($0)", "usage: \($0)") } ?? Failure.seeHelp)
  }

  /// Looked for among the arguments, because they could not be parsed.
  private static var asksForJSON: Bool {
    CommandLine.arguments.prefix { $0 != "--" }.contains("--json")
  }
}

/// The argument parser speaks English; its usual sentences in Chinese.
enum ParserText {
  /// A help text with its headings in Chinese; what the commands say of themselves is in the right language already.
  static func help(_ text: String) -> Text {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = String(line)
      for (heading, words) in [("OVERVIEW: ", ""), ("USAGE: ", "用法:")] where line.hasPrefix(heading) {
        line = words + line.dropFirst(heading.count)
      }
      for (heading, words) in [("ARGUMENTS:", "参数:"), ("OPTIONS:", "选项:"), ("SUBCOMMANDS:", "子命令:")] where line == heading {
        line = words
      }
      for (phrase, words) in phrases { line = line.replacingOccurrences(of: phrase, with: words) }
      return line.replacing(/See '(.+)' for detailed help\./) { "详细帮助:\($0.output.1)" }
    }
    return Text(lines.joined(separator: "\n"), text)
  }

  private static let phrases = [
    (" SUBCOMMANDS:", ":"), ("Show the version.", "显示版本。"), ("Show help information.", "显示帮助。"),
    ("Show subcommand help information.", "显示子命令的帮助。"), ("(default: ", "(默认:"), (" (values: zh, en)", ""),
  ]

  /// A usage error.
  static func translate(_ message: String) -> Text {
    let patterns: [(Regex<(Substring, Substring)>, (Substring) -> String)] = [
      (/Unknown option '(.*?)'.*/, { "没有选项 \($0)。" }),
      (/Missing expected argument '(.*?)'.*/, { "缺少参数 \($0)。" }),
      (/Missing value for '(.*?)'.*/, { "选项 \($0) 缺少值。" }),
      (/Unexpected argument '(.*?)'.*/, { "多余的参数“\($0)”。" }),
      (/\d+ unexpected arguments: (.*)/, { "多余的参数:\($0)。" }),
      (/The value '(.*?)' is invalid for .*/, { "值“\($0)”不能接受。" }),
      (/Missing one of: (.*)/, { "需要其中之一:\($0)。" }),
    ]
    for (pattern, sentence) in patterns {
      if let match = try? pattern.wholeMatch(in: message) { return Text(sentence(match.output.1), message) }
    }
    return Text(verbatim: message)
  }
}
