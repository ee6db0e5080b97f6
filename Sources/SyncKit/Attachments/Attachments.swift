import Foundation
import GRDB
public import SyncBlobs
public import SyncCore

/// The columns of a synced table by which its rows name files.
public struct AttachmentColumns: Hashable, Sendable {
  /// A table among ``ReplicaConfiguration/tables``.
  public let table: String
  /// Holds the file's SHA-256 as 64 hexadecimal digits, or NULL.
  public let digest: String
  /// Holds the file's length.
  public let bytes: String

  public init(_ table: String, digest: String, bytes: String) {
    self.table = table
    self.digest = digest
    self.bytes = bytes
  }
}

/// The files that the rows of a replica name: which are here, and how each stands with the other side.
///
/// The rows are the list: what no row names is not sent, and what a row names is sent by whoever has it. Words go first: the row that names
/// a file has been exchanged before the file is.
///
/// ```swift
/// let (digest, bytes) = try replica.attachments.folder.put(copyOf: "photo.jpg", upTo: limit)
/// try replica.pool.write { db in … }                                       // a row that names it
/// try replica.sync(with: transport, peer: "relay")                         // words
/// try replica.attachments.send(to: RemoteBlobs(transport), peer: "relay")  // then pictures
/// ```
public struct Attachments: Sendable {
  let replica: Replica
  /// Where the files are: beside the replica's own file, with `-attachments` after its name; encrypted where the replica is.
  public let folder: BlobFolder

  init(_ replica: Replica) {
    self.replica = replica
    folder = Self.folder(of: replica.path, replica.configuration.storageKey)
  }

  /// The folder of a replica that need not be open.
  /// - Parameters:
  ///   - path: the replica's file.
  ///   - key: by what the replica is encrypted; nil where it lies in clear.
  ///   - former: by what its files may be encrypted still, while that key takes another's place.
  public static func folder(of path: String, _ key: StorageKey?, former: StorageKey? = nil) -> BlobFolder {
    BlobFolder(path + "-attachments", sealing: key.map { AttachmentSeal($0, former: former) })
  }

  /// The files that rows name, each once for each scope, the smallest first.
  public func named() throws -> [BlobName] {
    let declared = replica.configuration
    return try replica.read { db in
      var found: [[UInt8]: [ScopeID: BlobName]] = [:]
      for columns in declared.attachments {
        guard let table = declared.tables.first(where: { $0.name == columns.table }) else {
          throw SyncKitError(.unsuitableTable, ["table": columns.table, "reason": "attachments"])
        }
        let scope: (sql: String, values: StatementArguments) =
          switch table.scope {
          case .column(let column): (column.quotedIdentifier, [])
          case .fixed(let scope): ("?", [scope.name])
          }
        let (digest, bytes) = (columns.digest.quotedIdentifier, columns.bytes.quotedIdentifier)
        let rows = try Row.fetchCursor(
          db, sql: "SELECT \(scope.sql), \(digest), max(\(bytes)) FROM \(table.name.quotedIdentifier) WHERE \(digest) <> '' GROUP BY 1, 2",
          arguments: scope.values)
        while let row = try rows.next() {
          // Another's row may say anything; what names no file is no file.
          guard let scope = (row[0] as String?).flatMap({ ScopeID($0) }), let digest = (row[1] as String?).flatMap({ Hex.bytes($0) }),
            let name = BlobName(scope: scope, digest: digest, bytes: row[2] as Int? ?? 0)
          else { continue }
          found[digest, default: [:]][scope] = name
        }
      }
      return found.values.flatMap(\.values).sorted { ($0.bytes, Hex.text($0.digest), $0.scope) < ($1.bytes, Hex.text($1.digest), $1.scope) }
    }
  }

  /// Whether the file is here, as far as its length tells.
  func isHere(_ name: BlobName) -> Bool { folder.size(of: name.digest) == name.bytes }

  /// How each file that rows name stands.
  public func list(peer: String) throws -> [Attachment] {
    let known = try PeerMemory(replica, peer).attachmentStates()
    return try named().map { name in
      Attachment(name: name, isHere: isHere(name), state: known[name.scope]?[name.digest] ?? .queued)
    }
  }

  /// How many files stand how.
  public func status(peer: String) throws -> AttachmentStatus {
    var status = AttachmentStatus()
    for file in try list(peer: peer) {
      switch file.state {
      case .verified: status.verified += 1
      case .sent: status.sent += 1
      case .refused: status.refused += 1
      case .queued where file.isHere:
        status.queued += 1
        status.queuedBytes += file.name.bytes
      case .queued: break
      }
      if !file.isHere { status.elsewhere += 1 }
    }
    return status
  }

  /// Looks through every file here that a row names.
  /// - Returns: those that do not hold what their names say, and those of another length than the rows say.
  public func damaged() throws -> [BlobName] {
    var seen: [[UInt8]: Bool] = [:]
    return try named().filter { name in
      guard let size = folder.size(of: name.digest) else { return false }
      if let isDamaged = seen[name.digest] { return isDamaged }
      let isDamaged = try size != name.bytes || !folder.isIntact(name.digest)
      seen[name.digest] = isDamaged
      return isDamaged
    }
  }
}

/// A file that a row names.
public struct Attachment: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    /// The other side is not known to have it.
    case queued
    /// The other side has said that all of its bytes are there, and not yet that they are right.
    case sent
    /// The other side has its bytes durably, and computed their digest: the receipt.
    case verified
    /// The other side does not take it, for this reason.
    case refused(code: String)
  }

  public let name: BlobName
  /// Whether this device has it.
  public let isHere: Bool
  public let state: State
}

/// How many of the files that rows name stand how.
public struct AttachmentStatus: Hashable, Sendable {
  /// Here, and not known to be with the other side.
  public var queued = 0
  public var queuedBytes = 0
  public var sent = 0
  public var verified = 0
  public var refused = 0
  /// Not on this device.
  public var elsewhere = 0
}

/// The bounds of attachments on this side.
public enum AttachmentLimits {
  /// How much of a disk stays free when files are fetched that nobody asked for by name, in bytes.
  public static let freeReserveBytes: Int64 = 1 << 30
  /// How long what was verified counts before the other side is asked whether it has lost anything, in milliseconds.
  public static let recheckMilliseconds: Int64 = 3_600_000
  /// How often in a row a connection may end without a single byte more having arrived.
  public static let cutsInVain = 5
  /// The longest wait after such a cut, in seconds.
  public static let longestPause = 16
}

extension Replica {
  /// The files that rows name.
  public var attachments: Attachments { Attachments(self) }
}
