import NIOCore
import NIOExtras
import NIOHTTP2
import NIOTLS

/// Closes a connection whose handshake does not end in time, however busily it goes on.
final class HandshakeDeadline: ChannelInboundHandler {
  typealias InboundIn = NIOAny

  private let limit: TimeAmount
  private var deadline: Scheduled<Void>?

  init(_ limit: TimeAmount) { self.limit = limit }

  func handlerAdded(context: ChannelHandlerContext) {
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { deadline?.cancel() }
    context.fireUserInboundEventTriggered(event)
  }
}

/// Closes an HTTP/2 connection that is idle for too long, whose requests take too long, or on which the other side has hung up; and one
/// that is told to end, once its requests are answered.
///
/// It asks the other side for nothing: who does not answer is closed like everybody else.
final class ConnectionEnd: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let idle: TimeAmount
  private let request: TimeAmount
  private var context: ChannelHandlerContext?
  /// When the connection is closed unless something is asked.
  private var idleEnd: Scheduled<Void>?
  /// The requests that are open, and when the connection is closed unless they have ended.
  private var open: [HTTP2StreamID: Scheduled<Void>] = [:]
  private var last = HTTP2StreamID.rootStream
  private var isEnding = false

  /// - Parameters:
  ///   - idle: how long nothing may be open.
  ///   - request: how long a request may be open, until its answer was taken.
  init(idle: TimeAmount, request: TimeAmount) {
    self.idle = idle
    self.request = request
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    idleEnd = closing(context, in: idle)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    idleEnd?.cancel()
    for end in open.values { end.cancel() }
    self.context = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // Who has hung up gets nothing more, and what is open can no longer be asked in full.
    if (event as? ChannelEvent) == .inputClosed { context.close(promise: nil) }
    if event is ChannelShouldQuiesceEvent, !isEnding { end(context) }
    context.fireUserInboundEventTriggered(event)
  }

  /// Takes no more requests, and closes once those that are open are answered.
  private func end(_ context: ChannelHandlerContext) {
    isEnding = true
    let farewell = HTTP2Frame(streamID: .rootStream, payload: .goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil))
    context.writeAndFlush(wrapOutboundOut(farewell), promise: nil)
    if open.isEmpty { context.close(promise: nil) }
  }

  /// What breaks the protocol, or a limit of it, has no second chance.
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func closing(_ context: ChannelHandlerContext, in limit: TimeAmount) -> Scheduled<Void> {
    context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
  }

  private func opened(_ id: HTTP2StreamID) {
    guard let context else { return }
    idleEnd?.cancel()
    open[id] = closing(context, in: request)
    last = max(last, id)
    // The library keeps to the limit once the other side has said that it knows it.
    if open.count > ServerLimits.streamsPerConnection { context.close(promise: nil) }
  }

  private func closed(_ id: HTTP2StreamID) {
    open.removeValue(forKey: id)?.cancel()
    guard open.isEmpty, let context else { return }
    if isEnding { context.close(promise: nil) } else { idleEnd = closing(context, in: idle) }
  }

  /// Hears of the streams, which come and go on the connection's own event loop.
  struct Streams: NIOHTTP2StreamDelegate {
    let end: NIOLoopBound<ConnectionEnd>

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { end.value.opened(id) }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { end.value.closed(id) }
  }
}
