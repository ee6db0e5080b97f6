import Foundation
import SyncCore

/// A place in the relay's order of arrivals, as it is told to those who may ask later what has come since.
///
/// It names what had arrived by then, so that a relay which was restored from a backup sees by it that it is not any more the one that
/// issued it, however much has arrived since; and it is signed with the relay's own key, so that nobody can make the relay believe that.
struct RelayToken: Hashable {
  /// A chain over everything that had arrived.
  static let lineageBytes = 16
  static let signatureBytes = 16
  static let byteCount = 8 + lineageBytes + signatureBytes
  /// Before anything has arrived.
  static let noLineage = [UInt8](repeating: 0, count: lineageBytes)

  let arrival: Int64
  let lineage: [UInt8]

  init(arrival: Int64, lineage: [UInt8]) {
    self.arrival = arrival
    self.lineage = lineage
  }

  /// Nil for what this relay has not issued.
  init?(_ bytes: [UInt8], key: [UInt8], codec: Codec) {
    guard bytes.count == Self.byteCount else { return nil }
    arrival = Int64(bitPattern: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
    lineage = Array(bytes[8..<8 + Self.lineageBytes])
    guard DeviceToken.areEqual(Array(bytes.suffix(Self.signatureBytes)), signature(key: key, codec: codec)) else { return nil }
  }

  func bytes(key: [UInt8], codec: Codec) -> [UInt8] { body + signature(key: key, codec: codec) }

  private var body: [UInt8] { stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: arrival >> Int64($0)) } + lineage }

  /// The key and the body have one length each, so that the digest of both is a signature.
  private func signature(key: [UInt8], codec: Codec) -> [UInt8] { Array(codec.digest(key + body).prefix(Self.signatureBytes)) }

  /// The lineage after one more changeset.
  static func lineage(after lineage: [UInt8], hash: [UInt8], codec: Codec) -> [UInt8] {
    Array(codec.digest(lineage + hash).prefix(lineageBytes))
  }
}

extension Relay {
  /// The lineage of everything that had arrived by then; nil where some of it has been left out of the log, so that nobody can say.
  static func lineage(at arrival: Int64, _ db: any StoreTransaction) throws -> [UInt8]? {
    guard let relay = try db.row("SELECT omitted, omitted_lineage FROM relay") else {
      throw RelayError(.damaged, "relay")
    }
    let omitted: Int64 = try relay["omitted"]
    if arrival < omitted { return nil }
    let lineage: [UInt8]? = try db.value(
      "SELECT lineage FROM changeset WHERE arrival <= ? AND arrival > ? ORDER BY arrival DESC LIMIT 1", [arrival, omitted])
    return try lineage ?? (omitted == 0 ? RelayToken.noLineage : relay.bytes("omitted_lineage"))
  }

  /// The lineage of everything that has arrived.
  static func latestLineage(_ db: any StoreTransaction) throws -> [UInt8] {
    guard let lineage = try lineage(at: arrival(db), db) else { throw RelayError(.damaged, "lineage") }
    return lineage
  }

  /// The relay's own secret, by which it knows its tokens again.
  static func tokenKey(_ db: any StoreTransaction) throws -> [UInt8] {
    guard let key: [UInt8] = try db.value("SELECT token_key FROM relay") else { throw RelayError(.damaged, "token_key") }
    return key
  }

  func token() throws -> [UInt8] {
    try store.read { db in
      let arrival = try Self.arrival(db)
      return RelayToken(arrival: arrival, lineage: try Self.latestLineage(db)).bytes(key: try Self.tokenKey(db), codec: codec)
    }
  }

  /// Takes a new epoch when a token shows that this relay was set back since it issued it.
  func recognize(_ token: [UInt8], of epoch: [UInt8], by principal: Principal) throws {
    func isForeign(_ db: any StoreTransaction) throws -> Bool {
      guard try Self.epoch(db) == epoch, let token = RelayToken(token, key: try Self.tokenKey(db), codec: codec) else { return false }
      if try token.arrival > Self.arrival(db) { return true }
      return try Self.lineage(at: token.arrival, db).map { $0 != token.lineage } ?? false
    }
    guard try store.read(isForeign) else { return try noteAcknowledged(token, of: epoch, by: principal) }
    let (now, renewed) = (clock(), random(RelayLimits.epochBytes))
    try store.write { db in
      // Another asker may have shown it meanwhile.
      guard try isForeign(db) else { return }
      try db.execute("UPDATE relay SET epoch = ?", [renewed])
      try CollectionLedger.forget(in: db)
      try Audit.record(.setBack, at: now, device: principal.deviceBytes, user: principal.user, detail: "", in: db)
    }
  }
}
