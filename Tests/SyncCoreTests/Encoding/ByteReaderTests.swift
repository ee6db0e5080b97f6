import SyncCore
import Testing

@Suite struct ByteReaderTests {
  private let numbers: [UInt64] = [0, 1, 127, 128, 16383, 16384, UInt64(UInt32.max), 1 << 63 - 1, 1 << 63, .max]

  @Test func everyNumberReturnsInItsShortestForm() throws {
    for number in numbers {
      var writer = ByteWriter()
      writer.write(varint: number)
      #expect(writer.count == max(1, (64 - number.leadingZeroBitCount + 6) / 7))
      var reader = ByteReader(writer.bytes)
      #expect(try reader.varint() == number)
      #expect(reader.isAtEnd)
    }
  }

  @Test func signedNumbersNearZeroAreSmall() throws {
    for number in [0, -1, 1, -64, 63, 64, -65, .min, .max] as [Int64] {
      var writer = ByteWriter()
      writer.write(signed: number)
      if (-64...63).contains(number) { #expect(writer.count == 1) }
      var reader = ByteReader(writer.bytes)
      #expect(try reader.signed() == number)
    }
  }

  @Test(
    arguments: [
      [0x80], [0x80, 0x00], [0xff, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [],
    ] as [[UInt8]])
  func aNumberThatIsCutOrLongerThanItNeedBeIsRefused(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    #expect(SyncCoreError.Code.thrown { _ = try reader.varint() } == .malformed)
  }

  @Test func aCountIsTakenUpToItsLimit() throws {
    for (count, isTaken) in [(9, true), (10, true), (11, false)] {
      var reader = ByteReader([UInt8(count)])
      #expect(SyncCoreError.Code.thrown { _ = try reader.count(upTo: 10) } == (isTaken ? nil : .tooLarge))
    }
  }

  @Test func nothingIsReadBeyondTheEnd() throws {
    var reader = ByteReader([3, 1, 2, 3, 4], from: 0, to: 4)
    #expect(Array(try reader.string(upTo: 10)) == [1, 2, 3])
    #expect(reader.isAtEnd)
    #expect(SyncCoreError.Code.thrown { _ = try reader.byte() } == .malformed)
    #expect(SyncCoreError.Code.thrown { _ = try reader.take(1) } == .malformed)
    #expect(SyncCoreError.Code.thrown { _ = try reader.take(-1) } == .malformed)
  }
}
