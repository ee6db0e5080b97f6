import Foundation
import GRDB
public import SyncCore

/// Who wrote, when by their own clock and by ours, having read what.
public struct WriteInfo: Sendable, Hashable {
  public let dot: Dot
  public let author: String
  /// What the author's wall clock showed, in milliseconds since 1970. It may be wrong.
  public let wallClock: Int64
  /// The hybrid time, which picks what is shown among concurrent values.
  public let time: HybridTime
  /// When it came into this replica's log, in milliseconds since 1970 by this machine's clock.
  public let arrived: Int64
  /// The reason given with it, if any.
  public let note: String
  /// The latest write of each site that the author had read of this row.
  public let read: [Dot]
  /// The cell's value as the author had read it, where one cell is asked about and it had been written before.
  public let readValue: Value?
}

/// One write in a row's history.
public struct HistoryEntry: Sendable {
  /// What the write did.
  public enum Kind: String, Sendable {
    case wrote, deleted, settled
    /// It has no effect: the office has rejected it, or what made the row (``Replica/rejections()``).
    case rejected
  }

  public let write: WriteInfo
  public let kind: Kind
  /// The written columns with their values; of a counter the increment.
  public let values: [String: Value]
}

extension Replica {
  /// Tells who wrote a row, or one of its columns, in the order in which the writes came to this replica.
  public func history(of row: RowReference, column: String? = nil) throws -> [HistoryEntry] {
    try look { snapshot in
      guard let scope = try snapshot.catalog.known(row.scope) else { return [] }
      let place = RowHistory.Row(table: row.table, key: row.keyBytes)
      let writes = try RowHistory(log: snapshot.log, names: snapshot.names).writes(to: [place], inScope: scope)[place] ?? []
      return try writes.filter { write in
        column.map { name in write.isDeletion || write.values.contains { $0.column == name } } ?? true
      }.map { write in
        HistoryEntry(
          write: try snapshot.info(write, column: column, among: writes),
          kind: write.isRejected ? .rejected : write.isSettlement ? .settled : write.isDeletion ? .deleted : .wrote,
          values: Dictionary(
            write.values.filter { column == nil || $0.column == column }.map { ($0.column, $0.value) },
            uniquingKeysWith: { first, _ in first }))
      }
    }
  }

  /// The rows of a table as they stood on this replica right after it had taken in a changeset.
  ///
  /// The log is replayed into a replica of its own, by the same merge.
  /// - Throws: ``SyncKitError/Code/notFound`` when the changeset is not here, ``SyncKitError/Code/historyLeftOut`` when something that was
  ///   displayed then may have been left out of the log since.
  public func rows(of table: String, in scope: ScopeID, asOf dot: Dot) throws -> [[String: Value]] {
    let (fragments, omissions, rejections, schema) = try look { snapshot -> ([Fragment], [Omission], [Rejection], [String]) in
      guard let number = try snapshot.catalog.known(scope) else { throw SyncKitError(.notFound, ["scope": scope.name]) }
      let entries = try snapshot.log.entries(inScope: number)
      guard let end = try entries.firstIndex(where: { try snapshot.dots([$0.dot])[0] == dot }) else {
        throw SyncKitError(.notFound, ["changeset": dot.description])
      }
      if let omitted = try snapshot.log.lastOmitted(inScope: number), entries[end].arrived < omitted {
        throw SyncKitError(.historyLeftOut, ["changeset": dot.description, "scope": scope.name, "at": String(omitted / 1000)])
      }
      let omissions = try snapshot.omissions(of: number)
      let fragments = try entries[...end].map { entry in
        let header = try ChangesetHeader(decoding: entry.header)
        let parts = try header.parts.indices.map { try snapshot.log.body(scope: number, dot: entry.dot, part: $0) }
        return Fragment(header: entry.header, signature: try snapshot.log.seal(entry, of: header), firstPart: 0, parts: parts)
      }
      var schema: [String] = []
      for shape in snapshot.tables {
        let read = try snapshot.connection.statement("SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1")
        read.bind(1, shape.name)
        if try read.step() { schema.append(read.string(0)) }
        read.reset()
      }
      return (fragments, omissions, try snapshot.rejections(inScope: number), schema)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("synckit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    // What is here has been judged, and nothing is written there.
    var unsigned = configuration
    (unsigned.signing, unsigned.trust) = (nil, nil)
    let past = try Replica(path: folder.appendingPathComponent("past.sqlite").path, configuration: unsigned) { migrator in
      migrator.registerMigration("schema") { db in for sql in schema { try db.execute(sql: sql) } }
    }
    _ = try past.work { try $0.store(fragments, omissions: omissions, rejections: rejections) }
    return try past.look { snapshot in
      guard let shape = snapshot.tables.first(where: { $0.name == table }) else { throw SyncKitError(.notFound, ["table": table]) }
      let all = try snapshot.connection.statement("SELECT \(shape.allList) FROM \(shape.quoted) ORDER BY \(shape.keyList)")
      var out: [[String: Value]] = []
      while try all.step() {
        var row: [String: Value] = [:]
        for (at, column) in (shape.key + shape.columns).enumerated() { row[column.name] = all.value(Int32(at)) }
        out.append(row)
      }
      return out
    }
  }
}

extension Snapshot {
  /// A write as it is told to people.
  /// - Parameter among: all the row's writes, to find what the author had read.
  func info(_ write: RowWrite, column: String?, among writes: [RowWrite]) throws -> WriteInfo {
    let read = column.flatMap { name in
      writes.filter { write.context.covers($0.dot) && $0.dot != write.dot && $0.values.contains { $0.column == name } }
        .max { $0.header.moment < $1.header.moment }?.values.first { $0.column == name }?.value
    }
    return try info(write, readValue: read)
  }

  func info(_ write: RowWrite, readValue: Value?) throws -> WriteInfo {
    WriteInfo(
      dot: write.header.dot, author: write.header.author, wallClock: write.header.wallClock, time: write.header.time,
      arrived: write.arrived / 1000, note: write.header.note, read: try dots(write.context), readValue: readValue)
  }
}
