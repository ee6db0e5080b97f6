import ArgumentParser
import Foundation
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay

/// Which files an exchange moves, after the words.
enum AttachmentWish: String, CaseIterable, ExpressibleByArgument {
  /// None: over a network that is paid by what goes through it.
  case none
  /// What is here and the relay lacks. What others attached is fetched when it is asked for.
  case send
  /// Those, and whatever others attached.
  case all
}

extension Exchange {
  /// Gives the relay the files that it lacks, and fetches what is wished for: once the words are exchanged, the small ones first. The caller
  /// holds a ``SyncLock``.
  func moveAttachments(_ wish: AttachmentWish, progress: @escaping (AttachmentSummary) -> Void = { _ in }) throws -> AttachmentSummary {
    let attachments = replica.attachments
    switch home.profile.role {
    case .archive: return AttachmentSummary()
    case .office:
      let relay = try relay ?? home.relay()
      var summary = try attachments.send(to: relay.officeAccess(), peer: Self.peer, over: link(progress))
      // The office has everything: both folders hold one file, where they are on one disk.
      summary.fetched = try attachments.adoptAll(from: relay.blobs)
      return summary
    case .laptop:
      guard wish != .none else { return AttachmentSummary() }
      let blobs = RemoteBlobs(try connection())
      var summary = try attachments.send(to: blobs, peer: Self.peer, over: link(progress))
      summary.released = try release(blobs, keepingNamed: wish == .all, until: attachments.hasRoom).bytes
      guard wish == .all else { return summary }
      let got = try attachments.fetchAll(from: blobs, peer: Self.peer, over: link(progress))
      (summary.fetched, summary.withoutRoom) = (got.fetched, got.withoutRoom)
      summary.bytesMoved += got.bytesMoved
      // What nobody has brought yet is not told as refused: it comes.
      summary.refused += got.refused.filter { $0.code != AttachmentRefusal.notThere }
      return summary
    }
  }

  /// Fetches files that somebody asks for by name.
  func fetch(_ names: [BlobName], progress: @escaping (AttachmentSummary) -> Void = { _ in }) throws -> AttachmentSummary {
    switch home.profile.role {
    case .office, .archive:
      return try replica.attachments.fetch(names, from: (try relay ?? home.relay()).officeAccess(), peer: Self.peer, over: link(progress))
    case .laptop: return try replica.attachments.fetch(names, from: RemoteBlobs(try connection()), peer: Self.peer, over: link(progress))
    }
  }

  /// Lets go of files of this laptop that its relay holds: what no record names any more, and then, unless all are to be here, what can be
  /// fetched again. What arrived in part long ago goes too.
  func release(
    _ blobs: some BlobStore, keepingNamed: Bool, dryRun: Bool = false, until isEnough: () -> Bool
  ) throws -> AttachmentRelease {
    let attachments = replica.attachments
    if isEnough() { return AttachmentRelease() }
    if !dryRun { try attachments.folder.dropPartials(before: (Environment.clock() - AttachmentLimits.partialMilliseconds) / 1000) }
    var release = try attachments.releaseUnnamed(of: attachments.withReceipt(peer: Self.peer), dryRun: dryRun, until: isEnough)
    if keepingNamed { return release }
    let fetchable = try attachments.releaseFetchable(from: blobs, peer: Self.peer, dryRun: dryRun, until: isEnough)
    release.fetchable = fetchable.fetchable
    release.bytes += fetchable.bytes
    return release
  }

  private func link(_ progress: @escaping (AttachmentSummary) -> Void) -> AttachmentLink {
    var link = AttachmentLink { seconds in try wait(.seconds(seconds)) }
    link.isCancelled = isCancelled
    link.progress = progress
    return link
  }
}
