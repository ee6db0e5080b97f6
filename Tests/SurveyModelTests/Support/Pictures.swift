@testable import SurveyModel

/// Pictures as far as the survey looks at them: segments that are right, and pixels that nobody decodes.
enum Pictures {
  static func jpeg(
    width: Int = 40, height: Int = 30, extra: [[UInt8]] = [], coded: [UInt8] = [1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4], behind: [UInt8] = []
  ) -> [UInt8] {
    let frame = segment(0xC0, [8] + big(height, 2) + big(width, 2) + [1, 1, 0x11, 0])
    let scan = segment(0xDA, [1, 1, 0, 0, 63, 0]) + coded
    return [0xFF, 0xD8] + segment(0xE0, Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]) + extra.flatMap { $0 }
      + segment(0xDB, [UInt8](repeating: 1, count: 65)) + frame + scan + [0xFF, 0xD9] + behind
  }

  static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] { [0xFF, marker] + big(body.count + 2, 2) + body }

  static func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// What a telephone writes: how it was held, when, whose it is, and where.
  static let exif: [UInt8] = {
    func little(_ number: Int, _ count: Int) -> [UInt8] { big(number, count).reversed() }
    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
      little(tag, 2) + little(type, 2) + little(count, 4) + value + [UInt8](repeating: 0, count: 4 - value.count)
    }
    let details = 8 + 2 + 4 * 12 + 4
    let text = details + 2 + 12 + 4
    let place = text + 20
    let tiff =
      Array("II".utf8) + [42, 0] + little(8, 4) + little(4, 2) + entry(0x0112, 3, 1, little(6, 2))
      + entry(0x013B, 2, 4, Array("Lin".utf8) + [0]) + entry(0x8769, 4, 1, little(details, 4)) + entry(0x8825, 4, 1, little(place, 4))
      + little(0, 4) + little(1, 2) + entry(0x9003, 2, 20, little(text, 4)) + little(0, 4) + Array("2026:05:04 10:11:12".utf8) + [0]
      + little(1, 2) + entry(0x0002, 5, 3, Array("PLCE".utf8)) + little(0, 4)
    return segment(0xE1, ExifFacts.header + tiff)
  }()

  static func png(width: Int, height: Int, extra: [(String, [UInt8])] = []) -> [UInt8] {
    func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] { big(body.count, 4) + Array(kind.utf8) + body + [0, 0, 0, 0] }
    return [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A] + chunk("IHDR", big(width, 4) + big(height, 4) + [8, 2, 0, 0, 0])
      + extra.flatMap { chunk($0.0, $0.1) } + chunk("IDAT", [1, 2, 3]) + chunk("IEND", [])
  }
}
