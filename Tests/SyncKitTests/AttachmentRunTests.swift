import Foundation
import GRDB
import SyncBlobs
import SyncCore
import Testing

@testable import SyncKit

/// How a run over the attachments bears a bad link.
@Suite struct AttachmentRunTests {
  /// Another side that fails as it is told to, before it takes anything.
  private final class Frail: BlobStore {
    var failures: [TransportError] = []
    var received: [UInt8] = []
    /// How many bytes of each piece arrive before the link is cut; nil for all.
    var most: Int?

    private func fail() throws {
      if !failures.isEmpty { throw failures.removeFirst() }
    }

    func states(of names: [BlobName]) throws -> BlobAnswer {
      try fail()
      return BlobAnswer(states: names.map { $0.bytes == received.count ? .held : .missing(received: received.count) }, losses: [1])
    }

    func append(_ piece: [UInt8], at offset: Int, of name: BlobName) throws -> BlobState {
      try fail()
      guard offset == received.count else { throw TransportError(.rejected, httpStatus: 409, serverCode: "other-offset") }
      received += piece.prefix(most ?? piece.count)
      if let most, piece.count > most { throw TransportError(.cutShort) }
      return received.count == name.bytes ? .held : .missing(received: received.count)
    }

    func read(_ digest: [UInt8], at offset: Int) throws -> BlobPiece { throw TransportError(.notFound) }
  }

  private let field: TestField
  private let replica: Replica
  private let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }

  init() throws {
    field = try TestField()
    var configuration = ReplicaConfiguration(tables: [SyncedTable("photo", scope: .fixed(TestField.scope))], author: "lin")
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    replica = try Replica(path: field.path("lin.sqlite"), configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER)")
      }
    }
    let kept = try replica.attachments.folder.put(bytes)
    try replica.write { db in try db.execute(sql: "INSERT INTO photo VALUES('1', ?, 1000)", arguments: [Hex.text(kept.digest)]) }
  }

  private func send(to store: Frail) throws -> (summary: AttachmentSummary, waits: [Int]) {
    var waits: [Int] = []
    let summary = try replica.attachments.send(to: store, peer: "relay", over: AttachmentLink { waits.append($0) })
    return (summary, waits)
  }

  @Test func aLinkThatIsCutAndBringsSomethingEachTimeIsBorneWithoutWaiting() throws {
    let store = Frail()
    store.most = 90
    let (summary, waits) = try send(to: store)
    #expect(store.received == bytes && summary.verified == 1 && waits.isEmpty)
  }

  @Test func aLinkThatBringsNothingIsWaitedForLongerAndLongerAndThenGivenUp() throws {
    let store = Frail()
    store.failures = Array(repeating: TransportError(.cutShort), count: AttachmentLimits.cutsInVain)
    #expect(try send(to: store).waits == [1, 2, 4, 8])
    let again = Frail()
    try replica.write { db in try db.execute(sql: "UPDATE photo SET bytes = 1000") }
    try PeerMemory(replica, "relay").note([(try #require(try replica.attachments.named().first), .queued)])
    again.failures = Array(repeating: TransportError(.cutShort), count: AttachmentLimits.cutsInVain + 1)
    #expect(throws: TransportError.self) { _ = try send(to: again) }
    #expect(try replica.attachments.status(peer: "relay").queued == 1)
  }

  @Test func whoIsToldToWaitWaitsAndWhatDoesNotPassIsToldAtOnce() throws {
    let store = Frail()
    store.failures = [TransportError(.tooMany, retryAfterSeconds: 3)]
    #expect(try send(to: store).waits == [3])
    for code in [TransportError.Code.unauthorized, .tlsFailed, .serverFailed, .unreachable] {
      try PeerMemory(replica, "relay").note([(try #require(try replica.attachments.named().first), .queued)])
      let refusing = Frail()
      refusing.failures = [TransportError(code)]
      #expect(throws: TransportError.self, "\(code.rawValue)") { _ = try send(to: refusing) }
      #expect(refusing.failures.isEmpty && refusing.received.isEmpty)
    }
  }

  @Test func aRangeIsReadOnlyInItsOneForm() {
    #expect(ContentRange("bytes0-99/200")?.total == 200 && ContentRange("bytes5-5/6")?.first == 5)
    for text in [
      "", "bytes", "bytes0-99", "bytes0-99/*", "bytes*/200", "bytes5-4/200", "bytes0-200/200", "bytes-1-5/9", "items0-1/2", "bytes+0-1/2",
    ] {
      #expect(ContentRange(text) == nil, "\(text)")
    }
  }
}
