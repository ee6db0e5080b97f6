import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncRelay

extension TestRelay {
  /// The file's connections.
  var pool: DatabasePool {
    get throws { try #require(relay.store as? SQLiteStore).pool }
  }

  /// Looks into the relay's store.
  func read<T>(_ query: (any StoreTransaction) throws -> T) throws -> T { try relay.store.read(query) }

  /// How many rows a table has.
  func count(_ table: String) throws -> Int {
    try read { db in try db.value("SELECT count(*) FROM \(table)") ?? -1 }
  }

  /// All bytes of the file and of those beside it, or of every table.
  func storedBytes() throws -> Data {
    guard StoreKind.current == .sqlite else {
      return try read { db in
        try PostgresTables.names.reduce(into: Data()) { all, table in
          let rows: [String] = try db.values("SELECT CAST(\(table) AS TEXT) FROM \(table)")
          // Bytes are shown in hexadecimal: what is looked for would be too.
          for row in rows { all.append(Data((row + row.hexadecimalRead).utf8)) }
        }
      }
    }
    return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: Data()) { all, name in
      all.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }
  }
}

extension String {
  /// The texts that stand in it in hexadecimal.
  fileprivate var hexadecimalRead: String {
    matches(of: /\\x([0-9a-f]+)/).map { match in String(decoding: Hex.bytes(String(match.output.1)) ?? [], as: UTF8.self) }.joined()
  }
}
