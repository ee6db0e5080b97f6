/// What a changeset says of itself: who wrote it, when, having read what, and which parts carry its rows.
///
/// The encoded header is what is hashed, chained and signed. It is kept and forwarded byte for byte, so that keys of a later
/// version survive replicas that do not know them.
public struct ChangesetHeader: Hashable, Sendable {
  /// One part of the body: how many rows it has, how long it is, and its SHA-256.
  public struct Part: Hashable, Sendable {
    public let rows: Int
    public let bytes: Int
    public let digest: [UInt8]

    public init(rows: Int, bytes: Int, digest: [UInt8]) {
      self.rows = rows
      self.bytes = bytes
      self.digest = digest
    }
  }

  /// The transaction that wrote it: one that touches several scopes makes one changeset for each.
  public struct Transaction: Hashable, Sendable {
    /// 16 bytes, the same in all the transaction's changesets.
    public let id: [UInt8]
    /// Which of them this is, from 0.
    public let part: Int
    /// How many there are.
    public let parts: Int

    public init(id: [UInt8], part: Int, parts: Int) {
      self.id = id
      self.part = part
      self.parts = parts
    }
  }

  public let scope: ScopeID
  public let dot: Dot
  public let time: HybridTime
  /// What the author's wall clock showed, in milliseconds since 1970. For people to judge; nothing is decided by it.
  public let wallClock: Int64
  /// The user who wrote, as the office enrolled them.
  public let author: String
  public let transaction: Transaction
  /// The version of the application's schema that the author ran.
  public let schema: Int
  /// The certificate under which it was written: its hash. Empty where nobody issues any.
  public let certificate: [UInt8]
  /// The hash of the same site's previous changeset in this scope; empty for the first.
  public let previous: [UInt8]
  /// What must be applied before this may be: every other site's writes that the author had read in the rows it wrote.
  public let needs: VersionVector
  /// How the hash of each changeset in ``needs`` begins, one after the other in their order: copies of a device may each have written one
  /// of that name. Zeros where the author could not tell; empty where nothing is told.
  public let ends: [UInt8]
  /// Why: the reason given with a settlement. Empty when none was.
  public let note: String
  public let parts: [Part]
  /// What it was called before, when it lost its name to another changeset; nil for nearly all.
  public let origin: Origin?

  public init(
    scope: ScopeID, dot: Dot, time: HybridTime, wallClock: Int64, author: String, transaction: Transaction, schema: Int,
    certificate: [UInt8], previous: [UInt8], needs: VersionVector, ends: [UInt8] = [], note: String, parts: [Part],
    origin: Origin? = nil
  ) {
    self.scope = scope
    self.dot = dot
    self.time = time
    self.wallClock = wallClock
    self.author = author
    self.transaction = transaction
    self.schema = schema
    self.certificate = certificate
    self.previous = previous
    self.needs = needs
    self.ends = ends
    self.note = note
    self.parts = parts
    self.origin = origin
  }
}

extension ChangesetHeader {
  /// The version of the header's format.
  public static let version: UInt64 = 1

