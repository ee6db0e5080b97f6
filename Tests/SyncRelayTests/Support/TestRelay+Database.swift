import Foundation
import GRDB
import Testing

@testable import SyncRelay

extension TestRelay {
  /// The file's connections.
  var pool: DatabasePool {
    get throws { try #require(relay.store as? SQLiteStore).pool }
  }

  /// Looks into the relay's file by a connection of its own.
  func read<T>(_ query: (Database) throws -> T) throws -> T {
    try DatabaseQueue(path: path).read(query)
  }

  /// How many rows a table has.
  func count(_ table: String) throws -> Int {
    try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1 }
  }

  /// All bytes of the file and of those beside it.
  func storedBytes() throws -> Data {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: Data()) { all, name in
      all.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }
  }
}
