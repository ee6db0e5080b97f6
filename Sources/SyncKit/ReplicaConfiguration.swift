import Foundation
public import SyncCore

/// How a replica is opened: who writes, what is synced, and where time and chance come from.
public struct ReplicaConfiguration: Sendable {
  /// The tables that take part in sync.
  public var tables: [SyncedTable]
  /// The user whose writes these are: travels with each changeset.
  public var author: String
  /// The version of the application's schema; raise it with every migration.
  public var schemaVersion: Int
  /// The wall clock, in milliseconds since 1970.
  public var clock: @Sendable () -> Int64
  /// Random bytes, as many as asked for.
  public var random: @Sendable (Int) -> [UInt8]
  /// The kind of file system a path lies on; see ``FileSystemProbe``.
  public var fileSystem: FileSystemProbe
  /// Where this machine remembers which file is which replica's: by it a copied or restored file is recognised before it writes. Nil to leave
  /// that to the first contact, which recognises it in any case.
  public var marks: ReplicaMarks?
  /// By what this replica signs what is written here: the certificate has to be its own device's and author's. Nil to sign nothing.
  public var signing: Signing?
  /// By what this replica reads bundles that were encrypted for its device. Nil to read only those in clear.
  public var encryption: EncryptionKey?
  /// Keys that the device had before: what was encrypted for them can still be read.
  public var formerEncryption: [EncryptionKey] = []
  /// Whose certificates are believed: what no device signed that they vouch for is not taken, from whoever it comes. Nil to take all.
  public var trust: Trust?
  /// By what the replica's file is encrypted, with its log and whatever SQLite writes beside it. Nil for a file in clear. A file is
  /// one or the other: what was in clear is encrypted by ``Replica/protect(path:with:former:marks:)``, and never in passing.
  public var storageKey: StorageKey?
  /// Where rows name files that belong to them. Their scopes are those of the rows.
  public var attachments: [AttachmentColumns] = []
  /// Whether what others have left out of their logs stays in this one: an archive, from which all history can be told.
  public var keepsHistory = false
  /// Whether each commit is on the disk before it returns. Turn off only to measure: a changeset must not leave before it is durable.
  public var isDurable = true
  /// When a changeset's part ends; small, so that little data makes many parts.
  package var partTargetBytes = Limits.partTargetBytes

  /// The machine's clock.
  public static let systemClock: @Sendable () -> Int64 = { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }

  /// The machine's source of chance, asked for eight bytes at a time.
  public static let systemRandom: @Sendable (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    while bytes.count < count {
      let word = generator.next()
      for shift in stride(from: UInt64(0), to: 64, by: 8) where bytes.count < count {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return bytes
  }

  public init(
    tables: [SyncedTable], author: String, schemaVersion: Int = 1,
    clock: @escaping @Sendable () -> Int64 = systemClock,
    random: @escaping @Sendable (Int) -> [UInt8] = systemRandom,
    fileSystem: FileSystemProbe = .system, marks: ReplicaMarks? = nil
  ) {
    self.tables = tables
    self.author = author
    self.schemaVersion = schemaVersion
    self.clock = clock
    self.random = random
    self.fileSystem = fileSystem
    self.marks = marks
  }
}
