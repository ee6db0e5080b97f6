import CCurl
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Asks as libcurl asks, and tells what came of it.
enum Curl {
  struct Answer: Sendable {
    let result: CURLcode
    let status: Int
    /// libcurl's number for the version of HTTP.
    let version: Int
  }

  static func get(_ url: String, authority: String, headers: [String] = []) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try perform(url, authority, headers) }) }
    }
  }

  private static func perform(_ url: String, _ authority: String, _ headers: [String]) throws -> Answer {
    guard let handle = curl_easy_init() else { throw HTTPClient.Failure(errno: ENOMEM) }
    defer { curl_easy_cleanup(handle) }
    _ = ccurl_set_string(handle, CURLOPT_URL, url)
    _ = ccurl_set_string(handle, CURLOPT_CAINFO, authority)
    _ = ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    _ = ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, 20_000)
    _ = ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    var list: UnsafeMutablePointer<curl_slist>?
    for header in headers { list = curl_slist_append(list, header) }
    defer { curl_slist_free_all(list) }
    // Over a connection of which both sides know the other's settings.
    _ = ccurl_perform(handle)
    _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    let result = ccurl_perform(handle)
    var (status, version) = (0, 0)
    _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    _ = ccurl_get_long(handle, CURLINFO_HTTP_VERSION, &version)
    return Answer(result: result, status: status, version: version)
  }
}

/// A TLS connection over which a test speaks HTTP/2 frame by frame, right or wrong.
enum HTTP2Client {
  struct Frame: Sendable {
    let kind: UInt8
    let flags: UInt8
    let stream: UInt32
    let payload: [UInt8]
  }

  static let (data, headers, reset, settings, ping, goAway): (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 1, 3, 4, 6, 7)
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(settings)
  static let settingsTaken = frame(settings, flags: 1)

  static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    Array(UInt32(payload.count).bytes.dropFirst()) + [kind, flags] + stream.bytes + payload
  }

  /// The header of a request, without a body unless it is to come.
  static func request(_ stream: UInt32, _ method: String, _ path: String, type: String? = nil, hasBody: Bool = false) -> [UInt8] {
    func literal(_ index: UInt8, _ value: String) -> [UInt8] { [index, UInt8(value.utf8.count)] + Array(value.utf8) }
    var block: [UInt8] = [method == "GET" ? 0x82 : 0x83, 0x87] + literal(0x04, path) + literal(0x01, "localhost")
    // content-type is the 31st of the static table.
    if let type { block += [0x0F, 0x10, UInt8(type.utf8.count)] + Array(type.utf8) }
    return frame(headers, flags: hasBody ? 0x04 : 0x05, stream: stream, block)
  }

  /// What came over a connection, and how long it was open.
  struct Conversation: Sendable {
    let frames: [Frame]
    let took: TimeAmount
  }

  /// How long a test waits for the server to close.
  private static let patience = TimeAmount.seconds(20)

  /// Sends pieces one after the other, and gives what came until the server closed or `isEnough`.
  static func talk(
    port: Int, authority: String, _ pieces: [[UInt8]], until isEnough: @escaping @Sendable ([Frame]) -> Bool = { _ in false }
  ) async throws -> Conversation {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(authority)
    configuration.applicationProtocols = ["h2"]
    let context = try NIOSSLContext(configuration: configuration)
    let group = MultiThreadedEventLoopGroup.singleton
    let outcome = group.any().makePromise(of: Conversation.self)
    let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers(
          NIOSSLClientHandler(context: context, serverHostname: "localhost"), Talk(pieces, isEnough, outcome))
      }
    }.connect(host: "127.0.0.1", port: port).get()
    let end = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    defer { end.cancel() }
    return try await outcome.futureResult.get()
  }

  /// Works on the event loop alone, so that its times are the server's, however busy the threads of the tests are.
  private final class Talk: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pieces: [[UInt8]]
    private let isEnough: ([Frame]) -> Bool
    private let outcome: EventLoopPromise<Conversation>
    private var bytes: [UInt8] = []
    private var began = NIODeadline.now()

    init(_ pieces: [[UInt8]], _ isEnough: @escaping ([Frame]) -> Bool, _ outcome: EventLoopPromise<Conversation>) {
      (self.pieces, self.isEnough, self.outcome) = (pieces, isEnough, outcome)
    }

    func channelActive(context: ChannelHandlerContext) {
      began = .now()
      for piece in pieces { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: piece)), promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += Array(unwrapInboundIn(data).readableBytesView)
      if isEnough(frames(bytes)) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
      outcome.succeed(Conversation(frames: frames(bytes), took: .now() - began))
    }

    /// However the server ends it: what came before is what counts.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private static func frames(_ bytes: [UInt8]) -> [Frame] {
    var all: [Frame] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let size = head[..<3].reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 9 + size else { break }
      let stream = head[5...].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      all.append(Frame(kind: head[3], flags: head[4], stream: stream, payload: Array(rest.dropFirst(9).prefix(size))))
      rest = rest.dropFirst(9 + size)
    }
    return all
  }
}

extension UInt32 {
  fileprivate var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }
}
