import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOSSL

/// A connection by TLS, over which the other side chooses HTTP/2 or HTTP/1.1. The limits are the same for both.
struct SecureChannel: ServerChildChannel {
  typealias Stream = HTTP1Channel.Value
  typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>

  struct Value: ServerChildChannelValue {
    let negotiated: EventLoopFuture<NIONegotiatedHTTPVersion<Stream, Streams>>
    let channel: any Channel
  }

  let identity: ServerIdentity
  /// Answers the requests of a connection or of a stream, one after the other.
  let http1: HTTP1Channel
  /// How long a handshake may take.
  let handshake: TimeAmount
  /// How long a connection and a request may be silent.
  let idle: TimeAmount
  /// How long one request over HTTP/2 may be open, until its answer was taken.
  let request: TimeAmount

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    do {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(NIOSSLServerHandler(context: identity.context))
      try pipeline.addHandler(HandshakeDeadline(handshake))
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return channel.configureHTTP2AsyncSecureUpgrade(
      http1ConnectionInitializer: { http1.setup(channel: $0, logger: logger) },
      http2ConnectionInitializer: { setUpHTTP2($0, logger) }
    ).map { Value(negotiated: $0, channel: channel) }
  }

  func handle(value: Value, logger: Logger) async {
    switch try? await value.negotiated.get() {
    case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
    case .http2(let streams):
      await withDiscardingTaskGroup { group in
        do {
          for try await stream in streams.inbound { group.addTask { await http1.handle(value: stream, logger: logger) } }
        } catch {
          logger.debug("connection broke off", metadata: ["error": "\(error)"])
        }
      }
    // A handshake that failed or was cut off is nobody's request.
    case nil: break
    }
  }

  private func setUpHTTP2(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Streams> {
    channel.eventLoop.makeCompletedFuture {
      let end = ConnectionEnd(idle: idle, request: request)
      let pipeline = channel.pipeline.syncOperations
      let streams = try pipeline.configureAsyncHTTP2Pipeline(
        mode: .server, streamDelegate: ConnectionEnd.Streams(end: NIOLoopBound(end, eventLoop: channel.eventLoop)),
        configuration: Self.http2
      ) { stream in
        stream.eventLoop.makeCompletedFuture {
          let pipeline = stream.pipeline.syncOperations
          try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
          try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: Duration(idle), logger: logger))
          return try Stream(wrappingChannelSynchronously: stream)
        }
      }
      try pipeline.addHandler(end)
      return streams
    }
  }

  /// Whatever is not named here has the library's own limit, as the frames that continue a header.
  private static var http2: NIOHTTP2Handler.Configuration {
    var configuration = NIOHTTP2Handler.Configuration()
    configuration.connection.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: ServerLimits.streamsPerConnection),
      HTTP2Setting(parameter: .maxHeaderListSize, value: ServerLimits.headerBytes),
    ]
    configuration.stream.streamResetFrameRateLimit.maximumCount = ServerLimits.resetsPerWindow
    configuration.stream.streamResetFrameRateLimit.windowLength = .seconds(ServerLimits.resetWindowSeconds)
    return configuration
  }
}
