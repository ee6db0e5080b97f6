import SyncCore
import Testing

/// Certificates and seals come from anybody: they are read within limits, and by nothing but their format.
@Suite struct CertificateTests {
  private static let certificate = Certificate(
    device: [UInt8](repeating: 1, count: 16), key: [UInt8](repeating: 2, count: 32), user: "林", role: "specialist", from: 1_760_000_000_000,
    issuer: [UInt8](repeating: 3, count: 32))

  private static func code(_ bytes: [UInt8]) -> SyncCoreError.Code? { SyncCoreError.Code.thrown { _ = try Certificate(decoding: bytes) } }

  /// The certificate's fields with one of them replaced, or left out.
  private static func encoded(_ key: UInt64, _ value: CBOR?) throws -> [UInt8] {
    guard case .map(let entries) = try CBOR(decoding: certificate.encoded) else { return [] }
    let rest = entries.filter { $0.key != key } + (value.map { [(key, $0)] } ?? [])
    return CBOR.map(rest.sorted { $0.key < $1.key }).encoded
  }

  @Test func itIsReadAsItWasWritten() throws {
    #expect(try Certificate(decoding: Self.certificate.encoded) == Self.certificate)
    let unnamed = Certificate(
      device: Self.certificate.device, key: Self.certificate.key, user: "li", role: "", from: 0, issuer: Self.certificate.issuer)
    #expect(try Certificate(decoding: unnamed.encoded) == unnamed)
  }

  @Test func whatIsNoCertificateIsRefused() throws {
    for key: UInt64 in [0, 1, 2, 3, 5, 6] { #expect(Self.code(try Self.encoded(key, nil)) == .malformed, "without \(key)") }
    for (key, count): (UInt64, Int) in [(1, 16), (2, 32), (6, 32)] {
      for wrong in [count - 1, count + 1] {
        #expect(Self.code(try Self.encoded(key, .bytes([UInt8](repeating: 0, count: wrong)))) == .malformed, "\(key): \(wrong) bytes")
      }
    }
    #expect(Self.code(try Self.encoded(0, .unsigned(2))) == .unsupportedVersion)
    #expect(Self.code(try Self.encoded(5, .unsigned(.max))) == .malformed)
    // A later version's key is none of this version's business, and is signed with the rest.
    #expect(Self.code(try Self.encoded(99, .text("later"))) == nil)
  }

  @Test func itsLengthHasALimit() throws {
    let room = Limits.certificateBytes - (try Self.encoded(99, .bytes([UInt8](repeating: 0, count: 256)))).count + 256
    #expect(Self.code(try Self.encoded(99, .bytes([UInt8](repeating: 0, count: room)))) == nil)
    #expect(Self.code(try Self.encoded(99, .bytes([UInt8](repeating: 0, count: room + 1)))) == .tooLarge)
    #expect(Self.code(try Self.encoded(3, .text(String(repeating: "u", count: Limits.authorBytes)))) == nil)
    #expect(Self.code(try Self.encoded(3, .text(String(repeating: "u", count: Limits.authorBytes + 1)))) == .tooLarge)
  }

  @Test func aSealHasTwoSignaturesOfTheirLength() throws {
    let signed = SignedCertificate(bytes: Self.certificate.encoded, signature: [UInt8](repeating: 4, count: 64))
    let seal = Seal(signature: [UInt8](repeating: 5, count: 64), certificate: signed)
    #expect(try Seal(decoding: seal.encoded) == seal)
    for count in [0, 63, 65] {
      let short = Seal(signature: [UInt8](repeating: 5, count: count), certificate: signed)
      #expect(SyncCoreError.Code.thrown { _ = try Seal(decoding: short.encoded) } == .malformed)
      let unissued = SignedCertificate(bytes: signed.bytes, signature: [UInt8](repeating: 4, count: count))
      let other = Seal(signature: seal.signature, certificate: unissued)
      #expect(SyncCoreError.Code.thrown { _ = try Seal(decoding: other.encoded) } == .malformed)
    }
  }
}
