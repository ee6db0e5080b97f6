public import SyncBlobs

/// How the files of a folder lie encrypted: each by a key of its own, which follows from one key.
public struct AttachmentSeal: BlobSealing {
  /// What is written is encrypted by this one.
  private let key: StorageKey
  /// What was written may be encrypted by this one still.
  private let former: StorageKey?

  private static let context = "attachment"

  /// - Parameters:
  ///   - key: by what files are encrypted.
  ///   - former: by what they were, while one key takes the other's place.
  public init(_ key: StorageKey, former: StorageKey? = nil) { (self.key, self.former) = (key, former) }

  public func makeCipher() -> any BlobCipher { SealedBlob(key, context: Self.context) }

  public func cipher(of beginning: [UInt8]) throws(BlobError) -> (cipher: any BlobCipher, isCurrent: Bool)? {
    switch SealedHeader.read(beginning) {
    case .otherwise: return nil
    case .newer: throw BlobError(.newerFormat, Self.context)
    case .sealed(let header):
      if header.fits(key) { return (SealedBlob(header, key, Self.context), true) }
      if let former, header.fits(former) { return (SealedBlob(header, former, Self.context), false) }
      throw BlobError(.wrongKey, Self.context)
    }
  }
}
