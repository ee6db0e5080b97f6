import CSQLite
import SyncCore
import Synchronization

/// The part of a replica that lives on its writing connection: it captures what transactions write, and merges what arrives.
///
/// Everything here runs on the connection's own queue, inside its transactions; hence unchecked.
final class Engine: @unchecked Sendable {
  let connection: Connection
  let catalog: Catalog
  let log: ChangeLog
  let rows: RowStore
  let candidates: Candidates
  let aside: AsideValues
  let names: NameResolver
  let codec: Codec
  let clock: @Sendable () -> Int64
  let random: @Sendable (Int) -> [UInt8]
  let schemaVersion: Int
  let partTargetBytes: Int
  let keepsHistory: Bool
  /// By what is signed what is written here, and whose certificates are believed; nil where nothing is signed, or asked for.
  let signing: Signing?
  let trust: Trust?
  /// What the own certificate says, and its hash, which changesets cite; nil where nothing is signed.
  var certificate: Certificate?
  var certificateHash: [UInt8] = []
  /// Certificates that were found to be issued by somebody trusted, by their hashes.
  var certificates: [[UInt8]: BelievedCertificate] = [:]
  /// What was judged of the batch that is being stored.
  var proven = ProvenSignatures()
  var author: String

  private let currentSite = Mutex(SiteID(deviceHigh: 0, deviceLow: 0, incarnation: 0))
  private(set) var siteNumber: UInt32 = 0
  private(set) var tables: [TableShape] = []
  var dirty: [DirtyRows] = []

  /// What the connection is doing, which decides what its hooks do.
  enum Mode {
    /// The user's statements: what they change is noted.
    case capturing
    /// The engine's own statements: nothing is noted.
    case working
  }
  var mode = Mode.capturing
  /// Whether the running transaction will be flushed when it commits.
  var isArmed = false
  var lastTouchedTable = 0
  /// What the running write was told: what its author had read, and why they write.
  var readToken: ReadToken?
  var note = ""
  /// Whether rows are being taken in that were written before the table was synced: their authors have read nothing of anybody's.
  var isAdopting = false
  /// Why the last commit was refused, with its code: SQLite can carry only text.
  var failure: SyncKitError?
  /// The wall clock, asked once a transaction.
  private(set) var wallClock: Int64 = 0
  /// Nil until it is read in the running transaction.
  private var lastArrival: Int64?
  /// Scopes with changes that are merged and should not be, or under a name which does not count any more: to be made anew.
  var misnamed: Set<UInt32> = []
  /// See ``head(ofScope:)``.
  private(set) var heads: [UInt32: ScopeHead] = [:]
  private(set) var headsVersion: Int64 = -1
  /// See ``hash(of:in:)``.
  var hashes: [UInt32: [Dot: [UInt8]]] = [:]
  /// Rows that are being put into a user's table at once.
  let incoming = IncomingRows()

  init(_ handle: OpaquePointer, _ configuration: ReplicaConfiguration) {
    connection = Connection(handle)
    catalog = Catalog(connection)
    codec = .standard
    log = ChangeLog(connection, catalog, codec, asksForStatements: configuration.trust != nil)
    rows = RowStore(connection)
    candidates = Candidates(connection)
    aside = AsideValues(connection)
    names = NameResolver(log)
    clock = configuration.clock
    random = configuration.random
    schemaVersion = configuration.schemaVersion
    partTargetBytes = configuration.partTargetBytes
    keepsHistory = configuration.keepsHistory
    signing = configuration.signing
    trust = configuration.trust
    author = configuration.author
  }

  /// Who writes here now, as far as this process knows: another may have begun a new life since.
  var site: SiteID { currentSite.withLock { $0 } }

  /// Learns who this is. In a transaction.
  func reloadSite() throws {
    let stored = try connection.site()
    currentSite.withLock { $0 = stored }
    siteNumber = try catalog.number(of: stored)
  }

  /// Learns who this is and which tables are synced. In a transaction.
  func load(declarations: [SyncedTable]) throws {
    try reloadSite()
    tables = try declarations.map { try TableShape($0, catalog: catalog, connection: connection) }
    dirty = tables.map { _ in DirtyRows() }
    lastTouchedTable = 0
  }

  func table(named name: String) -> TableShape? { tables.first { $0.name == name } }

  /// The table in which a scope's rows are displayed; nil where there is none, or it is another scope's.
  func table(named name: String, of scope: UInt32) throws -> TableShape? {
    guard let shape = table(named: name) else { return nil }
    if case .fixed(let fixed) = shape.declaration.scope, try catalog.number(of: fixed) != scope { return nil }
    return shape
  }

  /// Reads the clocks for what is about to be written.
  func readClock() {
    wallClock = clock()
    lastArrival = nil
  }

  /// When something arrived in this replica's log: microseconds since 1970, rising from one to the next, whatever the clock says and
  /// whichever process writes: peers ask for what arrived after what they know.
  func arrival() throws -> Int64 {
    let last: Int64
    if let lastArrival {
      last = lastArrival
    } else {
      let find = try connection.statement(fixed: "SELECT arrived FROM synckit_log WHERE arrived IS NOT NULL ORDER BY id DESC LIMIT 1")
      defer { find.reset() }
      last = try find.step() ? find.int(0) : 0
    }
    let next = max(wallClock &* 1000, last &+ 1)
    lastArrival = next
    return next
  }

  func noteHead(_ head: ScopeHead, ofScope scope: UInt32) { heads[scope] = head }

  func forgetHeads(_ version: Int64 = -1) {
    heads.removeAll()
    hashes.removeAll()
    headsVersion = version
  }

  /// Runs the engine's own statements, unseen by the hooks.
  func working<T>(_ body: () throws -> T) rethrows -> T {
    let before = mode
    mode = .working
    defer { mode = before }
    return try body()
  }

  /// After a commit or a rollback: the transaction's notes are void.
  func endTransaction(rolledBack: Bool) {
    isArmed = false
    for at in dirty.indices where !dirty[at].isEmpty { dirty[at].removeAll() }
    names.forget()
    log.forget()
    if rolledBack {
      catalog.forget()
      forgetHeads()
    } else {
      catalog.endTransaction()
    }
  }
}
