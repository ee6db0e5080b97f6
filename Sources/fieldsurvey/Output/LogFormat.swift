import ArgumentParser
import Foundation
import Logging

/// How the relay's log is written on stderr.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
  /// For people: a line of words.
  case text
  /// For programs: a JSON object on one line.
  case json

  func logger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "relay") { label in
      switch self {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler()
      }
    }
    logger.logLevel = level
    return logger
  }
}

/// Writes each event as one JSON object on one line of stderr: `at`, `level`, `message`, and the event's own facts as text.
struct JSONLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
    line["at"] = Format.iso(Environment.clock())
    line["level"] = event.level.rawValue
    line["message"] = "\(event.message)"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A dictionary of texts always encodes. One write for each line, so that those of several threads do not mix.
    Terminal.write(Array((try? encoder.encode(line)) ?? Data()) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
  }
}
