import Crypto
import Foundation
public import SyncBlobs

/// The cipher of a file that is written once and read in parts: a photograph, a document, a small secret.
///
/// It begins with the header of every encrypted file; then come chunks, each with a nonce and a tag of its own, which belong to their place,
/// and of which the last says that it is: a file that was cut short is noticed (`BlobLayout` tells where what stands).
public struct SealedBlob: BlobCipher {
  private let key: SymmetricKey
  private let header: SealedHeader

  /// For a new file.
  /// - Parameters:
  ///   - key: by what it is encrypted.
  ///   - context: what it is; it has to be named alike to read it, so that no file can take another's place.
  public init(_ key: StorageKey, context: String) {
    self.init(SealedHeader(key), key, context)
  }

  /// For a file that begins so.
  init(_ header: SealedHeader, _ key: StorageKey, _ context: String) {
    self.header = header
    self.key = key.derived(for: "blob \(context)", salt: header.salt)
  }

  /// Whether a file begins as an encrypted one does.
  public static func isSealed(_ beginning: [UInt8]) -> Bool { SealedHeader.read(beginning) != .otherwise }

  // MARK: Chunks

  public var beginning: [UInt8] { header.encoded }

  public func seal(_ chunk: [UInt8], number: Int, isLast: Bool) throws -> [UInt8] {
    precondition(isLast ? chunk.count <= BlobLayout.chunkBytes : chunk.count == BlobLayout.chunkBytes, "chunks are of one size")
    let box = try AES.GCM.seal(chunk, using: key, authenticating: Self.place(number, isLast))
    return Array(box.combined ?? Data())
  }

  public func open(_ sealed: [UInt8], number: Int, isLast: Bool) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    return (try? AES.GCM.open(box, using: key, authenticating: Self.place(number, isLast))).map { Array($0) }
  }

  private static func place(_ number: Int, _ isLast: Bool) -> [UInt8] {
    withUnsafeBytes(of: UInt64(number).littleEndian) { Array($0) } + [isLast ? 1 : 0]
  }

  // MARK: Small files

  /// Encrypts a file as a whole.
  public static func seal(_ contents: [UInt8], by key: StorageKey, context: String) throws -> [UInt8] {
    let blob = SealedBlob(key, context: context)
    var out = blob.beginning
    var (at, number) = (0, 0)
    repeat {
      let end = min(contents.count, at + BlobLayout.chunkBytes)
      out += try blob.seal(Array(contents[at..<end]), number: number, isLast: end == contents.count)
      (at, number) = (end, number + 1)
    } while at < contents.count
    return out
  }

  /// Decrypts a file as a whole.
  /// - Throws: ``SyncKitError/Code/notProtected``, ``SyncKitError/Code/wrongKey``, ``SyncKitError/Code/newerFormat``,
  ///   ``SyncKitError/Code/damaged``.
  public static func open(_ sealed: [UInt8], by key: StorageKey, context: String) throws -> [UInt8] {
    let header: SealedHeader
    switch SealedHeader.read(sealed) {
    case .sealed(let read): header = read
    case .newer(let version):
      throw SyncKitError(.newerFormat, ["format": String(version), "supported": String(SealedHeader.version)])
    case .otherwise: throw SyncKitError(.notProtected)
    }
    guard header.fits(key) else { throw SyncKitError(.wrongKey) }
    let blob = SealedBlob(header, key, context)
    var rest = sealed.dropFirst(BlobLayout.beginningBytes)
    var (out, number): ([UInt8], Int) = ([], 0)
    repeat {
      let chunk = rest.prefix(BlobLayout.chunkBytes + BlobLayout.overhead)
      rest = rest.dropFirst(chunk.count)
      guard let bytes = blob.open(Array(chunk), number: number, isLast: rest.isEmpty) else { throw SyncKitError(.damaged) }
      out += bytes
      number += 1
    } while !rest.isEmpty
    return out
  }
}
