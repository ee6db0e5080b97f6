import SyncCore

/// What of a photograph's Exif data concerns the survey: how it is to be turned, when it was taken, and whether it says where.
struct ExifFacts: Equatable {
  var orientation: Int?
  /// As the camera writes it: `2026:05:04 10:11:12`, by the camera's own clock.
  var takenAt: String?
  var saysWhere = false

  static let header = Array("Exif".utf8) + [0, 0]
  private static let timeCharacters = 19
  /// How many entries of a directory are looked at: cameras write some dozens.
  private static let entries = 256
  private enum Tag {
    static let orientation = 0x0112, details = 0x8769, place = 0x8825, takenAt = 0x9003
  }

  init() {}

  /// Reads a segment's body; says nothing where it cannot be read.
  init(segment body: ArraySlice<UInt8>) {
    guard body.starts(with: Self.header) else { return }
    let tiff = Array(body.dropFirst(Self.header.count))
    let isLittle = tiff.starts(with: [0x49, 0x49, 42, 0])
    guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 42]) else { return }
    func number(_ at: Int, _ count: Int) -> Int? {
      guard at >= 0, at + count <= tiff.count else { return nil }
      return isLittle ? tiff.little(at: at, count) : tiff.big(at: at, count)
    }
    func directory(_ start: Int, _ look: (_ tag: Int, _ type: Int, _ at: Int) -> Void) {
      guard let count = number(start, 2) else { return }
      for entry in 0..<min(count, Self.entries) {
        let at = start + 2 + 12 * entry
        guard let tag = number(at, 2), let type = number(at + 2, 2), at + 12 <= tiff.count else { return }
        look(tag, type, at)
      }
    }
    var details: Int?
    directory(number(4, 4) ?? tiff.count) { tag, _, at in
      switch tag {
      case Tag.orientation: orientation = number(at + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil }
      case Tag.details: details = number(at + 8, 4)
      case Tag.place: saysWhere = true
      default: break
      }
    }
    guard let details else { return }
    directory(details) { tag, _, at in
      guard tag == Tag.takenAt, let start = number(at + 8, 4), start + Self.timeCharacters <= tiff.count else { return }
      let text = String(decoding: tiff[start..<(start + Self.timeCharacters)], as: UTF8.self)
      if Self.moment(text) != nil { takenAt = text }
    }
  }

  /// A segment's body that says how to turn the picture and when it was taken, and nothing else; nil where there is nothing to say.
  var segment: [UInt8]? {
    guard orientation != nil || takenAt != nil else { return nil }
    func big(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    let count = (orientation == nil ? 0 : 1) + (takenAt == nil ? 0 : 1)
    let details = 8 + 2 + 12 * count + 4
    var out = Self.header + Array("MM".utf8) + big(42, 2) + big(8, 4) + big(count, 2)
    if let orientation { out += big(Tag.orientation, 2) + big(3, 2) + big(1, 4) + big(orientation, 2) + big(0, 2) }
    guard let takenAt else { return out + big(0, 4) }
    out += big(Tag.details, 2) + big(4, 2) + big(1, 4) + big(details, 4) + big(0, 4)
    let text = details + 2 + 12 + 4
    return out + big(1, 2) + big(Tag.takenAt, 2) + big(2, 2) + big(Self.timeCharacters + 1, 4) + big(text, 4) + big(0, 4)
      + Array(takenAt.utf8) + [0]
  }

  /// The time as records hold it, taking the camera's clock for Beijing's; nil for what is no time.
  static func moment(_ text: String) -> String? {
    let digits = text.utf8.split { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ") }.map { String(decoding: $0, as: UTF8.self) }
    guard digits.count == 6 else { return nil }
    return Moment("\(digits[0])-\(digits[1])-\(digits[2]) \(digits[3]):\(digits[4]):\(digits[5])")?.text
  }
}
