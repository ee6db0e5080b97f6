import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Closes an HTTP/1.1 connection on which a request takes too long: until its body has come and its answer was taken.
///
/// An answer that is not taken fills the system's buffer and then waits here, with all that was asked on the connection after it. Over
/// HTTP/2 `ConnectionEnd` sees to the same.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart

  private let limit: TimeAmount
  private var context: ChannelHandlerContext?
  /// How many requests have begun to come whose answers were not taken yet.
  private var open = 0
  private var deadline: Scheduled<Void>?

  /// - Parameter limit: how long a request may be open; if several are, the foremost of them.
  init(_ limit: TimeAmount) { self.limit = limit }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head = unwrapInboundIn(data) {
      open += 1
      if open == 1 { begin() }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let taken = promise ?? context.eventLoop.makePromise()
    // Only once the system has all of it; a connection that broke off ends by itself.
    taken.futureResult.assumeIsolated().whenSuccess { self.answered() }
    context.write(data, promise: taken)
  }

  private func answered() {
    open -= 1
    deadline?.cancel()
    if open > 0 { begin() }
  }

  private func begin() {
    deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in self?.context?.close(promise: nil) }
  }
}
