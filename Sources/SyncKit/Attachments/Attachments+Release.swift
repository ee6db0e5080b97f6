public import SyncBlobs
public import SyncCore

/// What a device has let go of, or in a dry run would: files that the other side has given its receipt for.
public struct AttachmentRelease: Hashable, Sendable {
  /// Files that nothing here names any more.
  public var unnamed: [[UInt8]] = []
  /// Files that rows name, and that can be fetched again.
  public var fetchable: [[UInt8]] = []
  public var bytes: Int64 = 0

  public init() {}
}

extension Attachments {
  /// The files here that the other side has given its receipt for.
  public func withReceipt(peer: String) throws -> Set<[UInt8]> { Set(try PeerMemory(replica, peer).receipts().keys) }

  /// Lets go of those of some files that nothing here names any more, neither a row nor anything that a row could show again.
  ///
  /// What was put here lately stays: whoever has put it may be about to write the row.
  /// - Parameters:
  ///   - files: what need not be kept for anybody else: the other side has given its receipt, or has let go of it itself.
  ///   - dryRun: whether only to tell what would go.
  ///   - isEnough: asked before each file whether to stop.
  public func releaseUnnamed(
    of files: Set<[UInt8]>, dryRun: Bool = false, until isEnough: () -> Bool = { false }
  ) throws -> AttachmentRelease {
    let candidates = files.intersection(folder.digests())
    let unnamed = candidates.subtracting(try mentioned(among: candidates))
    var release = AttachmentRelease()
    for digest in unnamed.sorted(by: { $0.lexicographicallyPrecedes($1) }) where !isEnough() {
      guard let bytes = try letGo(digest, dryRun) else { continue }
      release.unnamed.append(digest)
      release.bytes += Int64(bytes)
    }
    return release
  }

  /// Lets go of files that rows name and that can be fetched again: those that the other side verified longest ago, until there is room.
  ///
  /// Only what was verified ``AttachmentLimits/receiptMilliseconds`` ago goes, so that the other side's backups have it too; and the other
  /// side is asked for it once more before.
  public func releaseFetchable(
    from store: some BlobStore, peer: String, dryRun: Bool = false, until isEnough: () -> Bool = { false }
  ) throws -> AttachmentRelease {
    let receipts = try PeerMemory(replica, peer).receipts()
    let latest = replica.configuration.clock() - AttachmentLimits.receiptMilliseconds
    let byDigest = Dictionary(grouping: try named().filter(isHere), by: \.digest)
    // A file that is attached in several scopes has to be verified in each.
    let old = byDigest.compactMap { digest, names -> (at: Int64, names: [BlobName])? in
      guard let told = receipts[digest], names.allSatisfy({ told[$0.scope] != nil }), let at = told.values.max(), at <= latest else {
        return nil
      }
      return (at, names)
    }.sorted { ($0.at, Hex.text($0.names[0].digest)) < ($1.at, Hex.text($1.names[0].digest)) }
    var release = AttachmentRelease()
    for (_, names) in old where !isEnough() {
      guard try store.states(of: names).states.allSatisfy({ $0 == .held }), let bytes = try letGo(names[0].digest, dryRun) else { continue }
      release.fetchable.append(names[0].digest)
      release.bytes += Int64(bytes)
    }
    return release
  }

  /// Whether the disk has as much room as is to stay free.
  public func hasRoom() -> Bool { folder.freeBytes.map { $0 >= AttachmentLimits.freeReserveBytes } ?? true }

  /// - Returns: how long it was; nil where it stays.
  private func letGo(_ digest: [UInt8], _ dryRun: Bool) throws -> Int? {
    guard let bytes = folder.size(of: digest) else { return nil }
    let time = (replica.configuration.clock() - AttachmentLimits.settlingMilliseconds) / 1000
    return try folder.remove(digest, ifWrittenBefore: time, dryRun: dryRun) ? bytes : nil
  }
}

extension AttachmentLimits {
  /// How old the other side's receipt has to be before a device lets go of a file that rows name, in milliseconds: as old as a backup may be
  /// from which the other side is restored.
  public static let receiptMilliseconds: Int64 = 30 * 24 * 3_600_000
  /// For how long a file that was put here may wait for the row that names it, in milliseconds.
  public static let settlingMilliseconds: Int64 = 24 * 3_600_000
  /// How long what has arrived in part stays after its last bytes came, in milliseconds.
  public static let partialMilliseconds: Int64 = 30 * 24 * 3_600_000
}
