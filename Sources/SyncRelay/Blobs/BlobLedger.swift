import SyncBlobs
import SyncCore

/// What the relay has written down of files, within one transaction. The files themselves are in a ``Relay/blobs`` folder.
struct BlobLedger {
  let db: any StoreTransaction
  let principal: Principal
  let limits: RelayLimits
  let now: Int64

  /// Whether the asker may hold a scope.
  func mayHold(_ scope: ScopeID) throws -> Bool { try Grant.allows(principal, scope, now: now, in: db) }

  /// The length of a file that is held and that the asker may read: one that was attached in a scope which the asker may hold. To know its
  /// digest gives nobody anything.
  func readable(_ digest: [UInt8]) throws -> Int? {
    if principal.device == nil { return try db.value("SELECT bytes FROM blob WHERE digest = ? AND lost_ms IS NULL", [digest]) }
    return try db.value(
      """
      SELECT bytes FROM blob WHERE digest = ? AND lost_ms IS NULL AND EXISTS (
        SELECT 1 FROM blob_use JOIN access ON access.scope IN (blob_use.scope, '\(GrantedScope.allName)')
        WHERE blob_use.digest = blob.digest AND access.account = ? AND \(Grant.isLive))
      """, [digest, principal.user, now])
  }

  /// Whether a file is held and was attached in the scope. One of another length is another file, whatever its digest is said to be: who
  /// asks for it learns nothing, and makes nobody look for it.
  func isHeld(_ name: BlobName) throws -> Bool {
    try db.exists(
      """
      SELECT 1 FROM blob JOIN blob_use ON blob_use.digest = blob.digest
      WHERE blob.digest = ? AND bytes = ? AND scope = ? AND lost_ms IS NULL
      """, [name.digest, name.bytes, name.scope.name])
  }

  /// Whether no record named a file when files were last collected.
  func isUnnamed(_ digest: [UInt8]) throws -> Bool { try db.exists("SELECT 1 FROM blob_unnamed WHERE digest = ?", [digest]) }

  /// Notes that a file is attached in a scope.
  private func use(_ name: BlobName) throws {
    try db.execute(
      "INSERT INTO blob_use(digest, scope, device, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (digest, scope) DO NOTHING",
      [name.digest, name.scope.name, principal.deviceBytes, now])
  }

  /// Why bytes of a file are not taken from the asker; nil where they are.
  func obstacle(to name: BlobName) throws -> RelayError.Code? {
    guard try mayHold(name.scope) || Withdrawal.takesFiles(of: principal, in: name.scope, now: now, limits: limits, db) else {
      return .notGranted
    }
    guard name.bytes <= limits.blobBytes else { return .tooLarge }
    guard principal.device != nil else { return nil }
    let device = principal.deviceBytes
    let kept: Int64 =
      try db.value(
        "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM blob WHERE digest IN (SELECT digest FROM blob_use WHERE device = ?)", [device])
      ?? 0
    let coming: Int64 =
      try db.value("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM upload WHERE device = ? AND digest <> ?", [device, name.digest])
      ?? 0
    guard kept + coming + Int64(name.bytes) <= limits.blobBytesPerDevice else { return .quota }
    let others: Int = try db.value("SELECT count(*) FROM upload WHERE device = ? AND digest <> ?", [device, name.digest]) ?? 0
    return others < limits.uploadsPerDevice ? nil : .tooManyUploads
  }

  /// Notes that a file is arriving.
  func begin(_ name: BlobName) throws {
    try db.execute(
      """
      INSERT INTO upload(device, digest, scope, bytes, touched_ms) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (device, digest) DO UPDATE SET scope = excluded.scope, bytes = excluded.bytes, touched_ms = excluded.touched_ms
      """, [principal.deviceBytes, name.digest, name.scope.name, name.bytes, now])
  }

  /// Notes that nothing of a file is arriving any more.
  func end(_ digest: [UInt8]) throws {
    try db.execute("DELETE FROM upload WHERE device = ? AND digest = ?", [principal.deviceBytes, digest])
  }

  /// Notes that a file stands under its digest.
  /// - Returns: false where it does not stand there any more: it was being let go of when it was brought, and has to be brought again.
  func hold(_ name: BlobName, in folder: BlobFolder) throws -> Bool {
    // One after the other with whoever lets go of files.
    if !db.forUpdate.isEmpty { _ = try db.row("SELECT id FROM relay\(db.forUpdate)") }
    try db.execute("DELETE FROM blob_released WHERE digest = ?", [name.digest])
    guard folder.size(of: name.digest) == name.bytes else {
      try end(name.digest)
      return false
    }
    try CollectionLedger.unmark(name.digest, in: db)
    try db.execute(
      """
      INSERT INTO blob(digest, bytes, received_ms) VALUES (?, ?, ?)
      ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes, received_ms = excluded.received_ms, lost_ms = NULL
      """, [name.digest, name.bytes, now])
    try use(name)
    try end(name.digest)
    return true
  }

  /// Notes that a file is attached in a scope, and that it is not to be let go of.
  /// - Returns: false where it is not held any more.
  func keep(_ name: BlobName) throws -> Bool {
    guard try db.exists("SELECT 1 FROM blob WHERE digest = ? AND bytes = ? AND lost_ms IS NULL\(db.forUpdate)", [name.digest, name.bytes])
    else { return false }
    try CollectionLedger.unmark(name.digest, in: db)
    try use(name)
    return true
  }

  /// Notes that a file is gone or damaged. In which scopes it was attached stays: whoever might read it may again, once somebody has sent it.
  static func lose(_ digest: [UInt8], now: Int64, in db: any StoreTransaction) throws {
    guard try db.execute("UPDATE blob SET lost_ms = ? WHERE digest = ? AND lost_ms IS NULL", [now, digest]) > 0 else { return }
    try noteLoss(digest, now: now, in: db)
  }

  /// Lets all devices ask anew about what they have receipts for.
  static func noteLoss(_ digest: [UInt8], now: Int64, in db: any StoreTransaction) throws {
    try db.execute(
      "INSERT INTO blob_loss(number, digest, at_ms) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM blob_loss), ?, ?)", [digest, now])
  }

  /// What tells a device that files were lost since it last asked: another value than before.
  static func losses(in db: any StoreTransaction) throws -> [UInt8] {
    let count: Int64 = try db.value("SELECT coalesce(max(number), 0) FROM blob_loss") ?? 0
    return try Relay.epoch(db) + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  }
}

extension RelayError.Code {
  /// The scope may not be held by who asks.
  static let notGranted = Self(rawValue: "not-granted")
  /// The device has brought as much as one may.
  public static let quota = Self(rawValue: "quota")
  /// The device has begun as many files as one may at once.
  public static let tooManyUploads = Self(rawValue: "too-many-uploads")
  /// The file is of no kind that is taken.
  public static let wrongType = Self(rawValue: "wrong-type")
  /// What arrived is something else than its name says.
  public static let wrongDigest = Self(rawValue: "wrong-digest")
  /// Another number of bytes has arrived than the one after which these should follow.
  public static let otherOffset = Self(rawValue: "other-offset")
  /// The disk is too full.
  public static let noRoom = Self(rawValue: "no-room")
  /// There is no such file, or none that who asks may read.
  public static let blobUnknown = Self(rawValue: "not-found")
}
