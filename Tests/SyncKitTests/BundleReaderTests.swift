import Foundation
import SyncCore
import Testing

@testable import SyncKit

/// A bundle is read in pieces of one size, and what it says of its own lengths takes no memory.
@Suite struct BundleReaderTests {
  private static let header = BundleHeader(
    site: SiteID(deviceHigh: 1, deviceLow: 2, incarnation: 3), wallClock: 0, scopes: [])

  /// What is asked of a source: how much at once, and how much in all.
  private final class Asked {
    var most = 0
    var given = 0
  }

  private static func frames(_ frames: (BundleFormat.Kind, [UInt8])...) -> [UInt8] {
    var (out, chain) = (BundleFormat.magic, BundleFormat.seed)
    for (kind, payload) in frames { out += BundleFormat.frame(kind, payload, chain: &chain, codec: .standard) }
    return out
  }

  private static func reader(_ bytes: [UInt8], atOnce: Int = .max, _ asked: Asked = Asked()) throws -> BundleReader {
    var rest = bytes[...]
    return try BundleReader { count in
      asked.most = max(asked.most, count)
      let piece = rest.prefix(min(count, atOnce))
      rest = rest.dropFirst(piece.count)
      asked.given += piece.count
      return Array(piece)
    }
  }

  private static func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? SyncKitError)?.code.description ?? (error as? SyncCoreError)?.code.description ?? "?" }
  }

  @Test(arguments: [1, 2, 7, 100, 65_535, 65_536, 1 << 30])
  func whateverThePiecesTheFramesAreTheSame(atOnce: Int) throws {
    let message = ExchangeResponse.changes([], isComplete: true).encoded(codec: .standard)
    let asked = Asked()
    var reader = try Self.reader(
      Self.frames((.header, Self.header.encoded), (.changes, message), (.changes, message), (.end, [])), atOnce: atOnce, asked)
    guard case .header(let header) = try reader.next(), case .changes = try reader.next(), case .changes = try reader.next(),
      case .end = try reader.next()
    else { throw SyncKitError(.notABundle) }
    #expect(header == Self.header)
    #expect(asked.most <= BundleReader.pieceBytes)
  }

  @Test(arguments: [1, 7, 65_536], [[0], Array("x".utf8), BundleFormat.magic])
  func whatFollowsTheEndIsAnAlteration(atOnce: Int, more: [UInt8]) throws {
    let whole = Self.frames((.header, Self.header.encoded), (.end, []))
    func read(_ bytes: [UInt8]) throws {
      var reader = try Self.reader(bytes, atOnce: atOnce)
      _ = try (reader.next(), reader.next())
    }
    #expect(Self.code { try read(whole) } == nil)
    #expect(Self.code { try read(whole + more) } == "bundle-altered")
    #expect(Self.code { try read(whole + whole) } == "bundle-altered")
  }

  @Test func aLengthThatIsNotThereTakesNoMemoryForIt() throws {
    var bytes = Self.frames()
    var length = ByteWriter()
    length.write(varint: UInt64(Limits.messageBytes))
    bytes += [2] + length.bytes + [1, 2, 3]
    let asked = Asked()
    #expect(
      Self.code {
        var reader = try Self.reader(bytes, asked)
        _ = try reader.next()
      } == "bundle-cut")
    #expect(asked.most <= BundleReader.pieceBytes && asked.given == bytes.count)
  }

  @Test(arguments: [0, 1])
  func aFrameMayBeAsLargeAsAMessageAndNoLarger(excess: Int) throws {
    let payload = [UInt8](repeating: 7, count: Limits.messageBytes + excess)
    let asked = Asked()
    var reader = try Self.reader(Self.frames((.header, Self.header.encoded), (.changes, payload)), asked)
    _ = try reader.next()
    // Within the limit it is read and found to be no message; beyond it, it is not read at all.
    #expect(Self.code { _ = try reader.next() } == (excess == 0 ? "malformed" : "bundle-altered"))
    #expect((asked.given > BundleReader.pieceBytes * 2) == (excess == 0))
    #expect(asked.most <= BundleReader.pieceBytes)
  }

  @Test(arguments: [
    [UInt8](repeating: 0xff, count: 20), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  ])
  func aLengthThatIsNoneIsAltered(length: [UInt8]) {
    #expect(
      Self.code {
        var reader = try Self.reader(Self.frames() + [1] + length + [UInt8](repeating: 0, count: 100))
        _ = try reader.next()
      } == "bundle-altered")
  }

  @Test func anUnknownKindOfFrameIsAltered() {
    #expect(
      Self.code {
        var reader = try Self.reader(Self.frames() + [9, 0] + [UInt8](repeating: 0, count: 32))
        _ = try reader.next()
      } == "bundle-altered")
  }

  /// A stick that is pulled out: reading fails, what was whole before is kept, and the import can be done again.
  @Test func whereReadingFailsTheRestIsMissing() throws {
    let bytes = Self.frames((.header, Self.header.encoded), (.end, []))
    for failing in 0..<bytes.count {
      var given = 0
      let code = Self.code {
        var reader = try BundleReader { _ in
          guard given < failing else { throw SyncKitError(.bundleCut, ["errno": "5"]) }
          given += 1
          return [bytes[given - 1]]
        }
        while true { if case .end = try reader.next() { return } }
      }
      #expect(code == "bundle-cut", "at \(failing)")
    }
  }

  @Test func aFolderAndAMissingFileAreNotFound() throws {
    let field = try TestField()
    let replica = try field.replica("a")
    for path in [field.folder.path, field.path("none")] {
      let error = #expect(throws: SyncKitError.self) { try replica.importBundle(from: path) }
      #expect(error?.code == .notFound && error?.details["path"] == path)
    }
    try Data().write(to: URL(fileURLWithPath: field.path("empty")))
    let error = #expect(throws: SyncKitError.self) { try replica.importBundle(from: field.path("empty")) }
    #expect(error?.code == .notABundle && error?.details["path"] == field.path("empty"))
  }
}
