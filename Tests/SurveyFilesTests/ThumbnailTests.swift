import CTurboJPEG
import SurveyModel
import Testing

@testable import SurveyFiles

/// Small pictures of photographs, decoded for real.
@Suite struct ThumbnailTests {
  /// A picture whose left half is dark.
  private func picture(_ width: Int, _ height: Int) throws -> [UInt8] {
    let pixels = (0..<(width * height)).flatMap { at -> [UInt8] in at % width < width / 2 ? [10, 10, 10] : [240, 240, 240] }
    let encoder = try #require(tjInitCompress())
    defer { tjDestroy(encoder) }
    var out: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(out) }
    let result = tjCompress2(
      encoder, pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), &out, &size, Int32(TJSAMP_420.rawValue), 90, 0)
    #expect(result == 0)
    return Array(UnsafeBufferPointer(start: out, count: Int(size)))
  }

  @Test func aThumbnailIsSmallAndShowsThePicture() throws {
    for (width, height) in [(4000, 1000), (1000, 2400), (640, 480), (40, 30), (641, 1)] {
      let thumbnail = try Thumbnail(of: try picture(width, height))
      #expect(max(thumbnail.width, thumbnail.height) <= Thumbnail.side, "\(width)×\(height)")
      let ratio = Double(width) / Double(thumbnail.width)
      #expect(abs(Double(height) / ratio - Double(thumbnail.height)) <= 1, "\(width)×\(height)")
      let decoder = try #require(tjInitDecompress())
      defer { tjDestroy(decoder) }
      var pixels = [UInt8](repeating: 0, count: thumbnail.width * thumbnail.height * 3)
      #expect(
        tjDecompress2(
          decoder, thumbnail.jpeg, UInt(thumbnail.jpeg.count), &pixels, Int32(thumbnail.width), 0, Int32(thumbnail.height),
          Int32(TJPF_RGB.rawValue), 0) == 0)
      #expect(pixels[0] < 60 && pixels[(thumbnail.width - 1) * 3] > 190)
    }
  }

  @Test func whatIsNoPictureOrTooLargeIsNotDecoded() throws {
    let whole = try picture(64, 64)
    #expect(refusal { _ = try Thumbnail(of: Array("%PDF-".utf8)) }?.code == .thumbnailUnknown)
    #expect(refusal { _ = try Thumbnail(of: Array(whole.prefix(200))) }?.code == .pictureMalformed)
    // A header that promises more than is ever decoded.
    let frame = try #require(whole.indices.first { whole[$0] == 0xFF && whole[$0 + 1] == 0xC0 })
    var bomb = whole
    bomb.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(refusal { _ = try Thumbnail(of: bomb) }?.code == .pictureTooLarge)
  }
}
