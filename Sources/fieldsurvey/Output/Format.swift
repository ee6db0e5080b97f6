import Foundation
import SyncCore
import SyncKit

/// Times and sizes as people read them, and as scripts do.
enum Format {
  /// A time in Beijing time, as all of the survey's are, to the second.
  static func time(_ milliseconds: Int64) -> String {
    let formatter = DateFormatter()
    formatter.timeZone = TimeZone(secondsFromGMT: 8 * 3600)
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }

  /// A time as ISO 8601 in UTC, to the millisecond: for `--json`.
  static func iso(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
      + "Z"
  }

  /// How long ago something was.
  static func ago(_ milliseconds: Int64, now: Int64) -> Text {
    let seconds = (now - milliseconds) / 1000
    switch seconds {
    case ..<(-60): return Text("\(duration(-seconds).zh)之后(时钟?)", "\(duration(-seconds).en) ahead (clock?)")
    case ..<10: return Text("刚刚", "just now")
    default: return Text("\(duration(seconds).zh)前", "\(duration(seconds).en) ago")
    }
  }

  /// A length of time in its largest fitting unit, to the nearest.
  static func duration(_ seconds: Int64) -> Text {
    switch seconds {
    case ..<60: Text("\(seconds) 秒", "\(seconds) s")
    case ..<3570: Text("\((seconds + 30) / 60) 分钟", "\((seconds + 30) / 60) min")
    case ..<171_000: Text("\((seconds + 1800) / 3600) 小时", "\((seconds + 1800) / 3600) h")
    default: Text("\((seconds + 43_200) / 86_400) 天", "\((seconds + 43_200) / 86_400) d")
    }
  }

  /// A number of bytes in decimal units.
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: String(format: "%.1f kB", Double(count) / 1e3)
    default: String(format: "%.1f MB", Double(count) / 1e6)
    }
  }

  /// By what people compare a public key: the first 80 bits of its SHA-256, in groups of four digits.
  static func fingerprint(_ key: [UInt8]) -> String {
    let digits = Array(Hex.text(Array(Codec.standard.digest(key).prefix(10))))
    return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
  }

  /// A count of English things.
  static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String { "\(count) \(count == 1 ? one : many ?? one + "s")" }
}
