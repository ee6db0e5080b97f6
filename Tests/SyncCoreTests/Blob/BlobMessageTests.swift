import Testing

@testable import SyncCore

@Suite struct BlobMessageTests {
  static let names = [
    BlobName(scope: ScopeID(literal: "case-1"), digest: [UInt8](repeating: 0xab, count: 32), bytes: 1 << 20),
    BlobName(scope: ScopeID(literal: "企业"), digest: [UInt8](repeating: 1, count: 32), bytes: 1),
  ].compactMap { $0 }
  static let answer = BlobAnswer(
    states: [.missing(received: 0), .missing(received: 70_000), .held, .refused(code: "quota")], losses: [1, 2, 3])

  @Test func questionsAndAnswersReturn() throws {
    #expect(try BlobQuestion(decoding: BlobQuestion(Self.names).encoded).names == Self.names)
    #expect(try BlobQuestion(decoding: BlobQuestion([]).encoded).names.isEmpty)
    #expect(try BlobAnswer(decoding: Self.answer.encoded) == Self.answer)
  }

  @Test func aNameIsOfADigestAndOfAFileThatHasBytes() {
    let scope = ScopeID(literal: "s")
    for count in [0, 31, 33, 64] { #expect(BlobName(scope: scope, digest: [UInt8](repeating: 0, count: count), bytes: 1) == nil) }
    for bytes in [0, -1, Int.min] { #expect(BlobName(scope: scope, digest: [UInt8](repeating: 0, count: 32), bytes: bytes) == nil) }
    #expect(BlobName(scope: scope, digest: [UInt8](repeating: 0, count: 32), bytes: .max) != nil)
  }

  @Test func whatIsNoMessageIsRefused() {
    let digest = CBOR.bytes([UInt8](repeating: 0, count: 32))
    for name in [
      CBOR.array([.text("s"), digest]), .array([.text(""), digest, .unsigned(1)]), .array([.text("s"), .bytes([1]), .unsigned(1)]),
      .array([.text("s"), digest, .unsigned(0)]), .array([.text("s"), digest, .unsigned(.max)]),
      .array([.text("s"), digest, .negative(0)]),
      .array([.text("s"), digest, .unsigned(1), .unsigned(1)]), .unsigned(1),
    ] {
      let bytes = CBOR.map([0: .unsigned(1), 1: .array([name])]).encoded
      #expect(throws: SyncCoreError.self) { _ = try BlobQuestion(decoding: bytes) }
    }
    for state in [
      CBOR.array([]), .array([.unsigned(0)]), .array([.unsigned(1), .unsigned(1)]), .array([.unsigned(3)]), .array([.unsigned(2), .null]),
    ] {
      let bytes = CBOR.map([0: .unsigned(1), 1: .array([state]), 2: .bytes([])]).encoded
      #expect(throws: SyncCoreError.self) { _ = try BlobAnswer(decoding: bytes) }
    }
    let later = CBOR.map([0: .unsigned(2), 1: .array([])]).encoded
    #expect(SyncCoreError.Code.thrown { _ = try BlobQuestion(decoding: later) } == .unsupportedVersion)
  }

  @Test func aFileIsWhatItBeginsAs() {
    let ftyp = Array("\0\0\0\u{18}ftyp".utf8)
    for (head, type) in [
      ([0xFF, 0xD8, 0xFF, 0xE1], MediaType.jpeg), ([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A], .png),
      (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), .webp), (ftyp + Array("heic".utf8), .heic), (ftyp + Array("isom".utf8), .mp4),
      (Array("%PDF-1.7".utf8), .pdf), ([0x50, 0x4B, 3, 4, 20], .office),
    ] as [([UInt8], MediaType)] {
      #expect(MediaType(head: head) == type)
      // A letter less is something else.
      if type != .office, type != .pdf { #expect(MediaType(head: head.dropFirst()) == nil) }
    }
    for head in ["", "MZ", "#!/bin/sh", "<html>", "<svg xmlns=", "GIF89a", "RIFF\0\0\0\0AVI LIST", "{}"] {
      #expect(MediaType(head: Array(head.utf8)) == nil, "\(head)")
    }
  }
}
