import SyncCore

/// Whether pictures may say where they were taken: the office's policy.
public enum LocationPolicy: String, Term {
  /// They do not: what a device says beside the picture is taken out before the file gets its name.
  case strip
  /// Files stay as they are.
  case keep

  public var label: String {
    switch self {
    case .strip: "去除"
    case .keep: "保留"
    }
  }

  public var labelEn: String {
    switch self {
    case .strip: "Strip"
    case .keep: "Keep"
    }
  }
}

/// What a picture's file says beside the picture: places, owners, serial numbers, smaller pictures of before it was cropped.
///
/// Nothing is decoded, so that no pixel changes and a picture taken in twice is the same file.
enum PictureMetadata {
  /// A picture without it, but for how it is to be turned and when it was taken.
  ///
  /// Nil for a kind of file whose metadata cannot be taken out here. Throws ``SurveyError/Code/pictureMalformed``.
  static func stripped(_ bytes: [UInt8], _ type: MediaType) throws(SurveyError) -> [UInt8]? {
    let out: [UInt8]?
    switch type {
    case .jpeg: out = JPEGFile(bytes).map(stripped)
    case .png: out = png(bytes)
    case .webp: out = webp(bytes)
    case .heic, .mp4: return nil
    // What somebody wrote, and not what a device noted.
    case .pdf, .office: return bytes
    }
    guard let out else { throw SurveyError(.pictureMalformed, ["type": type.rawValue]) }
    return out
  }

  /// When a photograph was taken, as records hold it; nil where it does not say.
  static func takenAt(_ bytes: [UInt8], _ type: MediaType) -> String? {
    guard type == .jpeg, let file = JPEGFile(bytes) else { return nil }
    return facts(file).takenAt.flatMap { ExifFacts.moment($0) }
  }

  /// What the first Exif segment says.
  static func facts(_ file: JPEGFile) -> ExifFacts {
    file.segments.first { $0.marker == 0xE1 && $0.body.starts(with: ExifFacts.header) }.map { ExifFacts(segment: $0.body) } ?? ExifFacts()
  }

  private static func stripped(_ file: JPEGFile) -> [UInt8] {
    var kept = file.segments.filter { segment in
      switch segment.marker {
      // How colours are meant; everything else that an application may write is left out.
      case 0xE0: segment.body.starts(with: Array("JFIF".utf8) + [0])
      case 0xE2: segment.body.starts(with: Array("ICC_PROFILE".utf8) + [0])
      case 0xEE: segment.body.starts(with: Array("Adobe".utf8))
      case 0xE1...0xEF, 0xFE: false
      default: true
      }
    }
    if let exif = facts(file).segment {
      kept.insert(JPEGFile.Segment(marker: 0xE1, body: exif[...], coded: []), at: kept.first?.marker == 0xE0 ? 1 : 0)
    }
    return JPEGFile(segments: kept).bytes
  }

  private static func png(_ bytes: [UInt8]) -> [UInt8]? {
    let signature = 8
    guard bytes.count > signature else { return nil }
    var out = Array(bytes[..<signature])
    var at = signature
    while true {
      guard at + 12 <= bytes.count else { return nil }
      let length = bytes.big(at: at, 4)
      guard length <= bytes.count - at - 12 else { return nil }
      let kind = String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self)
      let end = at + 12 + length
      if !["eXIf", "tEXt", "zTXt", "iTXt"].contains(kind) { out += bytes[at..<end] }
      // What follows the end is of no picture.
      if kind == "IEND" { return out }
      at = end
    }
  }

  private static func webp(_ bytes: [UInt8]) -> [UInt8]? {
    let header = 12
    guard bytes.count > header else { return nil }
    let end = min(bytes.count, 8 + bytes.little(at: 4, 4))
    var out = Array(bytes[..<header])
    var at = header
    while at < end {
      guard at + 8 <= end else { return nil }
      let length = bytes.little(at: at + 4, 4)
      guard length <= end - at - 8 else { return nil }
      let next = min(end, at + 8 + length + length % 2)
      var chunk = Array(bytes[at..<next])
      let kind = String(decoding: chunk[..<4], as: UTF8.self)
      // Of what is left out the picture's own header may not tell.
      if kind == "VP8X", chunk.count > 8 { chunk[8] &= ~0x0C }
      if kind != "EXIF", kind != "XMP " { out += chunk }
      at = next
    }
    let size = out.count - 8
    for byte in 0..<4 { out[4 + byte] = UInt8(truncatingIfNeeded: size >> (8 * byte)) }
    return out
  }
}
