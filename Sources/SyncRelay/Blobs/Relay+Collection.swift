import SyncBlobs
public import SyncCore

/// A question to whoever can read rows: which of these files does any record name still?
public struct FileQuestion: Sendable {
  /// The files that are held, awaited, or lie in the folder without anything being written down of them.
  public let digests: Set<[UInt8]>
  /// What the relay holds of every scope.
  public let holdings: [ScopeHoldings]
  /// What had arrived when it was asked: an answer counts for the log as it stood then.
  let arrival: Int64
}

/// What a round of collecting files has found and done.
public struct FileCollection: Hashable, Sendable {
  /// The files that were looked at.
  public var files = 0
  /// Those that no record names and whose time has not come, and their bytes.
  public var unnamed = 0
  public var unnamedBytes: Int64 = 0
  /// Those that were let go of or, in a dry run, would be; and their bytes.
  public var released: [[UInt8]] = []
  public var releasedBytes: Int64 = 0
  /// Files that had arrived in part, and what a crash had left, given up because nothing came for a long time.
  public var abandoned = 0

  public init() {}
}

/// Where a test may come in between.
enum CollectionStep: Sendable {
  /// The answer is here, and nothing is decided.
  case answered
  /// It is written down which files are let go of; their bytes are there.
  case released
  /// The bytes of one of them are gone, and this is not written down yet.
  case erased
}

extension Relay {
  /// Asks which of all files are named still. Whoever answers has to hold what the relay holds.
  public func fileQuestion() throws -> FileQuestion {
    let onDisk = blobs.digests()
    return try store.read { db in
      let scopes = Set(try db.values("SELECT name FROM scope").compactMap { ScopeID($0) })
      let held = try LogReader(db).holdings(of: scopes)
      return FileQuestion(
        digests: Set(onDisk + (try db.values("SELECT digest FROM blob") as [[UInt8]])),
        holdings: held.sorted { $0.key < $1.key }.map { ScopeHoldings(scope: $0, holdings: $1) },
        arrival: try Self.arrival(db))
    }
  }

  /// Lets go of the files that no record has named for ``RelayLimits/unnamedMilliseconds``.
  ///
  /// A file that is found to be unnamed gets a mark with the time. It loses it when a record names it again, when somebody asks whether it
  /// is here in order to attach it, and when it is brought again. Only what has kept its mark for the whole time goes: first what is written
  /// down of it, so that whoever attaches it from then on is asked for its bytes; then the bytes. Cut off in between, the next round goes on.
  ///
  /// - Parameters:
  ///   - question: what was asked.
  ///   - named: those of its files that a record names, or that anything names which could show again: open candidates, deleted rows, history.
  ///   - dryRun: whether only to tell what would be done: no marks are given either.
  /// - Returns: nil when something has arrived since it was asked: it is to be asked anew.
  public func collectFiles(_ question: FileQuestion, named: Set<[UInt8]>, dryRun: Bool = false) throws -> FileCollection? {
    try collectFiles(question, named: named, dryRun: dryRun) { _ in }
  }

  func collectFiles(
    _ question: FileQuestion, named: Set<[UInt8]>, dryRun: Bool, onStep: (CollectionStep) throws -> Void
  ) throws -> FileCollection? {
    let now = clock()
    try onStep(.answered)
    var collection = try store.write { db in
      try CollectionLedger(db: db, limits: limits, now: now).decide(question, named, in: blobs, dryRun: dryRun)
    }
    guard !dryRun, collection != nil else { return collection }
    try onStep(.released)
    try eraseReleased(onStep)
    try dropAbandoned(before: now - limits.uploadMilliseconds)
    collection?.abandoned = try blobs.dropPartials(before: (now - limits.uploadMilliseconds) / 1000)
    return collection
  }

  /// Removes the bytes of files that were let go of, unless somebody has brought them again.
  private func eraseReleased(_ onStep: (CollectionStep) throws -> Void) throws {
    let waiting: [[UInt8]] = try store.read { db in try db.values("SELECT digest FROM blob_released WHERE erased = 0 ORDER BY digest") }
    for digest in waiting {
      try store.write { db in
        // Whoever brings the file takes this row away first (BlobLedger.hold): one of the two comes before the other.
        guard try db.exists("SELECT 1 FROM blob_released WHERE digest = ? AND erased = 0\(db.forUpdate)", [digest]) else { return }
        try blobs.remove(digest)
        try onStep(.erased)
        try db.execute("UPDATE blob_released SET erased = 1 WHERE digest = ?", [digest])
      }
    }
  }

