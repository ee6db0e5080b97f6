import Dispatch
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
  private var partInWork: PartInWork?
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
    try engine.check(group)
    if !groups.isEmpty, groupRows + group.rowCount > Limits.partRows || groupBytes + group.byteCount > engine.partTargetBytes * 2 {
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

  private func endPart(isLast: Bool = false) throws {
    guard !groups.isEmpty else { return }
    // A section beyond its limit, however well it compresses, could be written but never read again.
    guard groupBytes <= Limits.sectionBytes / 4 * 3 else { throw SyncKitError(.valueTooLarge, ["table": groups[0].table]) }
    var failure: (any Error)?
    let sections = ChangePart.sections(groups) { number in
      do { return try engine.catalog.site(number) } catch {
        failure = error
        return SiteID(deviceHigh: 0, deviceLow: 0, incarnation: 0)
      }
    }
    if let failure { throw failure }
    let part = PartInWork(sections, rows: groupRows, table: groups[0].table, codec: engine.codec, isElsewhere: !isLast)
    groups.removeAll()
    (groupRows, groupBytes) = (0, 0)
    try writePartInWork()
    partInWork = part
  }

  /// Waits for the part that is being compressed, and writes it.
  private func writePartInWork() throws {
    guard let part = partInWork else { return }
    partInWork = nil
    let (body, digest) = part.result()
    guard body.count <= Limits.partBytes else { throw SyncKitError(.valueTooLarge, ["table": part.table]) }
    parts.append(ChangesetHeader.Part(rows: part.rows, bytes: body.count, digest: digest))
    if parts.count == 1 { firstBody = body } else { try engine.log.appendPart(scope: scope, dot: dot, part: parts.count - 1, body: body) }
  }

  /// Ends the changeset.
  func finish(transaction: ChangesetHeader.Transaction, note: String) throws {
    try endPart(isLast: true)
    try writePartInWork()
    guard let firstBody else { return }
    var read: [Dot] = []
    for (site, seq) in needs { read.append(Dot(site: try engine.catalog.site(site), seq: seq)) }
    let known = VersionVector(read)
    let header = ChangesetHeader(
      scope: try engine.catalog.scope(scope), dot: Dot(site: engine.site, seq: dot.seq), time: time, wallClock: engine.wallClock,
      author: engine.author, transaction: transaction, schema: engine.schemaVersion, certificate: engine.certificateHash,
      previous: previous,
      needs: known, ends: try ChangesetHeader.ends(of: known) { try engine.hash(of: $0, in: scope) }, note: note, parts: parts)
    let encoded = header.encoded
    let hash = engine.codec.digest(encoded)
    var signature: [UInt8] = []
    if let signing = engine.signing {
      signature = try Seal(hash: hash, by: signing.signer, under: signing.certificate).signature
    }
    try engine.log.appendHead(
      scope: scope, dot: dot, time: time, arrived: try engine.arrival(), header: encoded, signature: signature, body: firstBody)
    engine.noteHead(ScopeHead(seq: dot.seq, hash: hash, latest: time), ofScope: scope)
  }
}

/// A part being compressed: of a long transaction on another core, while its next rows are read.
///
/// Written by the one who compresses and read once that is over; hence unchecked.
private final class PartInWork: @unchecked Sendable {
  let rows: Int
  let table: String
  private let done: DispatchGroup?
  private var body: [UInt8] = []
  private var digest: [UInt8] = []

  init(_ sections: ChangePart.Sections, rows: Int, table: String, codec: Codec, isElsewhere: Bool) {
    self.rows = rows
    self.table = table
    done = isElsewhere ? DispatchGroup() : nil
    if let done {
      DispatchQueue.global(qos: .userInitiated).async(group: done) { self.compress(sections, codec) }
    } else {
      compress(sections, codec)
    }
  }

  private func compress(_ sections: ChangePart.Sections, _ codec: Codec) {
    body = sections.encoded(codec: codec)
    digest = codec.digest(body)
  }

  func result() -> (body: [UInt8], digest: [UInt8]) {
    done?.wait()
    return (body, digest)
  }
}
