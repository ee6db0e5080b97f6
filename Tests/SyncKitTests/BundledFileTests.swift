import Foundation
import GRDB
import SyncBlobs
import SyncCore
import Testing

@testable import SyncKit

/// Bundles that carry what is attached.
@Suite struct BundledFileTests {
  private let field: TestField
  private let path: String

  init() throws {
    field = try TestField()
    path = field.path("stick.bundle")
  }

  private func replica(_ author: String, key: StorageKey? = nil) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("photo", scope: .fixed(TestField.scope))], author: author)
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    configuration.storageKey = key
    return try Replica(path: field.path(author + ".sqlite"), configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER)")
      }
    }
  }

  private func attach(_ bytes: [UInt8], _ id: String, to replica: Replica) throws -> [UInt8] {
    let kept = try replica.attachments.folder.put(bytes)
    try replica.write { db in
      try db.execute(sql: "INSERT INTO photo VALUES(?, ?, ?)", arguments: [id, Hex.text(kept.digest), bytes.count])
    }
    return kept.digest
  }

  private func noise(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) } }

  @Test(arguments: [1, BundleFormat.pieceBytes - 1, BundleFormat.pieceBytes, BundleFormat.pieceBytes + 1, 3 * BundleFormat.pieceBytes])
  func aFileTravelsOnRequestAndIsWhatWasAttached(count: Int) throws {
    // One of them is protected: what travels is what was attached.
    let (lin, chen) = (try replica("lin", key: StorageKey()), try replica("chen"))
    let digest = try attach(noise(count), "1", to: lin)
    #expect(try lin.exportBundle(to: path).files == 0)
    #expect(try chen.importBundle(from: path).files == 0)
    #expect(try chen.attachments.list(peer: "relay").map(\.isHere) == [false])
    #expect(try lin.exportBundle(to: path, attachments: true).files == 1)
    #expect(try chen.importBundle(from: path).files == 1)
    #expect(try chen.attachments.folder.isIntact(digest))
    let again = try chen.importBundle(from: path)
    #expect(again.files == 0 && again.refusedFiles == 0)
  }

  @Test func aStickThatIsPulledOutLosesNothingAndTheNextGoesOn() throws {
    let (lin, chen) = (try replica("lin"), try replica("chen"))
    let digest = try attach(noise(5 * BundleFormat.pieceBytes + 9), "1", to: lin)
    _ = try lin.exportBundle(to: path, attachments: true)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    #expect(throws: SyncKitError.self) { try chen.importBundle(from: path) }
    let received = try chen.attachments.folder.received(Attachments.partial(digest))
    #expect(received >= BundleFormat.pieceBytes && received % BundleFormat.pieceBytes == 0)
    #expect(chen.attachments.folder.size(of: digest) == nil)
    try whole.write(to: URL(fileURLWithPath: path))
    #expect(try chen.importBundle(from: path).files == 1)
    #expect(try chen.attachments.folder.isIntact(digest))
  }

  /// Hand-made: the bundle's own digests are right, and what it says is not.
  @Test func whatNoRowNamesAndWhatIsNotWhatItSaysIsNotTaken() throws {
    let (lin, chen) = (try replica("lin"), try replica("chen"))
    let digest = try attach([1, 2, 3], "1", to: lin)
    _ = try lin.exportBundle(to: path)
    let clean = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    func report(_ frames: (BundleFormat.Kind, [UInt8])...) throws -> BundleReport {
      // The end's frame is a kind, a length of nothing, and a digest; the digest before it is the last of what stands before.
      var bytes = Array(clean.dropLast(34))
      var chain = Array(bytes.suffix(32))
      for (kind, payload) in frames + [(.end, [])] {
        bytes += BundleFormat.frame(kind, payload, chain: &chain, codec: .standard)
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try chen.importBundle(from: path)
    }
    let folder = chen.attachments.folder
    func file(_ digest: [UInt8], _ bytes: Int) -> (BundleFormat.Kind, [UInt8]) {
      (.file, BundledFile(digest: digest, bytes: bytes).encoded)
    }
    let stranger = Codec.standard.digest([9])
    #expect(try report(file(stranger, 1), (.piece, [9])).refusedFiles == 1)
    #expect(try report(file(digest, 3), (.piece, [1, 2, 4])).refusedFiles == 1)
    #expect(folder.digests().isEmpty)
    #expect(try folder.received(Attachments.partial(digest)) == 0)
    for frames: [(BundleFormat.Kind, [UInt8])] in [
      [(.piece, [1])], [file(digest, 3), (.piece, [1, 2])], [file(digest, 3), (.piece, [1, 2, 3, 4])],
      [file(digest, 3), (.piece, [UInt8](repeating: 0, count: BundleFormat.pieceBytes + 1))], [file(digest, 3), (.piece, [])],
    ] {
      let error = #expect(throws: SyncKitError.self) {
        switch frames.count {
        case 1: _ = try report(frames[0])
        default: _ = try report(frames[0], frames[1])
        }
      }
      #expect(error?.code == .bundleAltered)
      #expect(folder.size(of: digest) == nil)
    }
    #expect(try report(file(digest, 3), (.piece, [1]), (.piece, [2, 3])).files == 1)
    #expect(try folder.isIntact(digest))
  }

  /// Of what nobody has asked for by name so much is taken that a gibibyte stays free.
  @Test func theDiskIsNotFilled() throws {
    let (lin, chen) = (try replica("lin"), try replica("chen"))
    let digest = try attach(noise(1000), "1", to: lin)
    _ = try lin.exportBundle(to: path)
    _ = try chen.importBundle(from: path)
    for (free, taken) in [(AttachmentLimits.freeReserveBytes + 999, 0), (AttachmentLimits.freeReserveBytes + 1000, 1)] {
      var files = try BundledFiles(chen.attachments, freeBytes: { free })
      try files.begin(BundledFile(digest: digest, bytes: 1000))
      try files.take(noise(1000))
      try files.finish()
      #expect(files.taken == taken && files.refused == 1 - taken)
      #expect(chen.attachments.folder.size(of: digest) == (taken == 1 ? 1000 : nil))
    }
  }
}
