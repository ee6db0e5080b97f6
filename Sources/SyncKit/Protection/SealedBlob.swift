import Crypto
import Foundation

/// A file that is written once and read in parts, encrypted: a photograph, a document, a small secret.
///
/// It begins with the header of every encrypted file; then come chunks of ``chunkBytes``, each with a nonce and a tag of its own, which belong
/// to their place, and of which the last says that it is: a file that was cut short is noticed when it is opened.
public struct SealedBlob: Sendable {
  /// How many bytes are encrypted together.
  public static let chunkBytes = 64 << 10

  private let cipher: SymmetricKey
  private let header: SealedHeader
  private let overhead = 28

  /// For a new file.
  /// - Parameters:
  ///   - key: by what it is encrypted.
  ///   - context: what it is; it has to be named alike to read it, so that no file can take another's place.
  public init(_ key: StorageKey, context: String) {
    self.init(SealedHeader(key), key, context)
  }

  private init(_ header: SealedHeader, _ key: StorageKey, _ context: String) {
    self.header = header
    cipher = key.derived(for: "blob \(context)", salt: header.salt)
  }

  /// Whether a file begins as an encrypted one does.
  public static func isSealed(_ beginning: [UInt8]) -> Bool { SealedHeader.read(beginning) != .otherwise }

  // MARK: Writing

  /// What the file begins with, before the first chunk.
  public var beginning: [UInt8] { header.encoded }

  /// Encrypts one chunk. All but the last have ``chunkBytes``; a file without any contents has one of none.
  public func seal(_ chunk: [UInt8], number: Int, isLast: Bool) throws -> [UInt8] {
    precondition(isLast ? chunk.count <= Self.chunkBytes : chunk.count == Self.chunkBytes, "chunks are of one size")
    let box = try AES.GCM.seal(chunk, using: cipher, authenticating: Self.place(number, isLast))
    return Array(box.combined ?? Data())
  }

  /// Encrypts a file as a whole.
  public static func seal(_ contents: [UInt8], by key: StorageKey, context: String) throws -> [UInt8] {
    let blob = SealedBlob(key, context: context)
    var out = blob.beginning
    var (at, number) = (0, 0)
    repeat {
      let end = min(contents.count, at + chunkBytes)
      out += try blob.seal(Array(contents[at..<end]), number: number, isLast: end == contents.count)
      (at, number) = (end, number + 1)
    } while at < contents.count
    return out
  }

  // MARK: Reading

  /// Reads parts of a file that lies on the disk.
  public struct Reader {
    private let blob: SealedBlob
    private let file: FileHandle
    private let path: String
    /// How many bytes the contents have.
    public let size: Int
    private let chunks: Int

    /// - Throws: ``SyncKitError/Code/notFound``, ``SyncKitError/Code/notProtected``, ``SyncKitError/Code/wrongKey``,
    ///   ``SyncKitError/Code/newerFormat``, ``SyncKitError/Code/damaged``.
    public init(_ path: String, by key: StorageKey, context: String) throws {
      guard let file = FileHandle(forReadingAtPath: path) else { throw SyncKitError(.notFound, ["path": path]) }
      (self.file, self.path) = (file, path)
      let header: SealedHeader
      switch SealedHeader.read(Array(try file.read(upToCount: SealedHeader.byteCount) ?? Data())) {
      case .sealed(let read): header = read
      case .newer(let version):
        throw SyncKitError(.newerFormat, ["format": String(version), "supported": String(SealedHeader.version)])
      case .otherwise: throw SyncKitError(.notProtected, ["path": path])
      }
      guard header.fits(key) else { throw SyncKitError(.wrongKey, ["path": path]) }
      blob = SealedBlob(header, key, context)
      let length = Int(try file.seekToEnd()) - SealedHeader.byteCount
      let sealedChunk = SealedBlob.chunkBytes + blob.overhead
      chunks = (length + sealedChunk - 1) / sealedChunk
      size = length - chunks * blob.overhead
      guard chunks > 0, length - (chunks - 1) * sealedChunk >= blob.overhead else { throw SyncKitError(.damaged, ["path": path]) }
      // That it is the last is what tells that nothing is missing.
      _ = try chunk(chunks - 1)
    }

    /// Reads a part of the contents, which has to lie within ``size``.
    public func read(_ range: Range<Int>) throws -> [UInt8] {
      guard range.lowerBound >= 0, range.upperBound <= size else { throw SyncKitError(.notFound, ["path": path]) }
      let first = range.lowerBound / SealedBlob.chunkBytes
      var out: [UInt8] = []
      for number in first...max(first, (range.upperBound - 1) / SealedBlob.chunkBytes) where number < chunks {
        out += try chunk(number)
      }
      let start = range.lowerBound - first * SealedBlob.chunkBytes
      return Array(out[start..<start + range.count])
    }

    /// All of the contents.
    public func readAll() throws -> [UInt8] { try read(0..<size) }

    private func chunk(_ number: Int) throws -> [UInt8] {
      let sealedChunk = SealedBlob.chunkBytes + blob.overhead
      try file.seek(toOffset: UInt64(SealedHeader.byteCount + number * sealedChunk))
      let sealed = try file.read(upToCount: sealedChunk) ?? Data()
      guard let box = try? AES.GCM.SealedBox(combined: sealed),
        let bytes = try? AES.GCM.open(box, using: blob.cipher, authenticating: SealedBlob.place(number, number == chunks - 1))
      else { throw SyncKitError(.damaged, ["path": path]) }
      return Array(bytes)
    }
  }

  private static func place(_ number: Int, _ isLast: Bool) -> [UInt8] {
    withUnsafeBytes(of: UInt64(number).littleEndian) { Array($0) } + [isLast ? 1 : 0]
  }
}
