import Foundation

/// What the files of one database are encrypted by.
struct SealedSecrets {
  let pages: SealedCipher
  let log: SealedCipher
  let journal: SealedCipher

  init(_ key: StorageKey, _ header: SealedHeader) {
    pages = SealedCipher(key.derived(for: "pages", salt: header.salt))
    log = SealedCipher(key.derived(for: "log", salt: header.salt))
    journal = SealedCipher(key.derived(for: "journal", salt: header.salt))
  }
}

/// The keys that this process opens databases by. SQLite hands a database's name on and nothing else, so that the name carries a key's
/// number here; the key itself never stands in a text.
enum SealedKeys {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var keys: [StorageKey] = []

  /// The key's number. One key has one number for as long as the process lives.
  static func number(of key: StorageKey) -> Int {
    lock.withLock {
      if let known = keys.firstIndex(where: { $0.secret == key.secret }) { return known }
      keys.append(key)
      return keys.count - 1
    }
  }

  static func key(_ number: Int) -> StorageKey? { lock.withLock { keys.indices.contains(number) ? keys[number] : nil } }
}
