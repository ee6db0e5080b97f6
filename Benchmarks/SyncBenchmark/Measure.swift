import Foundation

/// Processor time and memory of this process.
enum Measure {
  /// User and system seconds of all threads: steadier than the wall clock on a machine that does other things too.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = processorTime()
    try body()
    return processorTime() - start
  }

  /// Notes both times of a step: the processor's under its name, the clock's under `name.wall`.
  static func time(_ name: String, _ out: inout [String: Double], _ body: () throws -> Void) rethrows {
    let start = DispatchTime.now().uptimeNanoseconds
    out[name] = try seconds(body)
    out[name + ".wall"] = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  static func processorTime() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ t: timeval) -> Double { Double(t.tv_sec) + Double(t.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  /// Runs `body` and returns by how many megabytes the resident memory rose above its start at the most.
  static func peak(_ body: () throws -> Void) rethrows -> Double {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    let start = status("VmRSS:")
    try body()
    return status("VmHWM:") - start
  }

  private static func status(_ key: String) -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
    return (line.split(separator: " ").dropFirst().compactMap { Double($0) }.first ?? 0) / 1024
  }
}
