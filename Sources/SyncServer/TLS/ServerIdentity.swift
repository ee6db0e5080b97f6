import Foundation
import Logging
import NIOSSL
import ServiceLifecycle
import SyncRelay
import Synchronization

/// Who the server shows itself to be: read from the files, and read anew when they change.
///
/// Files that cannot be used change nothing: the certificate before them is shown on, and the log says why.
final class ServerIdentity: Service, Sendable {
  private struct State {
    var identity: TLSIdentity
    /// Why the files cannot be used, so that it is said once.
    var failure: RelayError?
    /// When it was last said that the certificate is about to expire, in days since 1970.
    var warnedDay: Int?
  }

  private let files: TLSFiles
  private let logger: Logger
  private let clock: @Sendable () -> Int
  private let onKey: @Sendable ([UInt8]) -> Void
  private let state: Mutex<State>

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - clock: seconds since 1970.
  ///   - onKey: told the public key, now and when the certificate has changed.
  init(
    _ files: TLSFiles, logger: Logger, clock: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) },
    onKey: @escaping @Sendable ([UInt8]) -> Void = { _ in }
  ) throws(RelayError) {
    guard let identity = try TLSIdentity(files, known: nil, now: clock()) else {
      throw RelayError(.certificateUnreadable, files.certificate)
    }
    self.files = files
    self.logger = logger
    self.clock = clock
    self.onKey = onKey
    state = Mutex(State(identity: identity))
    warn()
    onKey(identity.publicKey)
  }

  /// What the next connection is made with.
  var context: NIOSSLContext { state.withLock { $0.identity.context } }

  func run() async {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      try? await cancelWhenGracefulShutdown { [files] in try await Task.sleep(for: files.period) }
      refresh()
    }
  }

  /// Looks at the files once.
  func refresh() {
    let known = state.withLock { $0.identity }
    do {
      guard let identity = try TLSIdentity(files, known: known, now: clock()) else {
        state.withLock { $0.failure = nil }
        return warn()
      }
      state.withLock { $0 = State(identity: identity) }
      logger.notice("certificate changed", metadata: ["file": "\(files.certificate)", "valid-until": "\(Self.date(identity.validUntil))"])
      warn()
      onKey(identity.publicKey)
    } catch {
      let isNew = state.withLock { state in
        defer { state.failure = error }
        return state.failure != error
      }
      if isNew { logger.error("certificate kept as before", metadata: ["error": "\(error.code)", "details": "\(error.details)"]) }
    }
  }

  /// Says once a day that the certificate is about to expire.
  private func warn() {
    let day = clock() / 86_400
    let until = state.withLock { state -> Int? in
      guard state.identity.validUntil - clock() <= ServerLimits.expiryWarningSeconds, state.warnedDay != day else { return nil }
      state.warnedDay = day
      return state.identity.validUntil
    }
    guard let until else { return }
    logger.warning("certificate expires soon", metadata: ["file": "\(files.certificate)", "valid-until": "\(Self.date(until))"])
  }

  private static func date(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }
}
