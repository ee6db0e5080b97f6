public import SyncRelay

/// Where the server listens, and how much it does at once.
public struct RelayServerConfiguration: Hashable, Sendable {
  /// The address to bind: this machine's own, unless there is ``tls`` or the server stands ``behindTLSProxy``.
  public var host: String
  /// The port to bind; 0 for any free one.
  public var port: Int
  /// The certificate with which the server itself speaks TLS; nil for plain HTTP.
  public var tls: TLSFiles?
  /// That a proxy which speaks TLS stands between this server and everybody else, so that binding to an address other than this
  /// machine's shows nobody the tokens.
  public var behindTLSProxy: Bool
  /// How many requests are worked on at once; more are told to come back. Each may hold a few messages' worth of memory.
  public var maximumRequests: Int
  /// How many requests that bring pieces of files are worked on at once, beside the others; more are told to come back.
  public var maximumUploads: Int
  /// How many requests one device may make at once before it is told to wait: more than a first sync of all history takes.
  public var maximumRequestsPerDevice: Int
  /// How many requests one device may make a second in the long run. A program that asks without end keeps nobody else out.
  public var requestsPerDevicePerSecond: Int
  /// How many connections are open at once; more wait to be accepted.
  public var maximumConnections: Int
  /// How long the body of one request may take to arrive, in seconds: a full batch over a slow mobile network.
  public var maximumBodySeconds: Int
  /// How long an answer may take to be made and taken, in seconds: the other side rules how fast it is read.
  public var maximumAnswerSeconds: Int
  /// How long a TLS handshake may take, in seconds: some round trips over a slow mobile network.
  public var maximumHandshakeSeconds: Int
  /// How long a connection may be silent while it is not waiting for us, in seconds.
  public var maximumIdleSeconds: Int
  /// How many threads read and write the log. Half of them at the most work for first syncs, which take long.
  public var databaseThreads: Int
  /// How long connections are still taken once the server was told to stop and says that it is not ready, in seconds: as long as whoever
  /// distributes requests to several servers needs to notice. None where nobody does.
  public var drainSeconds: Int
  /// Below how much room on the log's disk the server says that it is not ready, in bytes.
  public var leastFreeBytes: Int64
  /// The token by which the numbers may be asked for; nil where they are told to nobody.
  public var metricsToken: String?

  /// Twice the largest changeset: one that has arrived in part and one that is being written, with what the disk's log takes.
  public static let defaultLeastFreeBytes: Int64 = 512 << 20
  /// The longest that ``drainSeconds`` may be.
  public static let longestDrainSeconds = 300
  /// The shortest token by which the numbers may be asked for, in bytes of UTF-8.
  public static let metricsTokenBytes = 16

  public init(
    host: String = "127.0.0.1", port: Int = 8473, tls: TLSFiles? = nil, behindTLSProxy: Bool = false, maximumRequests: Int = 32,
    maximumUploads: Int = 64, maximumRequestsPerDevice: Int = 600, requestsPerDevicePerSecond: Int = 10, maximumConnections: Int = 1024,
    maximumBodySeconds: Int = 600, maximumAnswerSeconds: Int = 600, maximumHandshakeSeconds: Int = 15, maximumIdleSeconds: Int = 60,
    databaseThreads: Int = 4, drainSeconds: Int = 0, leastFreeBytes: Int64 = RelayServerConfiguration.defaultLeastFreeBytes,
    metricsToken: String? = nil
  ) {
    self.host = host
    self.port = port
    self.tls = tls
    self.behindTLSProxy = behindTLSProxy
    self.maximumRequests = maximumRequests
    self.maximumUploads = maximumUploads
    self.maximumRequestsPerDevice = maximumRequestsPerDevice
    self.requestsPerDevicePerSecond = requestsPerDevicePerSecond
    self.maximumConnections = maximumConnections
    self.maximumBodySeconds = maximumBodySeconds
    self.maximumAnswerSeconds = maximumAnswerSeconds
    self.maximumHandshakeSeconds = maximumHandshakeSeconds
    self.maximumIdleSeconds = maximumIdleSeconds
    self.databaseThreads = databaseThreads
    self.drainSeconds = drainSeconds
    self.leastFreeBytes = leastFreeBytes
    self.metricsToken = metricsToken
  }
}

extension RelayServerConfiguration {
  /// Whether only programs on this machine can reach the address.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }

  func check() throws(RelayError) {
    guard isLoopback || tls != nil || behindTLSProxy else { throw RelayError(.insecureAddress, host) }
    let counts = [
      maximumRequests, maximumUploads, maximumRequestsPerDevice, requestsPerDevicePerSecond, maximumConnections, maximumBodySeconds,
      maximumAnswerSeconds, maximumHandshakeSeconds, maximumIdleSeconds, databaseThreads,
    ]
    guard (0...65_535).contains(port), counts.allSatisfy({ $0 > 0 }), (0...Self.longestDrainSeconds).contains(drainSeconds),
      leastFreeBytes >= 0
    else {
      throw RelayError(.badArgument, "the server's configuration")
    }
    if let metricsToken, metricsToken.utf8.count < Self.metricsTokenBytes { throw RelayError(.badArgument, "the metrics' token") }
  }
}

extension RelayError.Code {
  /// An address that others can reach, without TLS: tokens would be shown to everybody on the way.
  public static let insecureAddress = Self(rawValue: "insecure-address")
}

/// The limits of HTTP; those of the messages stand in SyncCore, those of the log in SyncRelay.
enum ServerLimits {
  /// How large the body of an enrolment may be, in bytes.
  static let enrolmentBytes = 4 << 10
  /// How long the body of an enrolment may take to arrive, in seconds: whoever sends it is not known yet.
  static let enrolmentSeconds = 10
  /// How large a request's header may be, in bytes.
  static let headerBytes = 16 << 10
  /// How many fields a request's header may have.
  static let headerFields = 64
  /// How large the file of a certificate or of a key may be, in bytes.
  static let tlsFileBytes = 256 << 10
  /// How long before a certificate expires the log begins to say so, in seconds.
  static let expiryWarningSeconds = 14 * 86_400
  /// A pull that asks about so many scopes of which the asker has nothing is of a first sync.
  static let firstSyncScopes = 64
  /// How many requests one HTTP/2 connection may have open at once. A device sends one after the other.
  static let streamsPerConnection = 4
  /// How many requests one HTTP/2 connection may take back within ``resetWindowSeconds``.
  static let resetsPerWindow = 100
  static let resetWindowSeconds: Int64 = 30
  /// How late a wrong enrolment code is answered while somebody is guessing. Each connection then has one guess in this time.
  static let guessingDelay = Duration.seconds(1)
  /// How long requests under way may take to finish once the server is to stop, in seconds.
  static let shutdownSeconds: Int64 = 30
  /// When to come back if there is too much to do, in seconds.
  static let retrySeconds = 5
  /// How much of a path that we do not know is logged, in characters.
  static let loggedCharacters = 64
}
