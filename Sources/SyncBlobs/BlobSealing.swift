/// How the files of a folder lie encrypted on the disk. It is handed in by whoever has the key: this module knows where chunks stand, and
/// nothing of ciphers.
public protocol BlobSealing: Sendable {
  /// For a file that is made now.
  func makeCipher() -> any BlobCipher

  /// For a file that is there.
  /// - Parameter beginning: its first ``BlobLayout/beginningBytes``, or as many as it has.
  /// - Returns: its cipher, and whether it is as files are to lie that are written now; nil for a file that lies in clear.
  /// - Throws: ``BlobError`` with `wrongKey` or `newerFormat`.
  func cipher(of beginning: [UInt8]) throws(BlobError) -> (cipher: any BlobCipher, isCurrent: Bool)?
}

/// Encrypts one file, chunk by chunk. A chunk belongs to its place, and the last one says that it is.
public protocol BlobCipher: Sendable {
  /// What the file begins with, in clear: ``BlobLayout/beginningBytes``.
  var beginning: [UInt8] { get }

  /// Encrypts one chunk, which becomes ``BlobLayout/overhead`` bytes longer.
  func seal(_ chunk: [UInt8], number: Int, isLast: Bool) throws -> [UInt8]

  /// Decrypts one chunk.
  /// - Returns: nil when it is not what was written there by this key.
  func open(_ sealed: [UInt8], number: Int, isLast: Bool) -> [UInt8]?
}

/// Where what stands in an encrypted file.
public enum BlobLayout {
  /// How long the beginning is, in bytes.
  public static let beginningBytes = 512
  /// How many bytes are encrypted together: all chunks but the last have so many.
  public static let chunkBytes = 64 << 10
  /// What a chunk takes beyond its contents: a nonce and a tag.
  public static let overhead = 28
  /// How long a whole chunk is on the disk.
  static let sealedChunkBytes = chunkBytes + overhead

  /// Where a chunk begins on the disk.
  static func place(of chunk: Int) -> Int { beginningBytes + chunk * sealedChunkBytes }

  /// How many chunks a file of so many bytes on the disk has.
  public static func chunks(onDisk bytes: Int) -> Int {
    (max(0, bytes - beginningBytes) + sealedChunkBytes - 1) / sealedChunkBytes
  }

  /// How many bytes a file holds that has so many on the disk; nil where no file could have so many.
  public static func size(onDisk bytes: Int) -> Int? {
    let chunks = chunks(onDisk: bytes)
    guard chunks > 0, bytes - place(of: chunks - 1) >= overhead else { return nil }
    return bytes - beginningBytes - chunks * overhead
  }
}
