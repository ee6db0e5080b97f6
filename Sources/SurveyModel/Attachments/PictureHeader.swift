public import SyncCore

/// What a picture says of itself before anybody decodes it: how large it would become.
public struct PictureHeader: Hashable, Sendable {
  public let width: Int
  public let height: Int

  /// How many pixels it unfolds to; what would overflow counts as the most there are.
  public var pixels: Int {
    let (pixels, isOverflow) = width.multipliedReportingOverflow(by: height)
    return isOverflow ? .max : pixels
  }

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Reads the header of a picture.
  ///
  /// Throws ``SurveyError/Code/pictureMalformed`` where there is none that can be read. Nil for a kind whose size is not read here.
  public init?(_ bytes: [UInt8], _ type: MediaType) throws(SurveyError) {
    let found: PictureHeader?
    switch type {
    case .jpeg: found = JPEGFile(bytes).flatMap { Self.largest($0) }
    case .png: found = Self.png(bytes)
    case .webp: found = Self.webp(bytes)
    case .heic, .pdf, .mp4, .office: return nil
    }
    guard let found, found.width > 0, found.height > 0 else { throw SurveyError(.pictureMalformed, ["type": type.rawValue]) }
    self = found
  }

  /// A file may have several frame headers; a decoder may go by any of them.
  private static func largest(_ file: JPEGFile) -> PictureHeader? {
    file.segments.filter(\.isFrame).compactMap { segment in
      let body = segment.body
      guard body.count >= 5 else { return nil }
      return PictureHeader(width: body.big(at: 3, 2), height: body.big(at: 1, 2))
    }.max { $0.pixels < $1.pixels }
  }

  private static func png(_ bytes: [UInt8]) -> PictureHeader? {
    let body = bytes.prefix(24)
    guard body.count == 24, body[12..<16].elementsEqual("IHDR".utf8) else { return nil }
    return PictureHeader(width: body.big(at: 16, 4), height: body.big(at: 20, 4))
  }

  private static func webp(_ bytes: [UInt8]) -> PictureHeader? {
    let head = bytes.prefix(30)
    guard head.count == 30 else { return nil }
    switch String(decoding: head[12..<16], as: UTF8.self) {
    case "VP8X": return PictureHeader(width: head.little(at: 24, 3) + 1, height: head.little(at: 27, 3) + 1)
    case "VP8 ": return PictureHeader(width: head.little(at: 26, 2) & 0x3FFF, height: head.little(at: 28, 2) & 0x3FFF)
    case "VP8L":
      let packed = head.little(at: 21, 4)
      return PictureHeader(width: packed & 0x3FFF + 1, height: packed >> 14 & 0x3FFF + 1)
    default: return nil
    }
  }
}

extension Collection<UInt8> where Index == Int {
  /// A big-endian number of some bytes, which are there.
  func big(at offset: Int, _ count: Int) -> Int { dropFirst(offset).prefix(count).reduce(0) { $0 << 8 | Int($1) } }

  /// A little-endian number of some bytes, which are there.
  func little(at offset: Int, _ count: Int) -> Int { dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | Int($1) } }
}
