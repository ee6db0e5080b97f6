import SyncCore
import Testing

@testable import SurveyModel

/// What pictures say of themselves, judged and cut off without being decoded.
@Suite struct PictureTests {
  private func holds(_ bytes: [UInt8], _ text: String) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }

  @Test func aPhotographLosesWhereAndWhoseAndKeepsHowAndWhen() throws {
    let xmp = Pictures.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude=\"24\"/>".utf8))
    let (iptc, comment) = (Pictures.segment(0xED, Array("Photoshop 3.0\0Xiamen".utf8)), Pictures.segment(0xFE, Array("by Lin".utf8)))
    let colours = Pictures.segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1, 9])
    let second = Pictures.segment(0xE2, Array("MPF\0second".utf8))
    let whole = Pictures.jpeg(extra: [Pictures.exif, xmp, iptc, comment, colours, second], behind: Pictures.jpeg(extra: [Pictures.exif]))
    let before = PictureMetadata.facts(try #require(JPEGFile(whole)))
    #expect(before == ExifFacts(orientation: 6, takenAt: "2026:05:04 10:11:12", saysWhere: true))
    let bytes = try #require(try PictureMetadata.stripped(whole, .jpeg))
    let file = try #require(JPEGFile(bytes))
    #expect(PictureMetadata.facts(file) == ExifFacts(orientation: 6, takenAt: "2026:05:04 10:11:12", saysWhere: false))
    for text in ["PLCE", "Lin", "GPS", "Xiamen", "second"] { #expect(holds(whole, text) && !holds(bytes, text), "\(text)") }
    #expect(holds(bytes, "ICC_PROFILE") && holds(bytes, "JFIF"))
    // The picture itself is the same to the last byte, and what stood behind it is gone.
    #expect(file.segments.last?.coded == JPEGFile(whole)?.segments.last?.coded && file.bytes == bytes)
    #expect(try PictureMetadata.stripped(bytes, .jpeg) == bytes)
    #expect(PictureMetadata.takenAt(whole, .jpeg) == "2026-05-04T02:11:12Z")
  }

  @Test func otherPicturesLoseTheirsToo() throws {
    let png = Pictures.png(
      width: 3, height: 2, extra: [("eXIf", Array("PLCE".utf8)), ("iTXt", Array("XML:com.adobe.xmp".utf8)), ("gAMA", [1])])
    let stripped = try #require(try PictureMetadata.stripped(png + Array("behind".utf8), .png))
    #expect(stripped == Pictures.png(width: 3, height: 2, extra: [("gAMA", [1])]))
    func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
      Array(kind.utf8) + [UInt8(body.count), 0, 0, 0] + body + (body.count % 2 == 1 ? [0] : [])
    }
    func webp(_ chunks: [UInt8]) -> [UInt8] { Array("RIFF".utf8) + [UInt8(chunks.count + 4), 0, 0, 0] + Array("WEBP".utf8) + chunks }
    let header: [UInt8] = [0, 0, 0, 9, 0, 0, 4, 0, 0]
    let picture = webp(chunk("VP8X", [0x2C] + header) + chunk("VP8 ", [1, 2, 3]) + chunk("EXIF", Array("PLCE".utf8)) + chunk("XMP ", [1]))
    #expect(try PictureMetadata.stripped(picture, .webp) == webp(chunk("VP8X", [0x20] + header) + chunk("VP8 ", [1, 2, 3])))
    #expect(try PictureHeader(picture, .webp)?.width == 10 && PictureHeader(picture, .webp)?.height == 5)
    for type in [MediaType.heic, .mp4] { #expect(try PictureMetadata.stripped([1], type) == nil) }
  }

  @Test func aSizeIsReadFromTheHeaderAloneAndTheLargestCounts() throws {
    #expect(try PictureHeader(Pictures.jpeg(width: 4000, height: 3000), .jpeg)?.pixels == 12_000_000)
    let bomb = Pictures.segment(0xC2, [8] + Pictures.big(65_535, 2) + Pictures.big(65_535, 2) + [1, 1, 0x11, 0])
    #expect(try PictureHeader(Pictures.jpeg(extra: [bomb]), .jpeg)?.pixels == 65_535 * 65_535)
    #expect(try PictureHeader(Pictures.png(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF), .png)?.pixels == 0x7FFF_FFFF * 0x7FFF_FFFF)
    #expect(try PictureHeader(Pictures.png(width: 7, height: 5), .png)?.width == 7)
  }

  @Test func whatIsCutOrForgedIsRefused() {
    let whole = Pictures.jpeg(extra: [Pictures.exif])
    for count in 2..<whole.count { #expect(JPEGFile(Array(whole[..<count])) == nil, "\(count)") }
    for bytes in [Pictures.jpeg(width: 0), [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xD9], [0xFF, 0xD8, 0xFF, 0xD9], []] {
      #expect(refusal { _ = try PictureHeader(bytes, .jpeg) }?.code == .pictureMalformed)
    }
    let png = Pictures.png(width: 3, height: 2)
    for count in 0..<(png.count - 1) {
      #expect(refusal { _ = try PictureMetadata.stripped(Array(png[..<count]), .png) } != nil, "\(count)")
    }
  }

  @Test func bytesThatAFuzzerMightMakeUpNeverCrash() {
    var random = SystemRandomNumberGenerator()
    let samples = [
      Pictures.jpeg(extra: [Pictures.exif]), Pictures.png(width: 3, height: 2, extra: [("eXIf", [1, 2])]),
      Array("RIFF\u{20}\0\0\0WEBPVP8X\u{0A}\0\0\0".utf8),
    ]
    for round in 0..<6000 {
      var bytes = samples[round % 3]
      for _ in 0...3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random) }
      for type in MediaType.allCases {
        _ = try? PictureHeader(bytes, type)
        if let stripped = try? PictureMetadata.stripped(bytes, type) { #expect(stripped.count <= bytes.count + 128) }
        _ = PictureMetadata.takenAt(bytes, type)
      }
    }
  }

  @Test func aNameIsCleanedBeforeAnybodySeesIt() {
    for (name, clean) in [
      ("车间.jpg", "车间.jpg"), ("../../etc/passwd", "passwd"), ("a\u{1B}[31mb.jpg", "a[31mb.jpg"), ("a\u{202E}gpj.exe", "agpj.exe"),
      ("..\\..\\boot.ini", "boot.ini"), (".bashrc", "bashrc"), ("..", "file"), ("", "file"), ("a\nb\0c", "abc"),
      (String(repeating: "中", count: 100), String(repeating: "中", count: AttachmentRules.nameBytes / 3)),
    ] { #expect(AttachmentRules.cleaned(name) == clean, "\(name)") }
  }
}

extension ExifFacts {
  fileprivate init(orientation: Int?, takenAt: String?, saysWhere: Bool) {
    self.init()
    (self.orientation, self.takenAt, self.saysWhere) = (orientation, takenAt, saysWhere)
  }
}
