import Foundation
import GRDB
import Testing

@testable import SyncCore
@testable import SyncKit

/// The bytes of the formats, as files that no later version may write or read otherwise (docs/wire-protocol.md, docs/storage-format.md).
///
/// Run with `SYNCKIT_WRITE_FIXTURES=1` to write the files anew; a difference then stands in the commit for everybody to judge.
@Suite struct GoldenFileTests {
  /// Compares an encoding with its file.
  private func expect(_ bytes: [UInt8], in name: String, at location: SourceLocation = #_sourceLocation) throws {
    if ProcessInfo.processInfo.environment["SYNCKIT_WRITE_FIXTURES"] != nil { try Fixture.write(bytes, to: name) }
    #expect(try Fixture.read(name) == bytes, "\(name)", sourceLocation: location)
  }

  @Test func aHeader() throws {
    try expect(Sample.header.encoded, in: "header.hex")
    #expect(try ChangesetHeader(decoding: Fixture.read("header.hex")) == Sample.header)
    try expect(Sample.firstHeader.encoded, in: "header-first.hex")
    #expect(try ChangesetHeader(decoding: Fixture.read("header-first.hex")) == Sample.firstHeader)
    try expect(Sample.restamped.encoded, in: "header-restamped.hex")
    let restamped = try ChangesetHeader(decoding: Fixture.read("header-restamped.hex"))
    #expect(restamped == Sample.restamped && restamped.dot.seq == 2 && restamped.origin?.header == Sample.header.encoded)
    // A branch that it does not speak of is not named.
    #expect(restamped.origin?.restamps.count == 2)
    #expect(restamped.needs.entries.map(\.seq) == [20, 4, 1, 298])
    #expect(restamped.ends == [0, 0, 0, 0, 0xae, 0xae, 0xae, 0xae, 0, 0, 0, 0, 0xad, 0xad, 0xad, 0xad])
  }

