import Foundation
import Testing

/// The laws of ``DecoderLaw`` over every input that ever broke one, and over the golden files. `make fuzz` looks for new ones.
@Suite struct DecoderTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  private static func read(_ file: URL) throws -> [UInt8] {
    let digits = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.joined().utf8
    var bytes: [UInt8] = []
    var rest = Array(digits)[...]
    while rest.count >= 2 {
      bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  private static func files(in folder: URL, _ prefix: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasPrefix(prefix) && $0.pathExtension == "hex" }.sorted { $0.path < $1.path }
  }

  @Test(arguments: DecoderLaw.allCases)
  func whatOnceBrokeALawKeepsIt(law: DecoderLaw) throws {
    for file in try Self.files(in: Self.fixtures.appendingPathComponent("fuzz"), "\(law.rawValue)-") {
      let bytes = try Self.read(file)
      #expect(throws: Never.self, "\(file.lastPathComponent)") { _ = try law.isTaken(bytes) }
    }
  }

  @Test(arguments: [DecoderLaw.header, .part, .request, .response])
  func theGoldenFilesAreTaken(law: DecoderLaw) throws {
    for file in try Self.files(in: Self.fixtures, law.rawValue) {
      let bytes = (law == .part ? [0] : []) + (try Self.read(file))
      #expect(try law.isTaken(bytes), "\(file.lastPathComponent)")
    }
  }
}
