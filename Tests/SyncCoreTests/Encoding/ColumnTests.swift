import Testing

@testable import SyncCore

@Suite struct ColumnTests {
  private static func write(_ values: [Value]) -> [UInt8] {
    var builder = ColumnBuilder()
    for value in values { builder.append(value) }
    var out = ByteWriter()
    builder.write(to: &out)
    return out.bytes
  }

  private static func read(_ bytes: [UInt8], _ count: Int) throws -> [Value] {
    var reader = ByteReader(bytes)
    let column = try Column(reading: &reader, count: count)
    #expect(reader.isAtEnd)
    return (0..<count).map { column.value($0) }
  }

  private static let uuid = "01890a5d-ac96-774b-bcce-b302099a8057"

  /// Values that are written in each form, and the form.
  private static let forms: [(ColumnForm, [Value])] = [
    (.null, [.null, .null]),
    (.integers, [.integer(.min), .integer(.max), .integer(0), .integer(-1)]),
    (
      .reals,
      [.real(0.1 + 0.2), .real(-0.0), .real(.infinity), .real(-.infinity), .real(.leastNonzeroMagnitude), .real(.greatestFiniteMagnitude)]
    ),
    (.decimals, [.real(1.25), .real(-3), .real(0), .real(1e9), .real(0.000001)]),
    (.texts, [.text("same start, end"), .text("same start, other"), .text("same")]),
    (.texts, [.text(""), .text([0]), .text([0xff, 0xfe]), .text("中")]),
    (.texts, [.text("only one")]),
    (.blobs, [.blob([]), .blob([0, 0, 1]), .blob(Array(0...255))]),
    (.uuids, [.text(uuid), .text(uuid)]),
    (.dictionary, (0..<64).map { .text($0 % 3 == 0 ? "甲" : "乙") }),
    (.mixed, [.integer(1), .real(1), .text("1"), .blob([1]), .null, .real(-0.0), .integer(.min), .text("")]),
  ]

  @Test(arguments: forms.indices) func everyFormReturnsWhatWasWritten(_ at: Int) throws {
    let (form, values) = Self.forms[at]
    let bytes = Self.write(values)
    #expect(bytes[0] == form.rawValue)
    #expect(try Self.read(bytes, values.count) == values)
  }

  @Test(arguments: forms.indices) func nullsAmongThemCostOneBitEach(_ at: Int) throws {
    let (form, values) = Self.forms[at]
    guard form != .null, form != .mixed else { return }
    let sparse = values.flatMap { [.null, $0, .null] }
    let bytes = Self.write(sparse)
    #expect(bytes[0] == form.rawValue | ColumnForm.nullableFlag)
    #expect(bytes.count == Self.write(values).count + (sparse.count + 7) / 8)
    #expect(try Self.read(bytes, sparse.count) == sparse)
  }

  @Test func aDictionaryOfMoreThan256EntriesReturns() throws {
    let values: [Value] = (0..<4096).map { .text("\($0 % 300)") }
    let bytes = Self.write(values)
    #expect(bytes[0] == ColumnForm.dictionary.rawValue)
    #expect(try Self.read(bytes, values.count) == values)
  }

  @Test func negativeZeroIsNoDecimal() throws {
    for values in [[Value.real(-0.0)], [.real(1.5), .real(-0.0)], [.real(-0.0), .null]] {
      #expect(try Self.read(Self.write(values), values.count) == values)
    }
  }

  @Test func aTextThatOnlyLooksLikeAUUIDReturns() throws {
    for text in [Self.uuid.uppercased(), Self.uuid.replacing("-", with: "_"), Self.uuid.replacing("a", with: "g")] {
      let values: [Value] = [.text(Self.uuid), .text(text)]
      #expect(try Self.read(Self.write(values), 2) == values)
    }
  }

  @Test func anyMixReturnsBitForBit() throws {
    var random = Seeded(6)
    let extremes: [Int64] = [.min, .max, 0, 1, -1]
    let reals: [Double] = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 1.5, 0.1, 123456.789, 9e15, 1e300, -2.25]
    for _ in 0..<2000 {
      let kinds = random.below(5)
      let values: [Value] = (0..<random.below(70)).map { _ in
        if random.below(6) == 0 { return .null }
        switch kinds == 4 ? random.below(4) : kinds {
        case 0: return .integer(random.below(2) == 0 ? random.pick(extremes) : Int64(bitPattern: random.next()))
        case 1: return .real(random.pick(reals))
        case 2: return .text(random.below(2) == 0 ? Array("问题\(random.below(9))".utf8) : random.bytes(random.below(5)))
        default: return .blob(random.bytes(random.below(5)))
        }
      }
      #expect(try Self.read(Self.write(values), values.count) == values)
    }
  }

  @Test(
    arguments: [
      [9], [0x3f], [0x40], [0x48], [0x80, 0], [1], [2, 0, 0], [3, 7, 0], [3, 0], [4, 0, 2, 0], [4, 0, 1, 5], [4, 1, 65], [6, 0, 0],
      [7, 0, 0], [7, 1, 1, 65, 1], [8, 5], [8, 3, 9], [0x41, 0xff],
      // No number.
      [2, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], [8, 2, 1, 0, 0, 0, 0, 0, 0xf0, 0xff],
    ] as [[UInt8]])
  func aColumnThatIsNotWholeIsRefused(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    #expect(SyncCoreError.Code.thrown { _ = try Column(reading: &reader, count: 1) } != nil)
  }
}
