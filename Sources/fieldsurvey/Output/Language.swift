import ArgumentParser
import Foundation

/// The language of everything that a person reads: Chinese, unless the user or the system's settings ask for English.
enum Language: String, CaseIterable, ExpressibleByArgument, Sendable {
  case zh
  case en

  /// The language of this process, known before the arguments are parsed, so that help and usage errors speak it too.
  static let current = Language(arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment)

  /// `--lang` decides; then the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set, where only English counts: `C` is no language.
  init(arguments: [String], environment: [String: String]) {
    if let asked = Self.option("--lang", in: arguments), let language = Language(rawValue: asked) {
      self = language
      return
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isEnglish = locale == "en" || locale.hasPrefix("en_") || locale.hasPrefix("en.")
    self = isEnglish ? .en : .zh
  }

  private static func option(_ name: String, in arguments: [String]) -> String? {
    for (at, argument) in arguments.enumerated() {
      if argument == "--" { return nil }
      if argument == name { return at + 1 < arguments.count ? arguments[at + 1] : nil }
      if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
    }
    return nil
  }
}
