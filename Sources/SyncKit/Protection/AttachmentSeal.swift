import SyncBlobs

/// How a protected replica's files lie encrypted in their folder: each by a key of its own, which follows from the replica's.
struct AttachmentSeal: BlobSealing {
  /// What is written is encrypted by this one.
  private let key: StorageKey

  private static let context = "attachment"

  init(_ key: StorageKey) { self.key = key }

  func makeCipher() -> any BlobCipher { SealedBlob(key, context: Self.context) }

  func cipher(of beginning: [UInt8]) throws(BlobError) -> (any BlobCipher)? {
    switch SealedHeader.read(beginning) {
    case .otherwise: return nil
    case .newer: throw BlobError(.newerFormat, Self.context)
    case .sealed(let header):
      guard header.fits(key) else { throw BlobError(.wrongKey, Self.context) }
      return SealedBlob(header, key, Self.context)
    }
  }
}
