import Logging
import ServiceLifecycle
import Synchronization

/// The first part of stopping: from the signal on the server says that it is not ready, and for a while it still takes what comes, so that
/// whoever distributes requests has seen it before connections are refused.
final class Drain: Service {
  private let seconds: Int
  private let logger: Logger
  private let hasBegun = Mutex(false)

  init(seconds: Int, logger: Logger) {
    self.seconds = seconds
    self.logger = logger
  }

  var isDraining: Bool { hasBegun.withLock { $0 } }

  /// Stands last among the services, which are stopped from the last to the first, each when the one after it has ended.
  func run() async throws {
    try await gracefulShutdown()
    hasBegun.withLock { $0 = true }
    logger.notice("draining", metadata: ["seconds": "\(seconds)"])
    try await Task.sleep(for: .seconds(seconds))
  }
}
