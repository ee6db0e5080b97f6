import Foundation
import GRDB
import SurveyModel
import SyncKit

/// Prints how long the survey's figures take on a replica of ten thousand enterprises: in milliseconds, and as a ratio to reading the
/// enterprises' rows once in the same run.
@main struct Main {
  /// As many enterprises of other sectors as make ten thousand of the sample's.
  private static let others = 8016

  static func main() throws {
    let environment = ProcessInfo.processInfo.environment
    let repeats = Int(environment["BENCH_REPEATS"] ?? "") ?? 5
    let others = Int(environment["BENCH_OTHERS"] ?? "") ?? Self.others
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figure-benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let survey = try Survey(path: folder.appendingPathComponent("replica.sqlite").path, user: "office", role: .office)
    let began = ContinuousClock.now
    let summary = try survey.fillWithSample(seed: 1, others: others)
    let filled = ContinuousClock.now - began
    let cells = try survey.replica.read { db in try Self.cells(db) }
    print("\(summary.enterprises) enterprises, \(summary.rows) rows, \(cells) cells; written in \(filled.milliseconds / 1000) s")
    let base = try median(repeats) {
      try survey.replica.read { db in _ = try Row.fetchAll(try db.cachedStatement(sql: "SELECT * FROM enterprise ORDER BY name, id")) }
    }
    let asOf = summary.asOf
    let measured: [(String, () throws -> Void)] = [
      ("the indicator table", { _ = try survey.indicators(asOf: asOf) }),
      ("the funnel", { _ = try survey.funnel(asOf: asOf) }),
      ("the enterprises", { _ = try survey.enterprises() }),
      ("the projects", { _ = try survey.projects(asOf: asOf) }),
      ("the coverage", { _ = try survey.coverage(asOf: asOf) }),
      ("the duplicates", { _ = try survey.duplicates() }),
    ]
    print("the enterprises' rows alone: \(text(base)) ms")
    for (name, body) in measured {
      let time = try median(repeats, body)
      print("\(name): \(text(time)) ms, ratio \(text(time / base))")
    }
    print("memory at its most: \(peakMegabytes()) MB")
  }

  /// The middle of some runs, in milliseconds, after one that warms the caches.
  private static func median(_ repeats: Int, _ body: () throws -> Void) throws -> Double {
    try body()
    var times: [Double] = []
    for _ in 0..<max(1, repeats) {
      let began = ContinuousClock.now
      try body()
      times.append((ContinuousClock.now - began).milliseconds)
    }
    return times.sorted()[times.count / 2]
  }

  private static func text(_ number: Double) -> String { String(format: "%.1f", number) }

  /// How many values the survey's tables hold, NULL left aside.
  private static func cells(_ db: Database) throws -> Int {
    var count = 0
    for table in SurveySchema.tables {
      let columns = try db.columns(in: table.name).map { "count(\"\($0.name)\")" }.joined(separator: " + ")
      count += try Int.fetchOne(db, sql: "SELECT \(columns) FROM \"\(table.name)\"") ?? 0
    }
    return count
  }

  /// What the process had in memory at its most, in megabytes, by the kernel; 0 where it does not tell.
  private static func peakMegabytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }
}

extension Duration {
  fileprivate var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
