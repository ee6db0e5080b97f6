import Foundation
import SyncBlobs
import SyncKit
import SyncRelay

/// Lets go of attached files that no record names any more, at the office: the relay keeps them and decodes no rows, the office's replica
/// can tell which are named. The caller holds a ``SyncLock``.
struct FileCollector {
  /// How often it is asked anew when something has arrived meanwhile.
  private static let attempts = 5

  let home: Home
  let relay: Relay
  let replica: Replica

  /// - Parameters:
  ///   - dryRun: whether only to tell what would go.
  ///   - archive: a home that keeps all history: what goes is put there first.
  func run(dryRun: Bool = false, archive: URL? = nil) throws -> FileCollection {
    // A backup under way copies what the log named when it was begun.
    let alone = try SyncLock(home, .backup, wait: 10)
    defer { withExtendedLifetime(alone) {} }
    for _ in 0..<Self.attempts {
      _ = try Exchange(home: home, replica: replica, relay: relay).run()
      let question = try relay.fileQuestion()
      guard try replica.attachments.holds(exactly: question.holdings) else { continue }
      let named = try replica.attachments.mentioned(among: question.digests)
      if !dryRun, let archive {
        guard let due = try relay.collectFiles(question, named: named, dryRun: true) else { continue }
        try keep(due.released, in: archive)
      }
      guard let collection = try relay.collectFiles(question, named: named, dryRun: dryRun) else { continue }
      if !dryRun { _ = try replica.attachments.releaseUnnamed(of: Set(relay.releasedFiles().keys)) }
      return collection
    }
    throw Failure(
      "not-settled", .tryLater,
      Text(
        "办公室的副本还没有中继的全部内容,无法判断哪些附件不再被引用。",
        "The office's replica does not hold all that the relay holds: nobody can tell which files are named."),
      kept: Failure.nothingChanged,
      next: Text("过一会儿再试;仍不行时运行 fieldsurvey doctor。", "Try again later; if that does not help, run fieldsurvey doctor."))
  }

  private func keep(_ digests: [[UInt8]], in archive: URL) throws {
    if digests.isEmpty { return }
    let folder = try Home.archive(archive, of: home).replica().attachments.folder
    for digest in digests where folder.size(of: digest) == nil { _ = try folder.adopt(digest, from: relay.blobs) }
  }
}
