import Foundation
import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files beside the log: copies that are being made, and what stood in its place.
extension RelayFile {
  /// What SQLite keeps beside a database.
  static let companions = ["-wal", "-shm", "-journal"]

  /// How long to wait for others to close a log, in seconds: a command that is just ending.
  private static let aloneSeconds = 2.0

  /// Makes an empty file that only its owner may read, in place of one that was left there.
  static func makeEmpty(_ path: String) throws(RelayError) {
    remove(path)
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
    close(descriptor)
  }

  /// Removes a file, and what stands beside it.
  static func remove(_ path: String) { for suffix in [""] + companions { unlink(path + suffix) } }

  /// Makes sure that a file, or what a folder lists, survives a loss of power.
  static func bringToDisk(_ path: String) throws(RelayError) {
    let descriptor = Foundation.open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw RelayError(.cannotOpen, "errno \(errno)") }
  }

  /// Opens a log that has to be one, to be read alone.
  static func openReadOnly(_ path: String) throws -> DatabaseQueue {
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(readonly: true))
      let marks = try queue.read(marks)
      guard marks.application == applicationID else { throw RelayError(.notARelay, "application_id \(marks.application)") }
      guard marks.version <= formatVersion else { throw RelayError(.newerFormat, "format \(marks.version)") }
      return queue
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw RelayError(.notARelay, "not a database")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      throw RelayError(.damaged, "SQLite \(error.extendedResultCode.rawValue)")
    } catch let error as DatabaseError {
      throw RelayError(.cannotOpen, "SQLite \(error.extendedResultCode.rawValue)")
    }
  }

  /// Opens a log so that nobody else has it open, and brings all of it into its one file.
  ///
  /// - Returns: nil where what is there cannot be read as a log of this version.
  /// - Throws: ``RelayError`` with `inUse` when another process has it open.
  static func openAlone(_ path: String) throws -> DatabaseQueue? {
    do {
      var configuration = configuration()
      configuration.busyMode = .timeout(aloneSeconds)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      return try queue.inDatabase { db in
        guard try marks(db).application == applicationID, try marks(db).version == formatVersion else { return nil }
        try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        // Leaving the write-ahead log takes the file for itself, which fails while anybody else has it open.
        return try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") == "delete" ? queue : nil
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw RelayError(.inUse, path)
    } catch is DatabaseError {
      return nil
    }
  }
}
