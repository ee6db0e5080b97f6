import SyncBlobs
import SyncCore

/// What had come of a pack when its link was cut for good: the next run goes on there, in another process too.
///
/// It lies among what arrives of attached files, encrypted where those are, and is one pack's at a time. A process that is killed keeps nothing
/// of it: a pack is about as large as one batch.
struct CutPack {
  private static let name = "pack"

  let folder: BlobFolder

  /// What is there of a pack.
  func begun(_ pack: Pack) -> [UInt8] {
    let kept = (try? folder.head(of: Self.name, upTo: pack.digest.count + pack.bytes)) ?? []
    return kept.starts(with: pack.digest) ? Array(kept.dropFirst(pack.digest.count)) : []
  }

  /// Keeps what has come of a pack, in place of any other's. Where that fails the next run begins anew, and nothing else is wrong.
  func keep(_ bytes: [UInt8], of pack: Pack) {
    drop()
    try? folder.append(pack.digest + bytes, at: 0, to: Self.name)
  }

  func drop() { try? folder.drop(Self.name) }
}
