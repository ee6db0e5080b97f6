import SyncCore

/// One changeset being written: groups are collected into parts, parts go to the log, the header comes last.
final class ChangesetWriter {
  let scope: UInt32
  let dot: LocalDot
  let time: HybridTime
  private let previous: [UInt8]
  private let engine: Engine
  private var groups: [ChangeGroupBuilder] = []
  private var groupRows = 0
  private var groupBytes = 0
  private var parts: [ChangesetHeader.Part] = []
  private var firstBody: [UInt8]?
  private var needs: [UInt32: UInt64] = [:]
  /// How many rows the changeset has so far.
  private(set) var rowCount = 0

  init(scope: UInt32, engine: Engine) throws {
    self.scope = scope
    self.engine = engine
    let head = try engine.head(ofScope: scope)
    dot = LocalDot(site: engine.siteNumber, seq: head.seq + 1)
    previous = head.hash
    var clock = HybridClock(latest: head.latest)
    time = clock.next(wall: engine.wallClock)
  }

  /// Adds a group that will not grow any more.
  /// - Returns: the place of its first row in the changeset.
  @discardableResult
  func add(_ group: ChangeGroupBuilder) throws -> Int {
    if !groups.isEmpty, groupRows + group.rowCount > Limits.partRows || groupBytes + group.byteCount > Limits.partTargetBytes * 2 {
      try endPart()
    }
    defer {
      groups.append(group)
      groupRows += group.rowCount
      groupBytes += group.byteCount
      rowCount += group.rowCount
    }
    return rowCount
  }

  /// Notes what an author had read, for the header's `needs`.
  func note(context: [LocalDot]) {
    for dot in context where dot.site != self.dot.site && needs[dot.site, default: 0] < dot.seq { needs[dot.site] = dot.seq }
  }

  private func endPart() throws {
    guard !groups.isEmpty else { return }
    // A section beyond its limit, however well it compresses, could be written but never read again.
    guard groupBytes <= Limits.sectionBytes / 4 * 3 else { throw SyncKitError(.valueTooLarge, ["table": groups[0].table]) }
    var failure: (any Error)?
    let body = ChangePart.encode(groups, codec: engine.codec) { number in
      do { return try engine.catalog.site(number) } catch {
        failure = error
        return SiteID(deviceHigh: 0, deviceLow: 0, incarnation: 0)
      }
    }
    if let failure { throw failure }
    guard body.count <= Limits.partBytes else { throw SyncKitError(.valueTooLarge, ["table": groups[0].table]) }
    parts.append(ChangesetHeader.Part(rows: groupRows, bytes: body.count, digest: engine.codec.digest(body)))
    if parts.count == 1 { firstBody = body } else { try engine.log.appendPart(scope: scope, dot: dot, part: parts.count - 1, body: body) }
    groups.removeAll()
    (groupRows, groupBytes) = (0, 0)
  }

  /// Ends the changeset.
  func finish(transaction: ChangesetHeader.Transaction, note: String) throws {
    try endPart()
    guard let firstBody else { return }
    var read: [Dot] = []
    for (site, seq) in needs { read.append(Dot(site: try engine.catalog.site(site), seq: seq)) }
    let header = ChangesetHeader(
      scope: try engine.catalog.scope(scope), dot: Dot(site: engine.site, seq: dot.seq), time: time, wallClock: engine.wallClock,
      author: engine.author, transaction: transaction, schema: engine.schemaVersion, certificate: [], previous: previous,
      needs: VersionVector(read), note: note, parts: parts)
    let encoded = header.encoded
    try engine.log.appendHead(
      scope: scope, dot: dot, time: time, arrived: try engine.arrival(), header: encoded, signature: [], body: firstBody)
    engine.noteHead(ScopeHead(seq: dot.seq, hash: engine.codec.digest(encoded), latest: time), ofScope: scope)
  }
}
