import Foundation

/// Another program of the system's, which may not be there: what it says is a help, never a need.
enum Helper {
  /// How long it may take, in seconds.
  private static let patience = 5.0

  /// Runs a program that is found by the environment's `PATH`.
  /// - Returns: what it printed; nil where it is not there, failed, or took too long.
  @discardableResult
  static func run(_ name: String, _ arguments: [String]) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    guard let path = folders.map({ "\($0)/\(name)" }).first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let end = Date().addingTimeInterval(patience)
    while process.isRunning, Date() < end { usleep(10_000) }
    guard !process.isRunning else {
      process.terminate()
      return nil
    }
    guard process.terminationStatus == 0 else { return nil }
    return String(data: output.fileHandleForReading.availableData, encoding: .utf8)
  }
}
