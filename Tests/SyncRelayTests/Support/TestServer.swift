import Logging
import SyncCore
import SyncRelay
import SyncServer
import Synchronization
import Testing

/// Runs a server on a free port for as long as a test needs it.
func withServer<T: Sendable>(
  _ world: TestRelay, _ configuration: RelayServerConfiguration = .init(port: 0), over relay: Relay? = nil, log: LogLines = LogLines(),
  onStored: @escaping @Sendable ([ScopeID]) -> Void = { _ in }, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
  _ body: @escaping @Sendable (HTTPClient) async throws -> T
) async throws -> T {
  let server = try RelayServer(
    relay: relay ?? world.relay, configuration: configuration, logger: log.logger, onStored: onStored, now: now)
  let (ports, source) = AsyncStream<Int>.makeStream()
  return try await withThrowingTaskGroup(of: T?.self) { group in
    group.addTask {
      try await server.run(handlingSignals: false) { source.yield($0) }
      source.finish()
      return nil
    }
    group.addTask {
      for await port in ports { return try await body(HTTPClient(port: port)) }
      return nil
    }
    defer { group.cancelAll() }
    while let result = try await group.next() {
      if let result { return result }
    }
    throw CancellationError()
  }
}

/// Waits until something holds that other threads bring about, for as long as a busy machine may take; seldom enough for a device to ask.
func eventually(_ holds: () async throws -> Bool) async throws {
  for _ in 0..<300 {
    if try await holds() { return }
    try await Task.sleep(for: .milliseconds(100))
  }
  Issue.record("never")
}

/// What was logged.
final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  var logger: Logger {
    Logger(label: "test") { _ in Handler(lines: self) }
  }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
      lines.lines.withLock { $0.append("\(event.message) \(all.joined(separator: " "))") }
    }
  }
}
