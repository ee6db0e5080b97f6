/// What a request asks for: the one table of the routes, and of who may ask. The test of the authorisation asks each of them as everybody.
enum Route: String, CaseIterable, Comparable, Sendable {
  case hello = "/v1/hello"
  case push = "/v1/push"
  case pull = "/v1/pull"
  case enrol = "/v1/enrol"
  case key = "/v1/key"
  case blobs = "/v1/blobs"
  /// One file's, whichever it is.
  case blob = "/v1/blobs/{digest}"
  case packs = "/v1/packs"
  /// One pack's, whichever it is.
  case pack = "/v1/packs/{digest}"
  case health = "/healthz"
  case ready = "/readyz"
  case metrics = "/metrics"
  /// Nothing that there is.
  case other

  /// What shows that somebody may ask.
  enum Credential: Sendable {
    /// The token of a device that takes part; what it is given and what of it is taken hangs on its user's grants.
    case device
    /// A one-time code within the request.
    case code
    /// The operator's own token.
    case operation
    /// Everybody may ask: nothing of anybody's is told.
    case none
  }

  init(path: String) {
    self = path.hasPrefix("/v1/blobs/") ? .blob : path.hasPrefix("/v1/packs/") ? .pack : Route(rawValue: path) ?? .other
  }

  var credential: Credential {
    switch self {
    case .hello, .push, .pull, .key, .blobs, .blob, .packs, .pack: .device
    case .enrol: .code
    case .metrics: .operation
    case .health, .ready, .other: .none
    }
  }

  static func < (left: Route, right: Route) -> Bool { left.rawValue < right.rawValue }
}
