import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A server behind a shell that waits for the end of its input.
final class ProcessHandle: Sendable {
  private struct State {
    var process: Process?
    let input: Pipe
  }

  private let state: Mutex<State>
  private let server: pid_t

  init(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let (input, output) = (Pipe(), Pipe())
    // Others that this process starts would hold the input open as well.
    _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, FileHandle.nullDevice)
    try process.run()
    // The shell tells the server's number in its first line.
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
    server = pid_t(String(decoding: line, as: UTF8.self)) ?? 0
    state = Mutex(State(process: process, input: input))
  }

  /// Ends the server and all that work for it, none of whom notices the others' end.
  func killServer() {
    guard server > 1 else { return }
    let workers = Self.children(of: server)
    for process in [server] + workers { kill(process, SIGKILL) }
  }

  /// Of a Linux process; elsewhere nobody says.
  private static func children(of parent: pid_t) -> [pid_t] {
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    return all.filter { process in
      // The parent's number stands behind the name, in parentheses, and the state.
      let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      return status.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) } == parent
    }
  }

  func end() {
    let process = state.withLock { state in
      defer { state.process = nil }
      if state.process != nil { try? state.input.fileHandleForWriting.close() }
      return state.process
    }
    process?.waitUntilExit()
  }
}
