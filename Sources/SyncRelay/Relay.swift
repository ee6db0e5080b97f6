public import SyncBlobs
public import SyncCore
import Synchronization

/// The relay: who may take part, who may hold which scope, and a durable log of changesets by scope, in one store: an SQLite file, or a
/// PostgreSQL database.
///
/// It knows no survey and merges nothing: it checks what arrives, gives each changeset its place in its scope's order, and hands out
/// what others miss. Every method is synchronous, safe to call from any thread, and durable before it returns.
///
/// ```swift
/// let relay = try Relay(path: "relay.db", codec: codec, clock: { now() }, random: { secureBytes($0) })
/// let code = try relay.createCode(user: "li", name: "李工", role: "specialist", grants: [])
/// let enrolment = try relay.enrol(code: code, device: device, label: "ThinkPad", key: publicKey)
/// let principal = try relay.authenticate(enrolment.token)
/// ```
///
/// ## Topics
/// ### Opening
/// - ``init(path:blobFolder:codec:limits:issuer:authority:clock:random:)``
/// - ``init(postgres:blobFolder:creating:codec:limits:issuer:authority:clock:random:)``
/// - ``epoch``
/// - ``renewEpoch()``
/// ### Devices
/// - ``createCode(user:name:role:grants:lifetime:)``
/// - ``enrol(code:device:label:key:)``
/// - ``isBeingGuessedAt``
/// - ``authenticate(_:)``
/// - ``devices()``
/// - ``revoke(device:)``
/// - ``changeRole(of:to:)``
/// - ``audit(limit:)``
/// ### Compaction
/// - ``acknowledgedByAll()``
/// - ``leaveOut(_:)``
/// ### Rejections
/// - ``refused()``
/// - ``reject(_:of:reason:)``
/// - ``rejections()``
/// - ``restore(_:)``
/// ### Operating
/// - ``statistics()``
/// - ``obstacle(leastFreeBytes:)``
/// - ``backup(to:)``
/// - ``RelayRestoration``
/// ### Files
/// - ``blobs``
/// - ``checkBlobs()``
/// - ``blobStatistics()``
/// ### First syncs
/// - ``pack(with:)``
/// ### Access
/// - ``grant(user:scope:until:)``
/// - ``revoke(user:scope:)``
/// - ``grants(of:)``
/// - ``users(of:)``
/// - ``officeAccess(onStored:)``
/// - ``RelayAccess``
public final class Relay: Sendable {
  /// The limits this relay keeps.
  public let limits: RelayLimits

  /// Digests and compression, as they were handed in.
  public let codec: Codec

  let store: any RelayStore
  /// The attached files, by what they hold.
  public let blobs: BlobFolder
  /// The packs, by what they hold. All of them can be made anew from the log.
  let packs: BlobFolder

  let wrongCodes: WrongCodes
  /// Certificates that were found to be issued here, by their hashes.
  let believed = Mutex<[[UInt8]: BelievedCertificate]>([:])
  let issuer: Signer?
  let authority: @Sendable (_ role: String) -> Authority
  let clock: @Sendable () -> Int64
  let random: @Sendable (Int) -> [UInt8]

  /// Opens the relay's file, or makes a new one that only its owner may read.
  ///
  /// - Parameters:
  ///   - path: the file; its folder has to be there.
  ///   - blobFolder: where attached files are kept, made when the first comes; beside the relay's file where nil. Several relays over one
  ///     database share one folder.
  ///   - codec: digests and compression.
  ///   - limits: the relay's limits.
  ///   - issuer: by what it issues certificates to devices that enrol; changesets are then taken only with their seals. Nil where nothing is
  ///     signed.
  ///   - authority: what a role has a say in, which certificates tell: it holds for what is written under them from then on.
  ///   - clock: milliseconds since 1970.
  ///   - random: as many bytes as asked for, from a generator fit for secrets.
  /// - Throws: ``RelayError`` with `notARelay`, `newerFormat` or `cannotOpen`.
  public convenience init(
    path: String, blobFolder: String? = nil, codec: Codec, limits: RelayLimits = RelayLimits(), issuer: Signer? = nil,
    authority: @escaping @Sendable (_ role: String) -> Authority = { _ in .all }, clock: @escaping @Sendable () -> Int64,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) throws {
    let store = try SQLiteStore(path: path, codec: codec, now: clock(), random: random)
    self.init(
      store, BlobFolder(blobFolder ?? Self.blobFolder(beside: path)), codec: codec, limits: limits, issuer: issuer, authority: authority,
      clock: clock, random: random)
    try stateEarlier()
  }

