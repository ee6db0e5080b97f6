import Testing

@testable import SyncCore

/// Every limit at one below, at itself and at one above.
@Suite struct LimitsTests {
  private func expect(
    _ limit: Int, _ code: SyncCoreError.Code = .tooLarge, at location: SourceLocation = #_sourceLocation, _ body: (Int) throws -> Void
  ) {
    for size in [limit - 1, limit, limit + 1] {
      let expected = size > limit ? code : nil
      #expect(SyncCoreError.Code.thrown { try body(size) } == expected, "\(size) of \(limit)", sourceLocation: location)
    }
  }

  @Test func aScopesName() {
    for size in [63, 64, 65] { #expect((ScopeID(String(repeating: "x", count: size)) != nil) == (size <= Limits.scopeNameBytes)) }
    #expect(ScopeID("") == nil)
    #expect(ScopeID(String(repeating: "中", count: 21)) != nil && ScopeID(String(repeating: "中", count: 22)) == nil)
  }

  @Test func anAuthorsName() {
    expect(Limits.authorBytes) { size in
      _ = try ChangesetHeader(decoding: ChangesetHeaderTests.header(author: String(repeating: "a", count: size)).encoded)
    }
  }

  @Test func aSettlementsReason() {
    expect(Limits.noteBytes) { size in
      _ = try ChangesetHeader(decoding: ChangesetHeaderTests.header(note: String(repeating: "a", count: size)).encoded)
    }
  }

  @Test func aPartsRowsAndBytesAsTheHeaderSays() {
    expect(Limits.partRows) { _ = try ChangesetHeader(decoding: ChangesetHeaderTests.header(rows: $0).encoded) }
    expect(Limits.partBytes) { _ = try ChangesetHeader(decoding: ChangesetHeaderTests.header(bytes: $0).encoded) }
  }

  @Test func howManyFilesAQuestionNamesAndAnAnswerTells() throws {
    let name = try #require(BlobMessageTests.names.last)
    expect(Limits.blobNames) { _ = try BlobQuestion(decoding: BlobQuestion([BlobName](repeating: name, count: $0)).encoded) }
    expect(Limits.blobNames) {
      _ = try BlobAnswer(decoding: BlobAnswer(states: [BlobState](repeating: .held, count: $0), losses: []).encoded)
    }
  }

  @Test func howDeepValuesNest() {
    expect(Limits.depth) { size in
      _ = try CBOR(decoding: [UInt8](repeating: 0x81, count: size - 1) + [0])
    }
  }

  private func part(_ groups: [ChangeGroupBuilder]) throws {
    let bytes = ChangePart.encode(groups, codec: .test) { _ in .number(1) }
    _ = try ChangePart(decoding: bytes, firstIndex: 0, codec: .test) { _ in 1 }
  }

  private func group(table: String = "t", columns: [String] = [], rows: Int = 1) -> ChangeGroupBuilder {
    var group = ChangeGroupBuilder(
      table: table, isDeletion: false, isSettlement: false, columns: columns.map { .init(name: $0, isIncrement: false) }, keyNames: ["k"])
    for row in 0..<rows {
      group.keys[0].append(.integer(Int64(row)))
      for column in columns.indices { group.values[column].append(.null) }
      group.endRow(context: [])
    }
    return group
  }

  @Test func theNameOfATableAndOfAColumn() {
    expect(Limits.identifierBytes) { try part([group(table: String(repeating: "t", count: $0))]) }
    expect(Limits.identifierBytes) { try part([group(columns: [String(repeating: "c", count: $0)])]) }
    #expect(SyncCoreError.Code.thrown { try part([group(table: "")]) } == .malformed)
  }

  @Test func theColumnsOfAGroup() {
    expect(Limits.columns) { size in try part([group(columns: (0..<size).map { "c\($0)" })]) }
  }

  @Test func theRowsOfAPart() {
    expect(Limits.partRows) { try part([group(rows: $0)]) }
    expect(Limits.partRows) { try part([group(rows: $0 - 100), group(rows: 100)]) }
  }

  @Test func aMessageBeforeAndAfterInflating() {
    expect(Limits.messageBytes) { size in
      // A push of one part that fills the message to the byte.
      let frame = CBOR.map([0: .unsigned(1), 1: .unsigned(2), 2: .array([]), 9: .bytes([UInt8](repeating: 1, count: size - 14))])
      let bytes = [0] + frame.encoded
      #expect(bytes.count == size)
      _ = try ExchangeRequest(decoding: bytes, codec: .test)
    }
    expect(Limits.messageBytes) { size in
      var out = ByteWriter()
      out.write(byte: 1)
      out.write(varint: UInt64(size))
      let codec = Codec(
        compress: { $0 },
        inflate: { _, count in
          CBOR.map([0: .unsigned(1), 1: .unsigned(2), 2: .array([]), 9: .bytes([UInt8](repeating: 1, count: count - 13))]).encoded
        }, digest: { $0 })
      _ = try ExchangeRequest(decoding: out.bytes, codec: codec)
    }
  }

  @Test func aSectionAfterInflating() {
    // Only its declared length is looked at, before any memory is taken.
    expect(Limits.sectionBytes) { size in
      var out = ByteWriter()
      out.write(byte: ChangePart.version)
      for number in [size, 1, 2, 2] { out.write(varint: UInt64(number)) }
      out.write(bytes: [0, 0, 0])
      let codec = Codec(compress: { $0 }, inflate: { _, _ in nil }, digest: { $0 })
      do { _ = try ChangePart(decoding: out.bytes, firstIndex: 0, codec: codec) { _ in 1 } } catch let error as SyncCoreError {
        if error.code == .tooLarge { throw error }
      }
    }
  }

  /// A column whose values are alike stands in one byte, however many rows it has.
  @Test func theValuesOfAPart() throws {
    let rows = 4096
    let codec = Codec(compress: { $0 }, inflate: { _, _ in nil }, digest: { $0 })
    for (columns, isTaken) in [(Limits.partCells / rows - 1, true), (Limits.partCells / rows, false)] {
      let group = group(columns: (0..<columns).map { "c\($0)" }, rows: rows)
      var reader = ByteReader(ChangePart.encode([group], codec: codec) { _ in .number(1) })
      _ = try reader.byte()
      let lengths = try (0..<4).map { _ in try reader.varint() }
      let structure = try reader.take(Int(lengths[1]))
      let values = [UInt8](repeating: ColumnForm.null.rawValue, count: columns)
      var part = ByteWriter()
      part.write(byte: ChangePart.version)
      for length in [structure.count, structure.count, values.count, values.count] { part.write(varint: UInt64(length)) }
      part.write(bytes: structure)
      part.write(bytes: values)
      let code = SyncCoreError.Code.thrown { _ = try ChangePart(decoding: part.bytes, firstIndex: 0, codec: codec) { _ in 1 } }
      #expect(code == (isTaken ? nil : .tooLarge), "\(columns) columns")
    }
  }

  @Test func whatAPartsStringsUnfoldTo() throws {
    // A prefix makes much of little: a column that says it once unfolds to a quarter of the limit.
    let prefix = [UInt8](repeating: 65, count: Limits.sectionBytes / Limits.partRows / 4)
    let codec = Codec(compress: { $0 }, inflate: { _, _ in nil }, digest: { $0 })
    for (columns, isTaken) in [(3, true), (4, true), (5, false)] {
      let group = group(columns: (0..<columns).map { "c\($0)" }, rows: Limits.partRows)
      var reader = ByteReader(ChangePart.encode([group], codec: codec) { _ in .number(1) })
      _ = try reader.byte()
      let lengths = try (0..<4).map { _ in try reader.varint() }
      let structure = try reader.take(Int(lengths[1]))
      var values = ByteWriter()
      for _ in 0..<columns {
        values.write(byte: ColumnForm.blobs.rawValue)
        values.write(string: prefix)
        values.write(bytes: [1, 0])
      }
      var part = ByteWriter()
      part.write(byte: ChangePart.version)
      for length in [structure.count, structure.count, values.count, values.count] { part.write(varint: UInt64(length)) }
      part.write(bytes: structure)
      part.write(bytes: values.bytes)
      let code = SyncCoreError.Code.thrown { _ = try ChangePart(decoding: part.bytes, firstIndex: 0, codec: codec) { _ in 1 } }
      #expect(code == (isTaken ? nil : .tooLarge), "\(columns)")
    }
  }

  @Test func aValueOfTheGreatestSizeFitsAPartAndThePartAMessage() {
    #expect(Limits.partBytes + (1 << 20) + Limits.batchBytes < Limits.messageBytes)
    // All omissions and rejections of a scope, each with its statement and at their largest, beside one such part.
    let (stated, name) = (200, Limits.scopeNameBytes + 80)
    let omissions = Limits.omissions * (2 * name + stated)
    let rejections = Limits.rejections * (2 * (name + Limits.reasonBytes) + stated)
    #expect(omissions + rejections + Limits.partBytes + (1 << 20) < Limits.messageBytes)
    #expect(Limits.batchBytes <= Limits.partBytes && Limits.partTargetBytes <= Limits.sectionBytes)
  }
}