  /// When each file was let go of that is not here any more, in milliseconds since 1970: backups from before may name it.
  public func releasedFiles() throws -> [[UInt8]: Int64] {
    try store.read { db in
      try db.rows("SELECT digest, at_ms FROM blob_released").reduce(into: [:]) { all, row in all[try row.bytes("digest")] = try row["at_ms"]
      }
    }
  }
}

/// What is written down of files that nothing names, within one transaction.
struct CollectionLedger {
  let db: any StoreTransaction
  let limits: RelayLimits
  let now: Int64

  func decide(_ question: FileQuestion, _ named: Set<[UInt8]>, in folder: BlobFolder, dryRun: Bool) throws -> FileCollection? {
    // From here until the transaction ends nothing arrives, and no file that was brought is written down.
    let arrival: Int64? = try db.value("SELECT arrival FROM relay\(db.forUpdate)")
    guard arrival == question.arrival else { return nil }
    let unnamed = question.digests.subtracting(named)
    let marks: [[UInt8]: Int64] = try db.rows("SELECT digest, since_ms FROM blob_unnamed").reduce(into: [:]) { all, row in
      all[try row.bytes("digest")] = try row["since_ms"]
    }
    if !dryRun {
      for digest in marks.keys.filter({ !unnamed.contains($0) }) { try Self.unmark(digest, in: db) }
      try db.insert(into: "blob_unnamed", ["digest", "since_ms"], unnamed.filter { marks[$0] == nil }.map { [$0, now] })
    }
    let held = try bytesHeld()
    var collection = FileCollection()
    collection.files = question.digests.count
    for digest in unnamed.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let bytes = Int64(held[digest] ?? folder.size(of: digest) ?? 0)
      let isDue = marks[digest].map { $0 <= now - limits.unnamedMilliseconds } ?? false
      if isDue, try isLeft(digest) {
        collection.released.append(digest)
        collection.releasedBytes += bytes
        if !dryRun { try release(digest, bytes) }
      } else {
        collection.unnamed += 1
        collection.unnamedBytes += bytes
      }
    }
    if !dryRun, !collection.released.isEmpty {
      try Audit.record(
        .collected, at: now, device: nil, user: nil, detail: "\(collection.released.count) files, \(collection.releasedBytes) bytes", in: db
      )
    }
    return collection
  }

  private func bytesHeld() throws -> [[UInt8]: Int] {
    try db.rows("SELECT digest, bytes FROM blob").reduce(into: [:]) { all, row in all[try row.bytes("digest")] = try row["bytes"] }
  }

  /// Whether nobody has come for it since: nobody brings it, and the mark is there still, once whoever was taking it away is done.
  private func isLeft(_ digest: [UInt8]) throws -> Bool {
    if !db.forUpdate.isEmpty { _ = try db.row("SELECT digest FROM blob WHERE digest = ?\(db.forUpdate)", [digest]) }
    guard try !db.exists("SELECT 1 FROM upload WHERE digest = ?", [digest]) else { return false }
    return try db.exists("SELECT 1 FROM blob_unnamed WHERE digest = ? AND since_ms <= ?", [digest, now - limits.unnamedMilliseconds])
  }

  private func release(_ digest: [UInt8], _ bytes: Int64) throws {
    try db.execute("DELETE FROM blob_use WHERE digest = ?", [digest])
    try db.execute("DELETE FROM blob WHERE digest = ?", [digest])
    try Self.unmark(digest, in: db)
    try db.execute(
      """
      INSERT INTO blob_released(digest, bytes, at_ms, erased) VALUES (?, ?, ?, 0)
      ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes, at_ms = excluded.at_ms, erased = 0
      """, [digest, bytes, now])
    // Devices that had a receipt for it are to ask before they rely on it again.
    try BlobLedger.noteLoss(digest, now: now, in: db)
  }

  /// Forgets what was found out about the log of another epoch: what it named may yet come back.
  static func forget(in db: any StoreTransaction) throws {
    try db.execute("DELETE FROM blob_unnamed")
    try db.execute("DELETE FROM blob_released WHERE erased = 0")
  }

  /// A file is named again, or somebody is about to attach it.
  static func unmark(_ digest: [UInt8], in db: any StoreTransaction) throws {
    try db.execute("DELETE FROM blob_unnamed WHERE digest = ?", [digest])
  }
}