  #if PostgreSQL
    /// Opens the relay that stands in a PostgreSQL database, or makes a new one in an empty database; others may have it open too.
    ///
    /// - Parameters: as with a file; and `creating`: whether an empty database is made a relay's, or refused. All relays before one database
    ///   share one folder of attached files.
    /// - Throws: ``RelayError`` with `unavailable`, `notARelay`, `newerFormat`, `otherIssuer` or `unfinished`.
    public convenience init(
      postgres address: PostgresAddress, blobFolder: String, creating: Bool = true, codec: Codec, limits: RelayLimits = RelayLimits(),
      issuer: Signer? = nil,
      authority: @escaping @Sendable (_ role: String) -> Authority = { _ in .all }, clock: @escaping @Sendable () -> Int64,
      random: @escaping @Sendable (Int) -> [UInt8]
    ) throws {
      let store = try PostgresStore(
        address, issuer: issuer?.publicKey ?? [], now: clock(), random: random, opening: creating ? .creating : .existing)
      self.init(
        store, BlobFolder(blobFolder), codec: codec, limits: limits, issuer: issuer, authority: authority, clock: clock, random: random)
      try stateEarlier()
    }

    /// Opens the relay's file, and goes on in the database once ``RelayMigration`` has moved the log there.
    ///
    /// - Parameters: as with a file; and `successor`: the database's address, asked for once the log has moved; nil as long as it is not known.
    /// - Throws: as with a file.
    public convenience init(
      path: String, successor: @escaping @Sendable () throws -> PostgresAddress?, codec: Codec, limits: RelayLimits = RelayLimits(),
      issuer: Signer? = nil, authority: @escaping @Sendable (_ role: String) -> Authority = { _ in .all },
      clock: @escaping @Sendable () -> Int64, random: @escaping @Sendable (Int) -> [UInt8]
    ) throws {
      let file = try SQLiteStore(path: path, codec: codec, now: clock(), random: random)
      let store = FollowingStore(file) {
        try successor().map { address in
          try PostgresStore(address, issuer: issuer?.publicKey ?? [], now: clock(), random: random, opening: .existing)
        }
      }
      self.init(
        store, BlobFolder(Self.blobFolder(beside: path)), codec: codec, limits: limits, issuer: issuer, authority: authority, clock: clock,
        random: random)
      try stateEarlier()
    }
  #endif

  /// Where a relay in a file keeps attached files, unless it is told.
  public static func blobFolder(beside path: String) -> String { path + "-blobs" }

  private init(
    _ store: any RelayStore, _ blobs: BlobFolder, codec: Codec, limits: RelayLimits, issuer: Signer?,
    authority: @escaping @Sendable (_ role: String) -> Authority, clock: @escaping @Sendable () -> Int64,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.store = store
    self.blobs = blobs
    packs = BlobFolder(blobs.path + "-packs")
    self.limits = limits
    self.codec = codec
    self.issuer = issuer
    self.authority = authority
    self.clock = clock
    self.random = random
    wrongCodes = WrongCodes(limits)
  }

  /// The relay's identity, which every token belongs to: new after ``renewEpoch()``.
  public var epoch: [UInt8] {
    get throws {
      try store.read { db in try Self.epoch(db) }
    }
  }

  /// Gives the relay a new identity: replicas then forget what it had acknowledged, and send again what it lacks.
  ///
  /// A relay that was restored from a backup does so by itself, as soon as anybody shows a token of its lost past.
  public func renewEpoch() throws {
    let epoch = random(RelayLimits.epochBytes)
    try store.write { db in
      try db.execute("UPDATE relay SET epoch = ?", [epoch])
      try CollectionLedger.forget(in: db)
    }
  }

  /// Closes the file; nothing may be asked of the relay any more.
  public func close() throws { try store.close() }

  static func epoch(_ db: any StoreTransaction) throws -> [UInt8] {
    guard let epoch: [UInt8] = try db.value("SELECT epoch FROM relay") else { throw RelayError(.damaged, "epoch") }
    return epoch
  }

  /// Takes the next number of the sequence that orders all arrivals and grants; tokens are made of it.
  static func nextArrival(_ db: any StoreTransaction) throws -> Int64 {
    guard let arrival: Int64 = try db.value("UPDATE relay SET arrival = arrival + 1 RETURNING arrival") else {
      throw RelayError(.damaged, "arrival")
    }
    return arrival
  }

  /// The latest number of that sequence.
  static func arrival(_ db: any StoreTransaction) throws -> Int64 {
    guard let arrival: Int64 = try db.value("SELECT arrival FROM relay") else { throw RelayError(.damaged, "arrival") }
    return arrival
  }
}
