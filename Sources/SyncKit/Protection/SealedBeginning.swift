import CSQLite
import Foundation

/// Reads what an encrypted database begins with, or writes it where there is nothing yet.
struct SealedBeginning {
  struct Refusal: Error { let result: Int32 }

  private let file: UnsafeMutablePointer<sqlite3_file>
  private let isReadOnly: Bool
  /// How often another process that makes the same file is waited for, a millisecond each.
  private static let patience = 2000

  init(_ file: UnsafeMutablePointer<sqlite3_file>, isReadOnly: Bool) { (self.file, self.isReadOnly) = (file, isReadOnly) }

  private var methods: sqlite3_io_methods { file.pointee.pMethods.pointee }

  /// The header of a database that a key opens.
  func header(_ key: StorageKey) -> Result<SealedHeader, Refusal> {
    for _ in 0..<Self.patience {
      var size: Int64 = 0
      guard methods.xFileSize(file, &size) == SQLITE_OK else { return refusal(SQLITE_IOERR | 7 << 8) }
      if size > 0 { return read(key) }
      if isReadOnly { return refusal(SQLITE_CANTOPEN) }
      switch make(key) {
      case SQLITE_OK, SQLITE_BUSY: usleep(1000)
      case let problem: return refusal(problem)
      }
    }
    return refusal(SQLITE_BUSY)
  }

  private func refusal(_ result: Int32) -> Result<SealedHeader, Refusal> { .failure(Refusal(result: result)) }

  private func read(_ key: StorageKey) -> Result<SealedHeader, Refusal> {
    var bytes = [UInt8](repeating: 0, count: SealedHeader.byteCount)
    let result = bytes.withUnsafeMutableBytes { methods.xRead(file, $0.baseAddress, Int32($0.count), 0) }
    guard result == SQLITE_OK || result == SQLITE_IOERR | 2 << 8 else { return refusal(result) }
    // Whose key it is, is said better before SQLite is asked (SealedExamination).
    guard case .sealed(let header) = SealedHeader.read(bytes), header.fits(key) else { return refusal(SQLITE_NOTADB) }
    return .success(header)
  }

  /// Writes the header, if nobody has meanwhile: two headers would be two keys. It is on the disk before anything that depends on it.
  private func make(_ key: StorageKey) -> Int32 {
    defer { _ = methods.xUnlock(file, SQLITE_LOCK_NONE) }
    for level in [SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED, SQLITE_LOCK_EXCLUSIVE] {
      let result = methods.xLock(file, level)
      if result != SQLITE_OK { return result }
    }
    var size: Int64 = 0
    guard methods.xFileSize(file, &size) == SQLITE_OK, size == 0 else { return SQLITE_BUSY }
    let bytes = SealedHeader(key).encoded
    let written = bytes.withUnsafeBytes { methods.xWrite(file, $0.baseAddress, Int32($0.count), 0) }
    guard written == SQLITE_OK else {
      _ = methods.xTruncate(file, 0)
      return written
    }
    return methods.xSync(file, SQLITE_SYNC_NORMAL)
  }
}
