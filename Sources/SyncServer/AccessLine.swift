import HTTPTypes
import Hummingbird
import Logging
import SyncRelay

/// What the log keeps of one request. No header and no body: tokens and codes are in them.
struct AccessLine {
  /// A random number, by which a client's problem document leads to this line.
  let id: String
  /// The device that asked, once it is known.
  var device: DeviceID?
  /// The bytes of the request's body.
  var received = 0
  /// The problem's code, if it was one.
  var code: String?

  /// What it asks for, as far as we know it.
  let route: Route
  private let method: String
  private let path: String
  private let start = ContinuousClock.now

  init(_ request: Request) {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    id = String(repeating: "0", count: 16 - digits.count) + digits
    method = Self.printable(request.method.rawValue)
    // Without the query, where somebody may put what does not belong into a log.
    path = Self.printable(request.uri.path)
    route = Route(path: request.uri.path)
  }

  /// How long it has taken so far.
  var elapsed: Duration { start.duration(to: .now) }

  func log(_ response: Response, to logger: Logger) {
    let elapsed = elapsed.components
    let milliseconds = elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
    var metadata: Logger.Metadata = [
      "id": "\(id)", "method": "\(method)", "path": "\(path)", "status": "\(response.status.code)", "in": "\(received)",
      "out": "\(response.body.contentLength ?? 0)", "ms": "\(milliseconds)", "device": "\(device?.description ?? "-")",
    ]
    if let code { metadata["code"] = "\(code)" }
    logger.info("request", metadata: metadata)
  }

  /// What a stranger sent, fit for a line of a log.
  private static func printable(_ text: String) -> String {
    String(
      decoding: text.utf8.prefix(ServerLimits.loggedCharacters).map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
