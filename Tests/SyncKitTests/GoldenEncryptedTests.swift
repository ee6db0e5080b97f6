import Foundation
import GRDB
import SyncBlobs
import SyncCore
import Testing

@testable import SyncKit

/// What another implementation has encrypted from the documents alone (`Tests/Fixtures/encrypted.py`) is read for good.
@Suite struct GoldenEncryptedTests {
  private let field: TestField
  private let device = SigningKey.test("golden").encryptionKey
  /// What of the recovery key on paper counts.
  private let paper = EncryptionKey(recovery: Array("0123456789ABCDEFGHJKMNPQRSTV".utf8))

  init() throws { field = try TestField() }

  private func file(_ fixture: String) throws -> String {
    let path = field.path(fixture)
    try Data(Fixture.read(fixture)).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// A backup, opened by the office's machine and by the paper.
  @Test func aCopyOfOneFile() throws {
    let (path, out) = (try file("copy.hex"), field.path("out"))
    #expect(EncryptedCopy.isOne(path))
    for key in [device, paper] {
      #expect(try EncryptedCopy.open(path, by: [key], to: out) == Array(0..<32))
      #expect(try Data(contentsOf: URL(fileURLWithPath: out)) == Data(Array("SQLite format 3\0".utf8) + Array(0...255)))
    }
    let error = #expect(throws: SyncKitError.self) { try EncryptedCopy.open(path, by: [SigningKey.test("other").encryptionKey], to: out) }
    #expect(error?.code == .notARecipient)
  }

  @Test func filesInABundle() throws {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("photo", scope: .fixed(TestField.scope))], author: "lin")
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    let replica = try Replica(path: field.path("lin.sqlite"), configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER)")
      }
    }
    let photo = [0xff, 0xd8, 0xff] + Array("photograph".utf8)
    let digest = Codec.standard.digest(photo)
    try replica.write { db in
      try db.execute(sql: "INSERT INTO photo VALUES('1', ?, ?)", arguments: [Hex.text(digest), photo.count])
    }
    let report = try replica.importBundle(from: file("bundle-files.hex"))
    // The other one no row names.
    #expect(report.files == 1 && report.refusedFiles == 1 && report.changesets == 0)
    #expect(try replica.attachments.folder.read(digest, at: 0, upTo: 100) == photo)
    #expect(replica.attachments.folder.digests() == [digest])
  }

  /// A file of several chunks, where a protected replica's folder has it.
  @Test func aLargeFile() throws {
    let contents = (0..<BlobLayout.chunkBytes + 9).map { UInt8($0 * 7 % 251) }
    let digest = Codec.standard.digest(contents)
    let key = try #require(StorageKey(bytes: Array(0..<32)))
    let folder = Attachments.folder(of: field.path("li.sqlite"), key)
    let place = folder.path(of: digest)
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(Fixture.read("sealed-large.hex")).write(to: URL(fileURLWithPath: place))
    #expect(folder.size(of: digest) == contents.count)
    #expect(try folder.isIntact(digest) && folder.unsealed() == 0)
    // Across the chunks' border.
    #expect(try folder.read(digest, at: BlobLayout.chunkBytes - 3, upTo: 6) == Array(contents[(BlobLayout.chunkBytes - 3)...].prefix(6)))
  }

  @Test func aKeyForTheOffice() throws {
    let data = try Data(contentsOf: Fixture.folder.appendingPathComponent("escrow.json"))
    let escrow = try JSONDecoder().decode(KeyEscrow.self, from: data)
    #expect(try escrow.open(by: device).bytes == Array(0..<32))
    #expect(throws: SyncKitError.self) { try escrow.open(by: paper) }
  }
}
