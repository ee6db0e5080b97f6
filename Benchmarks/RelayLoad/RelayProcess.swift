import Foundation
import SyncCore
import SyncKit
import SyncRelay
import TestPostgres

/// The program as an office runs it: `fieldsurvey serve` over a home of its own, on this machine's own address and any free port.
final class RelayProcess {
  /// Where a relay is reached, and its log.
  struct Address: Sendable {
    let url: String
    let file: URL
    let store: Store

    /// The log itself, as the office's other commands open it: with the key by which the office issues certificates.
    func open() throws -> Relay {
      let (clock, random) = (ReplicaConfiguration.systemClock, ReplicaConfiguration.systemRandom)
      let text = try String(contentsOf: file.deletingLastPathComponent().appendingPathComponent("issuer.key"), encoding: .utf8)
      guard let issuer = Hex.bytes(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap({ SigningKey(bytes: $0) })?.signer else {
        throw LoadError("the office's key")
      }
      switch store {
      case .sqlite: return try Relay(path: file.path, codec: .standard, issuer: issuer, clock: clock, random: random)
      case .postgres(let server):
        return try Relay(
          postgres: PostgresAddress(server.url()), blobFolder: Relay.blobFolder(beside: file.path), creating: false, codec: .standard,
          issuer: issuer, clock: clock, random: random)
      }
    }
  }

  /// In what the log is kept.
  enum Store: Sendable {
    case sqlite
    case postgres(PostgresServer)
  }

  let home: URL
  let address: Address
  private let process: Process

  /// Starts the program and waits until it listens.
  ///
  /// - Parameters:
  ///   - program: the executable.
  ///   - folder: where its home and its log of errors are made.
  ///   - store: in what its log is kept.
  init(program: URL, folder: URL, store: Store) throws {
    home = folder.appendingPathComponent("office")
    let portFile = folder.appendingPathComponent("port")
    let errors = folder.appendingPathComponent("serve.log")
    process = Process()
    // It ends with this program, however that ends.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = [
      "--pdeathsig", "KILL", program.path, "serve", "--init", "--home", home.path, "--port", "0", "--port-file", portFile.path,
    ]
    if case .postgres(let server) = store { process.arguments? += ["--store", server.url()] }
    process.standardOutput = FileHandle.nullDevice
    FileManager.default.createFile(atPath: errors.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      if let text = try? String(contentsOf: portFile, encoding: .utf8), let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
      {
        address = Address(url: "http://127.0.0.1:\(port)", file: home.appendingPathComponent("relay.sqlite"), store: store)
        return
      }
      guard process.isRunning, ContinuousClock.now < deadline else {
        process.terminate()
        let said = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        throw LoadError("the relay did not start: \(said.suffix(500))")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// The most memory that it has had, in MB (10⁶ bytes).
  var peakMegabytes: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { Double($0) }.first ?? 0) * 1024 / 1e6
  }

  /// Forgets the most memory so far.
  func forgetPeak() {
    try? "5".write(toFile: "/proc/\(process.processIdentifier)/clear_refs", atomically: false, encoding: .utf8)
  }

  /// The processor's time that it has taken, of all cores together, in seconds.
  var processorSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
    // Behind the name, which may hold anything, in brackets: user and system time are the 12th and 13th field.
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Ends it as an operator does; after some time it is killed.
  func stop() throws {
    process.terminate()
    let deadline = ContinuousClock.now + .seconds(60)
    while process.isRunning {
      if ContinuousClock.now > deadline {
        kill(process.processIdentifier, SIGKILL)
        throw LoadError("the relay did not end when told to")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    guard process.terminationStatus == 0 else { throw LoadError("the relay ended with \(process.terminationStatus)") }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }
}

/// Why a load cannot be judged.
struct LoadError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
