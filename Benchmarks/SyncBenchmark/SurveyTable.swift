import Foundation

/// The survey workload's figures as a table for people and as JSON lines.
struct SurveyTable {
  let runs: [[String: Double]]
  let rowCount: Int
  let updateCount: Int
  let isDurable: Bool

  private struct Step {
    let name: String
    let value: Double
    /// The same ratio by the clock, which a second core shortens and a busy machine lengthens.
    var wall: Double?
    let limit: Double?
    let unit: String
  }

  func print() {
    let mode = isDurable ? "FULL" : "NORMAL"
    let seconds = Measure.median(runs.compactMap { $0["T0"] })
    Swift.print(
      "\nsurvey workload, \(rowCount) rows, synchronous=\(mode), T0 = \(String(format: "%.3f", seconds)) s, median of \(runs.count)")
    Swift.print(pad("step", 26) + pad("value", 14) + pad("by clock", 12) + pad("to reach", 12) + "unit")
    for step in steps() {
      let limit = step.limit.map { format($0) } ?? "-"
      let verdict = step.limit.map { step.value <= $0 ? "" : "  (over)" } ?? ""
      Swift.print(
        pad(step.name, 26) + pad(format(step.value), 14) + pad(step.wall.map(format) ?? "", 12) + pad(limit, 12) + step.unit + verdict)
      let wall = step.wall.map { #","wall":\#(format($0))"# } ?? ""
      Swift.print(#"{"table":"survey","synchronous":"\#(mode)","step":"\#(step.name)","value":\#(format(step.value))\#(wall)}"#)
    }
  }

  private func steps() -> [Step] {
    let rows = Double(rowCount)
    let updates = Double(updateCount)
    return [
      timed("insert", "T0", limit: 2, unit: "x T0"),
      timed("insertGRDB", "plainGRDB", limit: nil, unit: "x plain GRDB"),
      timed("update", "plainUpdate", limit: 2, unit: "x plain update"),
      timed("insertOneRow", "plainOneRow", limit: 2, unit: "x plain"),
      Step(name: "metadataBytesPerRow", value: median { ($0["metadata"] ?? 0) / rows }, limit: 32, unit: "bytes"),
      Step(
        name: "metadataBytesPerUpdatedRow", value: median { (($0["metadataUpdated"] ?? 0) - ($0["metadata"] ?? 0)) / updates }, limit: 12,
        unit: "bytes"),
      Step(name: "logBytesPerRow", value: median { ($0["logAfterInsert"] ?? 0) / rows }, limit: 60, unit: "bytes"),
      timed("extract", "T0", limit: 0.6, unit: "x T0"),
      Step(name: "extractBytesPerRow", value: median { ($0["extractBytes"] ?? 0) / rows }, limit: 50, unit: "bytes, zstd-3"),
      timed("apply", "T0", limit: 1.4, unit: "x T0"),
      timed("incremental", "T0", limit: 1.4, unit: "x T0, both ways"),
      Step(name: "incrementalBytes", value: median { $0["incrementalBytes"] ?? 0 }, limit: 390_000, unit: "bytes, zstd-3"),
      timed("reapply", "T0", limit: 0.1, unit: "x T0"),
      Step(name: "peakMegabytes", value: runs.compactMap { $0["peak"] }.max() ?? 0, limit: 64, unit: "MB above start"),
    ]
  }

  private func timed(_ step: String, _ base: String, limit: Double?, unit: String) -> Step {
    Step(name: step, value: ratio(step, base), wall: ratio(step + ".wall", base + ".wall"), limit: limit, unit: unit)
  }

  private func ratio(_ step: String, _ base: String) -> Double { median { ($0[step] ?? .nan) / ($0[base] ?? .nan) } }
  private func median(_ value: ([String: Double]) -> Double) -> Double { Measure.median(runs.map(value)) }
  private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
  private func format(_ value: Double) -> String { value >= 1000 ? String(Int(value.rounded())) : String(format: "%.3f", value) }
}
