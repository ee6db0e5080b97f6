import Testing

@testable import SyncCore

@Suite struct ChangePartTests {
  private let sites: [UInt32: SiteID] = [1: .number(10), 2: .number(20), 3: .number(30)]

  private func encode(_ groups: [ChangeGroupBuilder]) -> [UInt8] {
    ChangePart.encode(groups, codec: .test) { sites[$0] ?? .number(0) }
  }

  private func decode(_ bytes: [UInt8], from first: Int = 0, withValues: Bool = true) throws -> ChangePart {
    try ChangePart(decoding: bytes, firstIndex: first, withValues: withValues, codec: .test) { site in UInt32(site.deviceLow / 10) }
  }

  private func sample() -> [ChangeGroupBuilder] {
    var fresh = ChangeGroupBuilder(
      table: "answer", isDeletion: false, isSettlement: false,
      columns: [.init(name: "value", isIncrement: false), .init(name: "visits", isIncrement: true)], keyNames: ["assessment", "question"])
    for row in 0..<200 {
      fresh.keys[0].append(.text("a"))
      fresh.keys[1].append(.integer(Int64(row)))
      fresh.values[0].append(row % 2 == 0 ? .text("B") : .null)
      fresh.values[1].append(.integer(1))
      fresh.endRow(context: [])
    }
    var edited = ChangeGroupBuilder(
      table: "答案", isDeletion: false, isSettlement: true, columns: [.init(name: "值", isIncrement: false)], keyNames: [])
    let contexts: [[LocalDot]] = [[LocalDot(site: 1, seq: 1)], [LocalDot(site: 1, seq: 1), LocalDot(site: 2, seq: 9)], []]
    for row in 0..<6 {
      edited.values[0].append(.real(Double(row) / 4))
      edited.endRow(
        name: RowState.Name(dot: LocalDot(site: UInt32(row / 3 + 1), seq: 5), index: UInt32(row == 2 ? 100 : 50 - row)),
        context: contexts[row % 3],
        spared: row == 4 ? [(column: 0, dot: LocalDot(site: 3, seq: 7)), (column: nil, dot: LocalDot(site: 2, seq: 9))] : [])
    }
    var deleted = ChangeGroupBuilder(table: "answer", isDeletion: true, isSettlement: false, columns: [], keyNames: [])
    deleted.endRow(name: RowState.Name(dot: LocalDot(site: 1, seq: 1), index: 0), context: contexts[0])
    return [fresh, edited, deleted]
  }

  @Test func whatWasGroupedReturns() throws {
    let part = try decode(encode(sample()), from: 1000)
    try #require(part.groups.count == 3)
    let (fresh, edited, deleted) = (part.groups[0], part.groups[1], part.groups[2])
    #expect(fresh.table == "answer" && fresh.rowCount == 200 && fresh.firstIndex == 1000 && !fresh.isDeletion && !fresh.isSettlement)
    #expect(fresh.columns.map(\.name) == ["value", "visits"] && fresh.columns.map(\.isIncrement) == [false, true])
    guard case .values(let names, let keys) = fresh.keys else { throw SyncCoreError(.unexpected, "keys") }
    #expect(names == ["assessment", "question"] && keys[1].value(199) == .integer(199))
    #expect(fresh.values[0].value(0) == .text("B") && fresh.values[0].value(1) == .null && fresh.context(ofRow: 7).isEmpty)
    #expect(edited.table == "答案" && edited.isSettlement && edited.firstIndex == 1200)
    guard case .names(let rows) = edited.keys else { throw SyncCoreError(.unexpected, "names") }
    #expect(rows.map(\.index) == [50, 49, 100, 47, 46, 45] && rows.map(\.dot.site) == [1, 1, 1, 2, 2, 2])
    #expect((0..<6).map { edited.context(ofRow: $0).count } == [1, 2, 0, 1, 2, 0])
    #expect(
      edited.spared == [
        .init(row: 4, column: 0, dot: LocalDot(site: 3, seq: 7)), .init(row: 4, column: nil, dot: LocalDot(site: 2, seq: 9)),
      ])
    #expect(deleted.isDeletion && deleted.columns.isEmpty && deleted.firstIndex == 1206)
  }

  @Test func theStructureIsReadWithoutTheValues() throws {
    let part = try decode(encode(sample()), withValues: false)
    #expect(part.groups.allSatisfy(\.values.isEmpty) && part.groups.map(\.rowCount) == [200, 6, 1])
  }

  @Test func theBytesDependOnNothingButTheContent() {
    #expect(encode(sample()) == encode(sample()))
  }

  @Test func aPartOfALaterVersionIsRefusedAsSuch() {
    var bytes = encode(sample())
    bytes[0] = 2
    #expect(SyncCoreError.Code.thrown { _ = try decode(bytes) } == .unsupportedVersion)
  }

  @Test func aPartThatIsCutOrHasMoreIsRefused() {
    let bytes = encode(sample())
    for length in [0, 1, 4, 10, bytes.count / 2, bytes.count - 1] {
      #expect(SyncCoreError.Code.thrown { _ = try decode(Array(bytes[..<length])) } != nil)
    }
    #expect(SyncCoreError.Code.thrown { _ = try decode(bytes + [0]) } == .malformed)
  }
}
