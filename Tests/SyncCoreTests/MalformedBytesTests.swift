import Testing

@testable import SyncCore

/// Bytes that were changed on the way give an error with a code, or something that decodes; never a crash.
@Suite struct MalformedBytesTests {
  private static func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var out = bytes
    for _ in 0...random.below(3) {
      switch random.below(6) {
      case 0 where !out.isEmpty: out[random.below(out.count)] ^= 1 << UInt8(random.below(8))
      case 1 where !out.isEmpty: out[random.below(out.count)] = random.pick([0, 1, 0x7f, 0x80, 0xff])
      case 2: out.insert(random.pick([0, 1, 0x7f, 0x80, 0xff]), at: random.below(out.count + 1))
      case 3 where !out.isEmpty: out.remove(at: random.below(out.count))
      case 4 where out.count > 1: out.removeLast(random.below(out.count))
      default: out.insert(contentsOf: out.prefix(random.below(9)), at: random.below(out.count + 1))
      }
    }
    return out
  }

  private func hurt(_ seed: UInt64, _ samples: [[UInt8]], rounds: Int, _ decode: ([UInt8]) throws -> Void) {
    var random = Seeded(seed)
    var refused = 0
    for round in 0..<rounds {
      let bytes = Self.mutate(samples[round % samples.count], &random)
      do { try decode(bytes) } catch {
        #expect(error is SyncCoreError)
        refused += 1
      }
    }
    #expect(refused > rounds / 4)
  }

  @Test func inHeaders() {
    hurt(11, [ChangesetHeaderTests.header().encoded], rounds: 4000) { _ = try ChangesetHeader(decoding: $0) }
  }

  @Test func inWhatIsAskedOfFiles() {
    hurt(15, [BlobQuestion(BlobMessageTests.names).encoded], rounds: 4000) { _ = try BlobQuestion(decoding: $0) }
    hurt(16, [BlobMessageTests.answer.encoded], rounds: 4000) { _ = try BlobAnswer(decoding: $0) }
  }

  @Test func inRequests() {
    hurt(12, ExchangeMessageTests.requests.map { $0.encoded(codec: .test) }, rounds: 4000) {
      _ = try ExchangeRequest(decoding: $0, codec: .test)
    }
  }

  @Test func inResponses() {
    hurt(13, ExchangeMessageTests.responses.map { $0.encoded(codec: .test) }, rounds: 4000) {
      _ = try ExchangeResponse(decoding: $0, codec: .test)
    }
  }

  @Test func inParts() {
    var groups: [ChangeGroupBuilder] = []
    for kind in 0..<6 {
      var group = ChangeGroupBuilder(
        table: "t\(kind)", isDeletion: kind == 5, isSettlement: false, columns: kind == 5 ? [] : [.init(name: "c", isIncrement: kind == 0)],
        keyNames: kind % 2 == 0 ? ["k"] : [])
      for row in 0..<40 {
        if kind % 2 == 0 { group.keys[0].append(.text("01890a5d-ac96-774b-bcce-b302099a80\(row + 10)")) }
        let values: [Value] = [
          .integer(Int64(row)), .text("\(row % 2)"), .real(1.5), .blob([UInt8(row)]), row % 2 == 0 ? .null : .text("x\(row)"),
        ]
        if kind < 5 { group.values[0].append(values[kind]) }
        group.endRow(
          name: kind % 2 == 0 ? nil : .init(dot: LocalDot(site: 1, seq: 2), index: UInt32(row)),
          context: [LocalDot(site: 1, seq: UInt64(row / 20 + 1))],
          spared: row == 3 ? [(column: nil, dot: LocalDot(site: 1, seq: 1))] : [])
      }
      groups.append(group)
    }
    // Each group alone, so that its bytes are short enough to be left as they are.
    let samples = groups.map { group in
      ChangePart.encode([group], codec: Codec(compress: { $0 }, inflate: { _, _ in nil }, digest: { $0 })) { _ in .number(1) }
    }
    hurt(14, samples, rounds: 12_000) { bytes in
      let part = try ChangePart(decoding: bytes, firstIndex: 0, codec: .test) { _ in 1 }
      for group in part.groups {
        for row in 0..<group.rowCount {
          _ = group.context(ofRow: row)
          for column in group.values { _ = column.value(row) }
        }
      }
    }
  }

  @Test func inCBOR() {
    hurt(15, [CBOR.array([.map([1: .bytes([1, 2]), 2: .text("水")]), .unsigned(70000), .null]).encoded], rounds: 4000) {
      let value = try CBOR(decoding: $0)
      // What decodes has one encoding: the one it came in.
      #expect(value.encoded == $0)
    }
  }

  @Test func inBundleHeaders() {
    let header = BundleHeader(site: .number(1), wallClock: 5, scopes: [])
    hurt(16, [header.encoded], rounds: 2000) { _ = try BundleHeader(decoding: $0) }
  }
}
