import CTurboJPEG
public import SurveyModel
import SyncCore

/// A small picture of a photograph.
///
/// It is decoded at a fraction of its size, so that a large photograph takes the memory of a small one, and only after its own header has
/// said that it is not too large.
public struct Thumbnail: Hashable, Sendable {
  public let jpeg: [UInt8]
  public let width: Int
  public let height: Int

  /// The longest that a thumbnail's sides are, in pixels.
  public static let side = 640
  private static let quality: Int32 = 80

  /// Makes one.
  ///
  /// Throws ``SurveyError/Code/thumbnailUnknown`` for what is no JPEG, ``SurveyError/Code/pictureTooLarge`` and
  /// ``SurveyError/Code/pictureMalformed``.
  public init(of bytes: [UInt8]) throws(SurveyError) {
    guard MediaType(head: bytes) == .jpeg else { throw SurveyError(.thumbnailUnknown) }
    guard let header = try PictureHeader(bytes, .jpeg), header.pixels <= AttachmentRules.pixels else {
      throw SurveyError(.pictureTooLarge, ["limit": String(AttachmentRules.pixels)])
    }
    guard let made = Self.make(bytes, header) else { throw SurveyError(.pictureMalformed, ["type": MediaType.jpeg.rawValue]) }
    self = made
  }

  private init(jpeg: [UInt8], width: Int, height: Int) {
    (self.jpeg, self.width, self.height) = (jpeg, width, height)
  }

  private static func make(_ bytes: [UInt8], _ header: PictureHeader) -> Thumbnail? {
    guard let decoder = tjInitDecompress() else { return nil }
    defer { tjDestroy(decoder) }
    var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let count = UInt(bytes.count)
    guard tjDecompressHeader3(decoder, bytes, count, &width, &height, &sampling, &colours) == 0, width > 0, height > 0,
      // What the decoder goes by is what was judged.
      Int(width) * Int(height) <= header.pixels
    else { return nil }
    // The largest eighth that fits, or the smallest there is.
    let longest = max(Int(width), Int(height))
    let eighths = (1...8).last { (longest * $0 + 7) / 8 <= side } ?? 1
    let (w, h) = ((Int(width) * eighths + 7) / 8, (Int(height) * eighths + 7) / 8)
    var pixels = [UInt8](repeating: 0, count: w * h * 3)
    guard tjDecompress2(decoder, bytes, count, &pixels, Int32(w), 0, Int32(h), Int32(TJPF_RGB.rawValue), Int32(TJFLAG_LIMITSCANS)) == 0
    else { return nil }
    guard let encoder = tjInitCompress() else { return nil }
    defer { tjDestroy(encoder) }
    var out: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(out) }
    guard
      tjCompress2(
        encoder, pixels, Int32(w), 0, Int32(h), Int32(TJPF_RGB.rawValue), &out, &size, Int32(TJSAMP_420.rawValue), quality, 0) == 0,
      let out
    else { return nil }
    return Thumbnail(jpeg: Array(UnsafeBufferPointer(start: out, count: Int(size))), width: w, height: h)
  }
}

extension SurveyError.Code {
  /// A file of a kind of which no small pictures are made.
  public static let thumbnailUnknown = Self("thumbnail-unknown")
}
