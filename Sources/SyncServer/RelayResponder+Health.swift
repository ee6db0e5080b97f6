import HTTPTypes
import Hummingbird
import NIOCore
import SyncCore
import SyncRelay

extension RelayResponder {
  /// Whether the process lives and its log can be read: a supervisor that gets no answer starts it again. A database elsewhere that is away
  /// is not helped by that.
  func health() async throws -> Response {
    do { _ = try await offLoop { try relay.officeAccess().token() } } catch let error as RelayError where error.code == .unavailable {}
    return Self.text("ok\n")
  }

  /// Whether it should be sent work: whoever distributes requests turns elsewhere until it is.
  func readiness() async throws -> Response {
    if drain.isDraining { throw Problem.draining }
    let obstacle = try await offLoop { relay.obstacle(leastFreeBytes: leastFreeBytes) }
    if let obstacle { throw Problem(status: .serviceUnavailable, code: obstacle.rawValue) }
    return Self.text("ready\n")
  }

  /// The numbers, for who has the token: they tell of no case and no person, and yet how much is done here is nobody else's business.
  ///
  /// It is a token, and not an address of this machine's, because a proxy before the server asks from this machine on behalf of anybody.
  func metrics(_ request: Request) async throws -> Response {
    guard let metricsDigest else { throw Problem.notFound }
    guard let token = Self.bearerToken(request), relay.codec.digest(Array(token.utf8)) == metricsDigest else { throw Problem.unauthorized }
    guard request.method == .get else { throw Problem.methodNotAllowed(.get) }
    let log = try await offLoop { try relay.statistics() }
    let exposition = Exposition(counters.counts, underWay: gate.underWay, isDraining: drain.isDraining, log)
    return Self.text(exposition.text, type: Exposition.contentType)
  }

  private static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-store"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
