import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SyncCore
import SyncRelay

/// Answers requests: finds the route, keeps the limits, makes errors into problems, and logs one line for each.
///
/// The routes are few and each has its limits, so that a switch shows them better than a router would.
struct RelayResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let relay: Relay
  let logger: Logger
  let gate: RequestGate
  /// Lets in what is of a first sync: a thousand of these must not keep out the laptops that bring a day's work.
  let firstSyncs: RequestGate
  /// Those that bring files wait for their networks and take no memory: they keep nobody else out.
  let uploads: RequestGate
  let turns = UploadTurns()
  let rates: DeviceRates
  let bodySeconds: Int
  let threads: NIOThreadPool
  let counters: Metrics
  let drain: Drain
  /// Below how much room on the disk the relay counts as not ready, in bytes.
  let leastFreeBytes: Int64
  /// The digest of the token for the numbers; nil where they are told to nobody.
  let metricsDigest: [UInt8]?
  let onStored: @Sendable ([ScopeID]) -> Void

  func respond(to request: Request, context: Context) async throws -> Response {
    var line = AccessLine(request)
    let response: Response
    do {
      response = try await answer(request, &line)
    } catch let error as HTTPParserError {
      // What does not parse as HTTP is answered by the server itself, which then closes the connection.
      throw error
    } catch {
      let problem = Problem(error)
      line.code = problem.code
      if problem.status.code >= 500, !(error is Problem) { log(error, line) }
      // Out of the gate by now, so that guessing keeps nobody else out. A right code comes here never.
      if problem.isWrongCode, relay.isBeingGuessedAt { try? await Task.sleep(for: ServerLimits.guessingDelay) }
      response = problem.response(id: line.id)
    }
    line.log(response, to: logger)
    counters.note(line, response)
    return response
  }

  private func answer(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    // Who shows nothing takes no place; what is shown is judged where it is asked for.
    if line.route.credential == .device, Self.bearerToken(request) == nil { throw Problem.unauthorized }
    // Whoever enrols is not known yet, and may send a byte now and then: their few bytes are read before they take a place.
    var enrolment: [UInt8]?
    if line.route == .enrol {
      try Self.require(.post, request, type: "application/json", upTo: ServerLimits.enrolmentBytes)
      enrolment = try await body(of: request, upTo: ServerLimits.enrolmentBytes, within: min(bodySeconds, ServerLimits.enrolmentSeconds))
    }
    // When there is too much to do the numbers are wanted most.
    if line.route == .metrics { return try await metrics(request) }
    if line.route == .blob, request.method == .patch {
      try Self.require(.patch, request, type: "application/offset+octet-stream", upTo: Limits.blobPieceBytes)
      guard uploads.enter() else { throw Problem.busy }
      defer { uploads.leave() }
      return try await takePiece(request, &line)
    }
    guard gate.enter() else { throw Problem.busy }
    defer { gate.leave() }
    if line.route == .blob {
      guard request.method == .get else { throw Problem.methodNotAllowed(.get) }
      return try await givePiece(request, &line)
    }
    if line.route == .pack {
      guard request.method == .get else { throw Problem.methodNotAllowed(.get) }
      return try await givePack(request, &line)
    }
    if let enrolment { return try await enrol(enrolment, &line) }
    switch line.route {
    case .hello, .push, .pull:
      try Self.require(.post, request, type: "application/cbor", upTo: Limits.messageBytes)
      return try await exchange(request, &line)
    case .key:
      try Self.require(.post, request, type: "application/json", upTo: ServerLimits.enrolmentBytes)
      return try await changeKey(request, &line)
    case .blobs:
      try Self.require(.post, request, type: "application/cbor", upTo: Self.questionBytes)
      return try await blobStates(request, &line)
    case .packs:
      try Self.require(.post, request, type: "application/cbor", upTo: Limits.messageBytes)
      return try await offerPacks(request, &line)
    case .health:
      guard request.method == .get else { throw Problem.methodNotAllowed(.get) }
      return try await health()
    case .ready:
      guard request.method == .get else { throw Problem.methodNotAllowed(.get) }
      return try await readiness()
    case .enrol, .blob, .pack, .metrics, .other: throw Problem.notFound
    }
  }

  /// Runs what blocks where nobody waits for a thread but others of its kind.
  func offLoop<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await threads.runIfActive(work)
  }

  /// What is asked of a request before its body is read.
  private static func require(_ method: HTTPRequest.Method, _ request: Request, type: String, upTo limit: Int) throws(Problem) {
    guard request.method == method else { throw Problem.methodNotAllowed(method) }
    let given = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
    guard given == type else { throw Problem.wrongType }
    if let length = request.headers[.contentLength] {
      guard let length = Int(length), length >= 0 else { throw Problem.malformed }
      guard length <= limit else { throw Problem.tooLarge }
    }
  }

  /// Reads a body; never holds more of it than the limit, and never waits longer for it: who sends a byte now and then would keep
  /// others out for ever.
  func body(of request: Request, upTo limit: Int, within seconds: Int) async throws -> [UInt8] {
    let buffer = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
      group.addTask {
        do {
          return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
          throw Problem.tooLarge
        }
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw Problem.tooSlow
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw Problem.tooSlow }
      return first
    }
    // A connection that breaks in the middle looks like the body's end.
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length != buffer.readableBytes { throw Problem.malformed }
    return Array(buffer.readableBytesView)
  }

  private func log(_ error: any Error, _ line: AccessLine) {
    // The kind and our own code: a database's message may quote what is stored.
    let kind = (error as? RelayError).map { "\($0.code) \($0.details)" } ?? String(describing: type(of: error))
    logger.error("request failed", metadata: ["id": "\(line.id)", "error": "\(kind)"])
  }
}
