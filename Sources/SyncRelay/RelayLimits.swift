public import SyncCore

/// Every limit of the relay, in one place; the protocol's own stand in `Limits`. Each is tested on both sides.
///
/// The defaults suit one office; a test or an operator may hand in others.
public struct RelayLimits: Hashable, Sendable {
  /// How large one changeset may be: its header and all its parts, in bytes.
  public var changesetBytes = 256 << 20
  /// How large one changeset's header may be, in bytes: with a part of the greatest size it still has to fit a message.
  public var headerBytes = 1 << 20
  /// How long a signature may be, in bytes.
  public var signatureBytes = 8 << 10
  /// How many fragments one push may carry: more than the smallest ones that fill a batch of `Limits.batchBytes`.
  public var fragmentsPerPush = 8192
  /// How many bytes of unfinished changesets one device may leave with the relay.
  public var stagingBytesPerDevice = 512 << 20
  /// How long an unfinished changeset is kept after its last part came, in milliseconds; dropped when room is needed.
  public var stagingMilliseconds: Int64 = 30 * 24 * 3_600_000
  /// How large one file may be, in bytes.
  public var blobBytes = 1 << 30
  /// How many bytes of files one device may bring, those under way included.
  public var blobBytesPerDevice: Int64 = 64 << 30
  /// How many files one device may have begun at once.
  public var uploadsPerDevice = 32
  /// How long a file that was begun is kept after its last bytes came, in milliseconds.
  public var uploadMilliseconds: Int64 = 30 * 24 * 3_600_000
  /// How long a file stays that no record names any more, in milliseconds: as long as a device may be away that names it again.
  public var unnamedMilliseconds: Int64 = 90 * 24 * 3_600_000
  /// Below how much room on their disk no files are taken, in bytes: the log, which may stand there too, goes on.
  public var blobFreeBytes: Int64 = 1 << 30
  /// The kinds of file that are taken.
  public var blobTypes = Set(MediaType.allCases)
  /// How many changesets are worth a round of packing: of fewer a pull brings as much as quickly.
  public var packChangesets: Int64 = 256
  /// About how many bytes of changes one pack holds: it is taken in one transaction.
  public var packBytes = Limits.batchBytes
  /// How many scopes one request may name.
  public var scopesPerRequest = 65_536
  /// How long a device that is not heard of is waited for, in milliseconds: its lease. What the others have acknowledged may then be left out
  /// of the log; a device that comes back later loses nothing by it, but history.
  public var leaseMilliseconds: Int64 = 90 * 24 * 3_600_000
  /// How long everything stays in the log, in milliseconds: as long as a backup of the relay may be that is ever restored.
  public var historyMilliseconds: Int64 = 30 * 24 * 3_600_000
  /// For how long after a scope was withdrawn from somebody is taken what their devices had before they were told, in milliseconds.
  public var withdrawnMilliseconds: Int64 = 90 * 24 * 3_600_000
  /// Of how many sites' writing in a scope what was refused last is remembered, for the office to see; the latest stay.
  public var refusalsKept = 10_000
  /// How long an enrolment code may live, in milliseconds.
  public var codeMilliseconds: Int64 = 10 * 60_000
  /// How many wrong enrolment codes within ``wrongCodeMilliseconds``, of everybody together, are taken for mistakes. Further ones are
  /// taken for guessing: not audited, and answered late. A right code is taken all the same.
  public var wrongCodes = 20
  /// The window over which wrong enrolment codes are counted, in milliseconds.
  public var wrongCodeMilliseconds: Int64 = 10 * 60_000

  /// The longest name of a user, which is also the author of their changesets, in bytes of UTF-8.
  public static let userBytes = Limits.authorBytes
  /// The longest display name, role or device label, in bytes of UTF-8.
  public static let labelBytes = 256
  /// How many grants one enrolment code may carry.
  public static let grantsPerCode = 1024
  /// The symbols of an enrolment code: 50 random bits.
  public static let codeCharacters = 10
  /// The random bytes of a device's token.
  public static let tokenBytes = 32
  /// The random bytes of an epoch.
  public static let epochBytes = 16
  /// How long a device's last contact may be out of date, in milliseconds: an idle exchange should not have to write.
  public static let lastSeenMilliseconds: Int64 = 60_000
  /// How long a writer waits for another process, in seconds.
  public static let busySeconds = 10.0
  /// How many connections a relay keeps to a database on a server.
  public static let databaseConnections = 16
  /// How often what others came in between of is tried before it is given up.
  static let conflictAttempts = 8
  /// How long it waits before it tries the second time, at most, in seconds; as much more each time.
  static let conflictPauseSeconds = 0.05
  /// How long a database that nobody answers for is left alone, in seconds; twice as long each time, up to ``longestReconnectSeconds``.
  static let reconnectSeconds = 0.125
  static let longestReconnectSeconds = 2.0

  public init() {}
}
