import Foundation

/// Prints the tables of speed and size: ratios to plain SQLite in the same run, and bytes.
@main struct Main {
  static func main() throws {
    let repeats = Int(ProcessInfo.processInfo.environment["BENCH_REPEATS"] ?? "") ?? 5
    let count = Int(ProcessInfo.processInfo.environment["BENCH_N"] ?? "") ?? Workload.rowCount
    // What encryption costs is measured by the clock on the wall, which wants many repeats.
    if ProcessInfo.processInfo.environment["BENCH_ONLY"] == "at-rest" {
      try AtRestBenchmark.printTable(repeats: repeats)
      return try AttachedFilesBenchmark.printTable(repeats: repeats)
    }
    let rows = Workload.rows(count)
    for isDurable in [false, true] {
      var runs: [[String: Double]] = []
      for _ in 0..<repeats {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sync-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        runs.append(try SurveyBenchmark(rows: rows, isDurable: isDurable, folder: folder).run())
      }
      if ProcessInfo.processInfo.environment["BENCH_RAW"] != nil {
        for run in runs {
          print(run.sorted { $0.key < $1.key }.map { "\($0.key)=\(String(format: "%.4f", $0.value))" }.joined(separator: " "))
        }
      }
      SurveyTable(runs: runs, rowCount: count, updateCount: Workload.updateCount, isDurable: isDurable).print()
    }
    try ShapesBenchmark.printTable(repeats: repeats)
    try SealBenchmark.printTable(repeats: repeats)
    try AtRestBenchmark.printTable(repeats: repeats)
    try AttachedFilesBenchmark.printTable(repeats: repeats)
  }
}
