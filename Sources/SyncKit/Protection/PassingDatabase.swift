import Foundation

/// A database that lies on the disk for a while only, encrypted by a key that is kept nowhere: whoever finds it after a crash finds nothing in
/// it, and neither does its maker.
public struct PassingDatabase: Sendable {
  /// Where it lies.
  public let path: String
  private let key = StorageKey()

  /// Makes an empty one that only its owner may read, in the place of one that a crash has left.
  /// - Throws: ``SyncKitError/Code/readOnly`` where none can be made.
  public init(_ path: String) throws {
    self.path = path
    remove()
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SyncKitError(.readOnly, ["path": path, "errno": String(errno)]) }
    close(descriptor)
  }

  /// By what name SQLite opens it, in this process alone.
  public var name: String { get throws { try SealedFiles.name(of: path, key) } }

  /// Removes it, with what SQLite left beside it.
  public func remove() { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }

  /// All of the file in clear, some pages at a time. Nobody writes to it meanwhile.
  /// - Throws: ``SyncKitError/Code/damaged`` where something else stands there than was written.
  func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
    let file = try BundleFile(path)
    let damaged = SyncKitError(.damaged, ["path": path])
    guard case .sealed(let header) = SealedHeader.read(try file.read(SealedHeader.byteCount)), header.fits(key) else { throw damaged }
    let cipher = SealedSecrets(key, header).pages
    var (page, piece): (Int, [UInt8]) = (0, [])
    while case let sealed = try file.read(SealedUnits.pageBytes + SealedUnits.overhead), !sealed.isEmpty {
      guard let bytes = sealed.withUnsafeBytes({ cipher.open($0, number: page) }) else { throw damaged }
      piece += bytes
      page += 1
      guard piece.count >= Self.pieceBytes else { continue }
      try body(piece)
      piece.removeAll(keepingCapacity: true)
    }
    if !piece.isEmpty { try body(piece) }
  }

  /// Of whole pages.
  private static let pieceBytes = 64 * SealedUnits.pageBytes
}