  @Test func aPartWithEveryFormOfColumn() throws {
    try expect(Sample.part(codec: Sample.plain), in: "part.hex")
    let part = try ChangePart(decoding: Fixture.read("part.hex"), firstIndex: 0, codec: .standard) { UInt32($0.deviceLow) }
    try #require(part.groups.count == 3)
    let forms = part.groups[0]
    #expect(forms.columns.map(\.name) == Sample.columns.map(\.name) && forms.rowCount == 32)
    for (at, column) in Sample.columns.enumerated() {
      for row in 0..<32 { #expect(forms.values[at].value(row) == column.values[row], "\(column.name) \(row)") }
    }
    guard case .values(["id"], let keys) = forms.keys else { throw SyncKitError(.damaged) }
    #expect(keys[0].value(31) == .text("01890a5d-ac96-774b-bcce-b302099a8031"))
    let edits = part.groups[1]
    guard case .names(let names) = edits.keys else { throw SyncKitError(.damaged) }
    #expect(names == Sample.names && edits.isSettlement && edits.columns[0].isIncrement == false && edits.columns[1].isIncrement)
    #expect((0..<3).map { edits.context(ofRow: $0) } == Sample.contexts)
    #expect(edits.spared == Sample.spared)
    #expect(part.groups[2].isDeletion && part.groups[2].rowCount == 1 && part.groups[2].firstIndex == 35)
  }

  @Test func aPartWithCompressedSections() throws {
    // Another zstd may compress otherwise; what it inflates to is the same.
    if ProcessInfo.processInfo.environment["SYNCKIT_WRITE_FIXTURES"] != nil {
      try Fixture.write(Sample.part(codec: .standard), to: "part-compressed.hex")
    }
    let compressed = try Fixture.read("part-compressed.hex")
    #expect(compressed.count < (try Fixture.read("part.hex").count))
    #expect(try Sample.sections(compressed) == Sample.sections(Fixture.read("part.hex")))
    #expect(try Sample.sections(Sample.part(codec: .standard)) == Sample.sections(compressed))
  }

  @Test func aMessageOfEachKind() throws {
    for (name, request) in Sample.requests {
      try expect(request.encoded(codec: Sample.plain), in: name)
      #expect(try ExchangeRequest(decoding: Fixture.read(name), codec: .standard) == request)
    }
    for (name, response) in Sample.responses {
      try expect(response.encoded(codec: Sample.plain), in: name)
      #expect(try ExchangeResponse(decoding: Fixture.read(name), codec: .standard) == response)
    }
  }

  @Test func aBundleThatAReplicaImports() throws {
    try expect(Sample.bundle(), in: "bundle.hex")
    let field = try TestField()
    let path = field.path("golden.bundle")
    try Data(Fixture.read("bundle.hex")).write(to: URL(fileURLWithPath: path))
    let replica = try field.replica("reader")
    let report = try replica.importBundle(from: path)
    #expect(report.changesets == 1 && report.scopes == [TestField.scope] && report.refused.isEmpty)
    #expect(try replica.rows("SELECT * FROM note ORDER BY id") == ["\"1\"|\"甲\"|NULL|3", "\"2\"|\"乙\"|\"z\"|NULL"])
    #expect(try replica.hex == "47b19d4eb3cbc5dcb13757d13e8f5ff00f55b42bc07ee2cfc17a15df6f2e18f1")
  }

  @Test func whatIsAskedOfFiles() throws {
    try expect(BlobQuestion(Sample.blobNames).encoded, in: "blob-question.hex")
    #expect(try BlobQuestion(decoding: Fixture.read("blob-question.hex")).names == Sample.blobNames)
    try expect(Sample.blobAnswer.encoded, in: "blob-answer.hex")
    #expect(try BlobAnswer(decoding: Fixture.read("blob-answer.hex")) == Sample.blobAnswer)
  }

  @Test func whatIsAskedOfPacks() throws {
    let question = PackQuestion(["case-1", "case-2"].compactMap { ScopeID($0) })
    try expect(question.encoded(codec: Sample.plain), in: "pack-question.hex")
    #expect(try PackQuestion(decoding: Fixture.read("pack-question.hex"), codec: .standard) == question)
    let digest = Codec.standard.digest(Array("a pack".utf8))
    let issuer = SigningKey.test("issuer").signer
    let answer = PackAnswer([
      Pack(digest: [UInt8](repeating: 0xd5, count: 32), bytes: 7, signature: []), try Pack(digest: digest, bytes: 1_000_000, by: issuer),
    ])
    try expect(answer.encoded(codec: Sample.plain), in: "pack-answer.hex")
    let read = try PackAnswer(decoding: Fixture.read("pack-answer.hex"), codec: .standard)
    #expect(read == answer)
    let trust = Trust(issuers: [issuer.publicKey])
    #expect(read.packs.map { trust.vouches(for: $0, codec: .standard) } == [false, true])
  }

  @Test func aCertificateAndASeal() throws {
    let signed = try SignedCertificate(Sample.certificate, by: SigningKey.test("issuer").signer)
    let seal = try Seal(hash: Codec.standard.digest(Sample.firstHeader.encoded), by: SigningKey.test("lin").signer, under: signed)
    try expect(Sample.certificate.encoded, in: "certificate.hex")
    #expect(try Certificate(decoding: Fixture.read("certificate.hex")) == Sample.certificate)
    try expect(Sample.limitedCertificate.encoded, in: "certificate-authority.hex")
    #expect(try Certificate(decoding: Fixture.read("certificate-authority.hex")) == Sample.limitedCertificate)
    // Ed25519 gives one signature of a message, whoever implements it.
    try expect(seal.encoded, in: "seal.hex")
    #expect(try Seal(decoding: Fixture.read("seal.hex")) == seal)
  }

  @Test func signaturesOfChangesetsThatWereSignedTogether() throws {
    let hashes = [Sample.firstHeader, Sample.header, Sample.restamped].map { Codec.standard.digest($0.encoded) }
    let signatures = try Seal.signatures(hashes, by: SigningKey.test("lin").signer, codec: .standard)
    try expect(signatures.flatMap(\.self), in: "signatures-joint.hex")
  }

  @Test func aStatementOfEachKind() throws {
    let trust = Trust(issuers: [SigningKey.test("issuer").publicKey])
    for (name, content) in Sample.statements {
      let signed = Sample.stated(content)
      try expect(signed.cbor.encoded, in: name)
      let read = try SignedStatement.list(.array([CBOR(decoding: Fixture.read(name))]))
      #expect(read == [signed] && trust.statement(signed, codec: .standard)?.content == content)
      #expect(Trust(issuers: []).statement(signed, codec: .standard) == nil)
    }
  }

  @Test func keys() throws {
    var all: [UInt8] = []
    for value in Sample.keyValues {
      var key: [UInt8] = []
      KeyCode.append(value, to: &key)
      all += key
    }
    try expect(all, in: "keys.hex")
    #expect(try KeyCode.values(of: Fixture.read("keys.hex")) == Sample.keyValues)
  }

  @Test func aBlockOfRows() throws {
    let made = RowBlock()
    for row in Sample.rows { made.insert(row.key, row.entry, at: made.count) }
    var bytes = ByteWriter()
    #expect(made.write(from: 0, upTo: .max, to: &bytes) == Sample.rows.count)
    try expect(bytes.bytes, in: "row-block.hex")
    let read = RowBlock()
    try Fixture.read("row-block.hex").withUnsafeBytes { block in
      try Sample.rows[0].key.withUnsafeBytes { try read.read(block, first: $0) }
    }
    #expect(read.count == Sample.rows.count)
    for (at, row) in Sample.rows.enumerated() {
      #expect(read.key(at) == row.key)
      #expect(try read.entry(at) == row.entry)
    }
  }

  @Test func valuesKeptAside() throws {
    let cells: AsideValues.Cells = Sample.keyValues.prefix(7).enumerated().map { (UInt32($0 + 1), $1) }
    try DatabaseQueue().write { db in
      try db.execute(sql: StorageFormat.tables)
      let connection = Connection(try #require(db.sqliteConnection))
      defer { connection.finalizeStatements() }
      let aside = AsideValues(connection)
      try aside.put(cells, scope: 1, table: 1, key: [8])
      let stored = try #require(try Data.fetchOne(db, sql: "SELECT cells FROM synckit_aside"))
      try expect(Array(stored), in: "aside.hex")
      let back = try aside.cells(scope: 1, table: 1, key: [8])
      #expect(back.map(\.column) == cells.map(\.column) && back.map(\.value) == cells.map(\.value))
    }
  }
}

/// The files, as hexadecimal text.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
    "Fixtures")

  static func read(_ name: String) throws -> [UInt8] {
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    let digits = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined().filter { !$0.isWhitespace }
    return try #require(Hex.bytes(digits))
  }

  static func write(_ bytes: [UInt8], to name: String) throws {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let lines = stride(from: 0, to: digits.count, by: 32).map { digits[$0..<min($0 + 32, digits.count)].joined() }
    try (lines.joined(separator: "\n") + "\n").write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }
}