  public var encoded: [UInt8] {
    CBOR.map([
      0: .unsigned(Self.version),
      1: .text(scope.name),
      2: .bytes(dot.site.bytes),
      3: .unsigned(dot.seq),
      4: .unsigned(time.rawValue),
      5: wallClock < 0 ? .negative(UInt64(-1 - wallClock)) : .unsigned(UInt64(wallClock)),
      6: .text(author),
      7: .array([.bytes(transaction.id), .unsigned(UInt64(transaction.part)), .unsigned(UInt64(transaction.parts))]),
      8: .unsigned(UInt64(schema)),
      9: certificate.isEmpty ? nil : .bytes(certificate),
      10: previous.isEmpty ? nil : .bytes(previous),
      11: needs.isEmpty ? nil : needs.cbor,
      12: note.isEmpty ? nil : .text(note),
      13: .array(parts.map { .array([.unsigned(UInt64($0.rows)), .unsigned(UInt64($0.bytes)), .bytes($0.digest)]) }),
      14: origin?.cbor,
      15: ends.isEmpty ? nil : .bytes(ends),
    ]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) { try self.init(decoding: bytes, room: Limits.restamps) }

  /// - Parameter room: how many branches may have been renamed. It also says how deep one header may stand in another.
  init(decoding bytes: [UInt8], room: Int) throws(SyncCoreError) {
    let map = try CBOR(decoding: bytes)
    guard try CBOR.require(map[0]?.unsigned, "header version") == Self.version else {
      throw SyncCoreError(.unsupportedVersion, "changeset header")
    }
    guard let scope = ScopeID(try CBOR.require(map[1]?.text, "scope")) else { throw SyncCoreError(.tooLarge, "scope") }
    guard let site = SiteID(bytes: try CBOR.require(map[2]?.bytes, "site")) else { throw SyncCoreError(.malformed, "site") }
    let seq = try CBOR.require(map[3]?.unsigned, "seq")
    guard seq > 0, seq <= UInt64(Int64.max) else { throw SyncCoreError(.malformed, "seq") }
    let time = try CBOR.require(map[4]?.unsigned, "time")
    guard time <= UInt64(Int64.max) else { throw SyncCoreError(.malformed, "time") }
    let wall: Int64
    switch map[5] {
    case .unsigned(let n)? where n <= UInt64(Int64.max): wall = Int64(n)
    case .negative(let n)? where n <= UInt64(Int64.max): wall = -1 - Int64(n)
    default: throw SyncCoreError(.malformed, "wall clock")
    }
    let author = try CBOR.require(map[6]?.text, "author")
    let note = try map.optional(12, "note") { $0.text }
    guard author.utf8.count <= Limits.authorBytes else { throw SyncCoreError(.tooLarge, "author") }
    guard note.utf8.count <= Limits.noteBytes else { throw SyncCoreError(.tooLarge, "note") }
    let transaction = try CBOR.require(map[7]?.array, "transaction")
    guard transaction.count == 3, let id = transaction[0].bytes, id.count == 16, let part = transaction[1].unsigned,
      let count = transaction[2].unsigned, part < count, count <= UInt64(UInt32.max)
    else { throw SyncCoreError(.malformed, "transaction") }
    let schema = try CBOR.require(map[8]?.unsigned, "schema")
    guard schema <= UInt64(UInt32.max) else { throw SyncCoreError(.malformed, "schema") }
    var parts: [Part] = []
    for entry in try CBOR.require(map[13]?.array, "parts") {
      guard let fields = entry.array, fields.count == 3, let rows = fields[0].unsigned, let bytes = fields[1].unsigned,
        let digest = fields[2].bytes, digest.count == 32
      else { throw SyncCoreError(.malformed, "part") }
      guard rows <= UInt64(Limits.partRows), bytes <= UInt64(Limits.partBytes) else { throw SyncCoreError(.tooLarge, "part") }
      parts.append(Part(rows: Int(rows), bytes: Int(bytes), digest: digest))
    }
    guard !parts.isEmpty else { throw SyncCoreError(.malformed, "a changeset without parts") }
    let needs = try map[11].map { (field) throws(SyncCoreError) in try VersionVector(decoding: field) } ?? VersionVector()
    guard map[11] == nil || !needs.isEmpty else { throw SyncCoreError(.malformed, "empty, and not left out: needs") }
    let ends = try map.optional(15, "ends") { $0.bytes }
    guard ends.isEmpty || ends.count == needs.entries.count * Self.endBytes else { throw SyncCoreError(.malformed, "ends") }
    self.init(
      scope: scope, dot: Dot(site: site, seq: seq), time: HybridTime(rawValue: time), wallClock: wall, author: author,
      transaction: Transaction(id: id, part: Int(part), parts: Int(count)), schema: Int(schema),
      certificate: try map.optional(9, "certificate") { $0.bytes }, previous: try map.optional(10, "previous") { $0.bytes }, needs: needs,
      ends: ends, note: note, parts: parts, origin: try map[14].map { (field) throws(SyncCoreError) in try Origin(decoding: field) })
    try checkOrigin(room: room)
  }
}

extension ChangesetHeader {
  /// How much of a hash is told of what is needed. Copies of a device find each other's names alike by accident, and by nothing else.
  public static let endBytes = 4

  /// Makes ``ends``.
  /// - Parameters:
  ///   - needs: what the changeset needs.
  ///   - hash: the hash of a changeset; nil where it cannot be told.
  public static func ends(of needs: VersionVector, hash: (Dot) throws -> [UInt8]?) rethrows -> [UInt8] {
    let ends = try needs.entries.flatMap { need in try hash(need)?.prefix(endBytes) ?? untold }
    return ends.allSatisfy { $0 == 0 } ? [] : ends
  }

  private static let untold = [UInt8](repeating: 0, count: endBytes)[...]

  /// What is told of the changesets that are needed: how the hash of each begins.
  var toldEnds: [(need: Dot, end: ArraySlice<UInt8>)] {
    guard !ends.isEmpty else { return [] }
    return needs.entries.enumerated().map { ($1, ends[$0 * Self.endBytes..<($0 + 1) * Self.endBytes]) }.filter { $0.1 != Self.untold }
  }

  /// Whether its author had read another branch of a fork than one has here.
  /// - Parameter hash: the hash of a changeset that is here; nil for one that is not, or of which it is not known any more.
  public func hasReadAnother(hash: (Dot) throws -> [UInt8]?) rethrows -> Bool {
    try toldEnds.contains { need, end in try hash(need).map { !$0.starts(with: end) } ?? false }
  }
}

extension VersionVector {
  /// An array of `[site, seq]`, in the order of the sites.
  public var cbor: CBOR { .array(entries.map { .array([.bytes($0.site.bytes), .unsigned($0.seq)]) }) }

  public init(decoding cbor: CBOR) throws(SyncCoreError) {
    var dots: [Dot] = []
    for entry in try CBOR.require(cbor.array, "version vector") {
      guard let fields = entry.array, fields.count == 2, let bytes = fields[0].bytes, let site = SiteID(bytes: bytes),
        let seq = fields[1].unsigned, seq > 0, seq <= UInt64(Int64.max)
      else { throw SyncCoreError(.malformed, "version vector") }
      if let last = dots.last, last.site >= site { throw SyncCoreError(.malformed, "a version vector out of order") }
      dots.append(Dot(site: site, seq: seq))
    }
    self.init(dots)
  }
}
