/// A JPEG file as its segments, none of them decoded.
struct JPEGFile {
  struct Segment {
    let marker: UInt8
    /// Without the marker and the length.
    let body: ArraySlice<UInt8>
    /// Of a scan, what follows its header: the coded picture.
    let coded: ArraySlice<UInt8>

    /// Whether it says how large the picture is.
    var isFrame: Bool { (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker) }
  }

  let segments: [Segment]

  init(segments: [Segment]) { self.segments = segments }

  /// Nil for what is no JPEG file, or is cut. What stands behind the picture's end does not belong to it.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var segments: [Segment] = []
    var at = 2
    while true {
      guard at + 1 < bytes.count, bytes[at] == 0xFF else { return nil }
      let marker = bytes[at + 1]
      // Bytes that fill up.
      if marker == 0xFF {
        at += 1
        continue
      }
      if marker == 0xD9 { break }
      guard at + 3 < bytes.count, marker != 0, !(0xD0...0xD8).contains(marker) else { return nil }
      let length = bytes.big(at: at + 2, 2)
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      var codedEnd = end
      if marker == 0xDA {
        while codedEnd + 1 < bytes.count, bytes[codedEnd] != 0xFF || Self.isCoded(bytes[codedEnd + 1]) { codedEnd += 1 }
        // Behind the last byte there is no marker any more: it was cut.
        guard codedEnd + 1 < bytes.count else { return nil }
      }
      segments.append(Segment(marker: marker, body: bytes[(at + 4)..<end], coded: bytes[end..<codedEnd]))
      at = codedEnd
    }
    self.segments = segments
  }

  /// Whether 0xFF before this byte is of the coded picture: a byte 0xFF as it is written there, or a place to start again from.
  private static func isCoded(_ byte: UInt8) -> Bool { byte == 0 || (0xD0...0xD7).contains(byte) }

  var bytes: [UInt8] {
    var out: [UInt8] = [0xFF, 0xD8]
    for segment in segments {
      let length = segment.body.count + 2
      out += [0xFF, segment.marker, UInt8(length >> 8), UInt8(length & 0xFF)]
      out += segment.body
      out += segment.coded
    }
    return out + [0xFF, 0xD9]
  }
}
