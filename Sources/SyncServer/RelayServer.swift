import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
public import SyncCore
public import SyncRelay
import UnixSignals

/// The relay behind HTTP.
///
/// | route | what |
/// |---|---|
/// | `POST /v1/hello`, `/v1/push`, `/v1/pull` | the exchange: a message each way, `application/cbor`, with a device's bearer token |
/// | `POST /v1/enrol` | `{"code","device","label"}` to a token, as JSON; the code is the credential |
/// | `POST /v1/blobs` | how files stand; `application/cbor` each way, with a device's bearer token |
/// | `PATCH /v1/blobs/{digest}`, `GET` | a piece of a file, to the relay or from it |
/// | `POST /v1/packs` | which packs hold what a first sync begins with; `application/cbor` each way, with a device's bearer token |
/// | `GET /v1/packs/{digest}` | a piece of a pack |
/// | `GET /healthz` | whether the relay can read its log |
/// | `GET /readyz` | whether it should be sent work: it can write its log, has room on its disk, and was not told to stop |
/// | `GET /metrics` | its numbers in the text format of Prometheus, with a bearer token of their own; nothing where none is set |
///
/// Every error is an `application/problem+json` with `status`, `code` and `id`; the same id stands in the log beside what happened.
///
/// With a certificate it speaks TLS, from 1.2 on, and over it HTTP/2 or HTTP/1.1; a certificate that is replaced is shown to the
/// connections that come after. Without one it speaks plain HTTP and binds to this machine alone, unless the configuration says that
/// a proxy with TLS stands before it.
///
/// ```swift
/// let server = try RelayServer(relay: relay, configuration: .init(port: 8473), logger: logger) { scopes in
///   office.wake()
/// }
/// try await server.run()
/// ```
public struct RelayServer: Sendable {
  private let configuration: RelayServerConfiguration
  private let logger: Logger
  private let responder: RelayResponder
  private let identity: ServerIdentity?
  private let threads: NIOThreadPool
  private let drain: Drain

  /// Prepares a server; nothing is bound yet.
  ///
  /// - Parameters:
  ///   - relay: what is served.
  ///   - configuration: where to listen, and how much at once.
  ///   - logger: gets one line for each request.
  ///   - onStored: told after a push the scopes that got new changesets, which are durable by then. It has to return soon: the device
  ///     waits for it.
  ///   - onPin: told the digest of its certificate's key, `sha256//…` as libcurl names it, before it serves and when that has changed;
  ///     never without a certificate.
  ///   - now: by which it is judged how often a device asks.
  /// - Throws: `RelayError` with `insecureAddress` for an address that others can reach, without TLS; with `certificateUnreadable`,
  ///   `keyUnreadable`, `keyExposed`, `keyMismatch`, `clientAuthoritiesUnreadable` or `certificateDate` for files that cannot be used.
  public init(
    relay: Relay, configuration: RelayServerConfiguration = RelayServerConfiguration(), logger: Logger,
    onStored: @escaping @Sendable ([ScopeID]) -> Void = { _ in }, onPin: @escaping @Sendable (String) -> Void = { _ in },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) throws(RelayError) {
    try configuration.check()
    self.configuration = configuration
    self.logger = logger
    let digest = relay.codec.digest
    if let files = configuration.tls {
      identity = try ServerIdentity(files, logger: logger, onKey: { key in onPin("sha256//" + Data(digest(key)).base64EncodedString()) })
    } else {
      identity = nil
    }
    threads = NIOThreadPool(numberOfThreads: configuration.databaseThreads)
    drain = Drain(seconds: configuration.drainSeconds, logger: logger)
    responder = RelayResponder(
      relay: relay, logger: logger, gate: RequestGate(limit: configuration.maximumRequests),
      firstSyncs: RequestGate(limit: max(1, configuration.databaseThreads / 2)),
      uploads: RequestGate(limit: configuration.maximumUploads),
      rates: DeviceRates(
        atOnce: configuration.maximumRequestsPerDevice, perSecond: configuration.requestsPerDevicePerSecond, now: now),
      bodySeconds: configuration.maximumBodySeconds, threads: threads, counters: Metrics(), drain: drain,
      leastFreeBytes: configuration.leastFreeBytes,
      metricsDigest: configuration.metricsToken.map { relay.codec.digest(Array($0.utf8)) }, onStored: onStored)
  }

  /// Serves until it is told to stop. From then on it is not ready; after the configured time it refuses connections, and lets the
  /// requests under way finish.
  ///
  /// - Parameters:
  ///   - handlingSignals: whether SIGTERM and SIGINT stop it; without, the task's cancellation or a surrounding service group does.
  ///   - onRunning: told the port once connections are accepted: the real one where the configuration says 0.
  public func run(handlingSignals: Bool = true, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    threads.start()
    let application = Application(
      responder: responder, server: connections,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: nil,
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        logger.info("listening", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
        await onRunning(port)
      },
      logger: logger)
    var services = ServiceGroupConfiguration(
      services: (identity.map { [$0] } ?? []) + [application, drain],
      gracefulShutdownSignals: handlingSignals ? [.sigterm, .sigint] : [], logger: logger)
    services.maximumGracefulShutdownDuration = .seconds(ServerLimits.shutdownSeconds + Int64(configuration.drainSeconds))
    let outcome: Result<Void, any Error>
    do {
      try await ServiceGroup(configuration: services).run()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    // Only now: what was under way has been answered.
    try await threads.shutdownGracefully()
    try outcome.get()
  }

  /// How connections are served: by TLS where there is a certificate.
  private var connections: HTTPServerBuilder {
    let request = TimeAmount.seconds(Int64(configuration.maximumBodySeconds + configuration.maximumAnswerSeconds))
    let http1 = HTTP1Channel.Configuration(
      additionalChannelHandlers: [RequestDeadline(request)], idleTimeout: .seconds(Int64(configuration.maximumIdleSeconds)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: ServerLimits.headerBytes, maxHeaderListSize: ServerLimits.headerBytes,
        maxHeaderFieldCount: ServerLimits.headerFields))
    guard let identity else { return .http1(configuration: http1) }
    return HTTPServerBuilder { [configuration] responder in
      SecureChannel(
        identity: identity, http1: HTTP1Channel(responder: responder, configuration: http1),
        handshake: .seconds(Int64(configuration.maximumHandshakeSeconds)), idle: .seconds(Int64(configuration.maximumIdleSeconds)),
        request: request)
    }
  }
}
