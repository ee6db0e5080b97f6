import SyncBlobs
import SyncCore

/// What a look through all files has found.
public struct BlobCheck: Hashable, Sendable {
  /// The files that are whole.
  public var intact = 0
  public var bytes: Int64 = 0
  /// The digests of those that are gone or damaged: whoever has them is asked to send them again.
  public var lost: [[UInt8]] = []
  /// Files that nothing is written down of, as a crash leaves them.
  public var strays = 0
}

extension Relay {
  /// Where a file arrives. The office's own come under a name that no device has.
  static func partial(_ device: [UInt8], _ digest: [UInt8]) -> String {
    (device.isEmpty ? "office" : Hex.text(device)) + "-" + Hex.text(digest)
  }

  /// Whether a file is in its place, as far as its length tells; where it is not, that is noted, so that it is asked for again.
  func isThere(_ digest: [UInt8], bytes: Int) throws -> Bool {
    if blobs.size(of: digest) == bytes { return true }
    try store.write { db in try BlobLedger.lose(digest, now: clock(), in: db) }
    return false
  }

  /// Lets go of what was begun and not gone on with since a time.
  func dropAbandoned(before time: Int64) throws {
    let abandoned = try store.read { db in
      try db.rows("SELECT device, digest FROM upload WHERE touched_ms < ? ORDER BY touched_ms LIMIT 100", [time])
    }
    for row in abandoned {
      let (device, digest): ([UInt8], [UInt8]) = (try row["device"], try row["digest"])
      try blobs.drop(Self.partial(device, digest))
      try store.write { db in
        try db.execute("DELETE FROM upload WHERE device = ? AND digest = ? AND touched_ms < ?", [device, digest, time])
      }
    }
  }

  /// Reads every file and computes its digest. One that is gone or damaged is noted as lost, and asked for again by the next that
  /// has it; what stands in its place is removed.
  public func checkBlobs() throws -> BlobCheck {
    var check = BlobCheck()
    let rows = try store.read { db in try db.rows("SELECT digest, bytes, lost_ms FROM blob ORDER BY digest") }
    var known: Set<[UInt8]> = []
    for row in rows {
      let (digest, bytes, lost): ([UInt8], Int, Int64?) = (try row["digest"], try row["bytes"], try row["lost_ms"])
      known.insert(digest)
      if try blobs.size(of: digest) == bytes && blobs.isIntact(digest) {
        check.intact += 1
        check.bytes += Int64(bytes)
        // It has been put back.
        if lost != nil { try store.write { db in try db.execute("UPDATE blob SET lost_ms = NULL WHERE digest = ?", [digest]) } }
      } else {
        try blobs.remove(digest)
        try store.write { db in try BlobLedger.lose(digest, now: clock(), in: db) }
        check.lost.append(digest)
      }
    }
    check.strays = blobs.digests().count { !known.contains($0) }
    try dropAbandoned(before: clock() - limits.uploadMilliseconds)
    return check
  }

  /// The files that are held, those that were lost left out.
  public func heldFiles() throws -> [(digest: [UInt8], bytes: Int)] {
    try store.read { db in
      try db.rows("SELECT digest, bytes FROM blob WHERE lost_ms IS NULL ORDER BY digest").map { (try $0["digest"], try $0["bytes"]) }
    }
  }

  /// How many files are held, how many bytes they have, how many were lost and are awaited, and how many are arriving.
  public func blobStatistics() throws -> (held: Int, bytes: Int64, lost: Int, arriving: Int) {
    try store.read { db in
      (
        try db.value("SELECT count(*) FROM blob WHERE lost_ms IS NULL") ?? 0,
        try db.value("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM blob WHERE lost_ms IS NULL") ?? 0,
        try db.value("SELECT count(*) FROM blob WHERE lost_ms IS NOT NULL") ?? 0, try db.value("SELECT count(*) FROM upload") ?? 0
      )
    }
  }
}
