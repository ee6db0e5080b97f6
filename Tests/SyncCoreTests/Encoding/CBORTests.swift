import SyncCore
import Testing

@Suite struct CBORTests {
  private static func random(_ random: inout Seeded, depth: Int = 0) -> CBOR {
    let numbers: [UInt64] = [0, 1, 23, 24, 255, 256, 65535, 65536, UInt64(UInt32.max), UInt64(UInt32.max) + 1, .max]
    switch random.below(depth < 4 ? 8 : 6) {
    case 0: return .unsigned(random.below(2) == 0 ? random.pick(numbers) : random.next())
    case 1: return .negative(random.pick(numbers))
    case 2: return .bytes(random.bytes(random.pick([0, 1, 23, 24, 255, 256])))
    case 3: return .text(random.pick(["", "a", "数字化", "é", String(repeating: "x", count: 300)]))
    case 4: return .bool(random.below(2) == 0)
    case 5: return .null
    case 6: return .array((0..<random.below(4)).map { _ in Self.random(&random, depth: depth + 1) })
    default:
      let keys = Set((0..<random.below(4)).map { _ in random.pick(numbers) }).sorted()
      return .map(keys.map { ($0, Self.random(&random, depth: depth + 1)) })
    }
  }

  @Test func everyValueReturnsAsItWas() throws {
    var random = Seeded(1)
    for _ in 0..<3000 {
      let value = Self.random(&random)
      let bytes = value.encoded
      let back = try CBOR(decoding: bytes)
      #expect(back == value)
      #expect(back.encoded == bytes)
    }
  }

  @Test func theEncodingIsThatOfTheStandard() {
    // RFC 8949, appendix A.
    #expect(CBOR.unsigned(1_000_000_000_000).encoded == [0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0])
    #expect(CBOR.negative(999).encoded == [0x39, 0x03, 0xe7])
    #expect(CBOR.bytes([1, 2, 3, 4]).encoded == [0x44, 1, 2, 3, 4])
    #expect(CBOR.text("水").encoded == [0x63, 0xe6, 0xb0, 0xb4])
    #expect(CBOR.array([.unsigned(1), .array([.unsigned(2), .unsigned(3)])]).encoded == [0x82, 1, 0x82, 2, 3])
    #expect(CBOR.map([3: .unsigned(4), 1: .unsigned(2), 2: nil]).encoded == [0xa2, 1, 2, 3, 4])
    #expect(CBOR.bool(false).encoded + CBOR.bool(true).encoded + CBOR.null.encoded == [0xf4, 0xf5, 0xf6])
  }

  @Test(
    arguments: [
      [0x18, 0x17], [0x19, 0x00, 0xff], [0x1a, 0, 0, 0xff, 0xff], [0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], [0x58, 0x01, 0x00],
    ] as [[UInt8]])
  func aNumberThatIsLongerThanItNeedBeIsRefused(_ bytes: [UInt8]) {
    #expect(SyncCoreError.Code.thrown { _ = try CBOR(decoding: bytes) } == .malformed)
  }

  @Test(
    arguments: [
      [0xa2, 2, 0, 1, 0], [0xa2, 1, 0, 1, 0], [0xa1, 0x20, 0], [0xa1, 0x61, 0x61, 0], [0x9f, 0xff], [0x5f, 0xff], [0xbf, 0xff], [0xff],
      [0xc0, 0], [0xf7], [0xf9, 0, 0], [0xfb, 0, 0, 0, 0, 0, 0, 0, 0], [0xf8, 0x20], [0x1c], [0x1f], [0x61, 0xff], [0x62, 0xc3, 0x28], [],
      [0x18], [0x42, 0], [0x82, 0], [0xa1, 0], [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] as [[UInt8]])
  func whatMessagesDoNotUseIsRefused(_ bytes: [UInt8]) {
    #expect(SyncCoreError.Code.thrown { _ = try CBOR(decoding: bytes) } == .malformed)
  }

  @Test func bytesAfterTheEndAreRefused() {
    #expect(SyncCoreError.Code.thrown { _ = try CBOR(decoding: [0x00, 0x00]) } == .malformed)
  }

  @Test func valuesOfTheWrongKindAreNamed() {
    let map = CBOR.map([0: .text("a")])
    #expect(map[0]?.unsigned == nil && map[1] == nil && CBOR.null[0] == nil)
    #expect(throws: SyncCoreError(.malformed, "missing or of the wrong kind: seq")) { try CBOR.require(map[0]?.unsigned, "seq") }
  }
}
