/// A file as a row names it: by what it holds. The scope is the row's, and says who may have the file.
public struct BlobName: Hashable, Sendable {
  public let scope: ScopeID
  /// The SHA-256 of the file.
  public let digest: [UInt8]
  /// The file's length.
  public let bytes: Int

  /// Nil for a digest that is none, and for a length that no file has.
  public init?(scope: ScopeID, digest: [UInt8], bytes: Int) {
    guard digest.count == Self.digestBytes, bytes > 0 else { return nil }
    self.scope = scope
    self.digest = digest
    self.bytes = bytes
  }

  public static let digestBytes = 32
}

/// How a file stands with the other side.
public enum BlobState: Hashable, Sendable {
  /// So many of its bytes, from the first on, have come from the asker and are durable; the rest is asked for.
  case missing(received: Int)
  /// All of it is durable, and its digest was computed over what is: the receipt.
  case held
  /// It is not taken from the asker, for this reason.
  case refused(code: String)
}

/// A piece of a file that the other side holds.
public struct BlobPiece: Hashable, Sendable {
  public let bytes: [UInt8]
  /// The length of the whole file.
  public let total: Int

  public init(bytes: [UInt8], total: Int) {
    self.bytes = bytes
    self.total = total
  }
}

/// What the side has to be able to do that keeps files for others: a relay, over a network or in this process.
public protocol BlobStore {
  /// How files stand. Asks no more than ``Limits/blobNames`` at once.
  func states(of names: [BlobName]) throws -> BlobAnswer
  /// Takes the bytes of a file that follow those received. Nothing of it counts as received before it is durable.
  /// - Returns: how the file stands then. With the last byte its digest is computed; an empty piece at the end asks for that once more.
  func append(_ piece: [UInt8], at offset: Int, of name: BlobName) throws -> BlobState
  /// Some bytes of a file from a place on, at least one; no more than ``Limits/blobPieceBytes``.
  func read(_ digest: [UInt8], at offset: Int) throws -> BlobPiece
}
