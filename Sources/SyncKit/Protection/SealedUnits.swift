/// Which bytes of a file are encrypted together: a unit is written whole, with a nonce and a tag of its own.
///
/// Units are cut as SQLite cuts its files, so that what it never writes while somebody reads it stays so: two pages share no unit. A unit
/// may be shorter than it could be at the end of the file alone.
enum SealedUnits: Equatable {
  /// A database: its pages, behind a header.
  case pages
  /// A write-ahead log: its header, then each frame's header and page.
  case log
  /// Any other file: what makes a sector of the disk, which is written whole or not at all.
  case sectors

  /// The only size of page that is taken, in bytes: SQLite's own.
  static let pageBytes = 4096
  /// What a unit takes beyond its contents: a nonce and a tag.
  static let overhead = 28
  static let sectorBytes = 512
  private static let logHeaderBytes = 32
  private static let frameHeaderBytes = 24

  /// Where a unit's contents lie in the file as SQLite sees it.
  struct Unit: Equatable {
    let number: Int
    let start: Int
    let length: Int
    var end: Int { start + length }
  }

  /// How many bytes lie before the first unit.
  var base: Int { self == .pages ? SealedHeader.byteCount : 0 }

  /// The unit in which a byte lies.
  func unit(at offset: Int) -> Unit {
    switch self {
    case .pages: return Self.equal(offset, Self.pageBytes)
    case .sectors: return Self.equal(offset, Self.sectorBytes - Self.overhead)
    case .log:
      if offset < Self.logHeaderBytes { return Unit(number: 0, start: 0, length: Self.logHeaderBytes) }
      let frameBytes = Self.frameHeaderBytes + Self.pageBytes
      let frame = (offset - Self.logHeaderBytes) / frameBytes
      let start = Self.logHeaderBytes + frame * frameBytes
      return offset < start + Self.frameHeaderBytes
        ? Unit(number: 1 + 2 * frame, start: start, length: Self.frameHeaderBytes)
        : Unit(number: 2 + 2 * frame, start: start + Self.frameHeaderBytes, length: Self.pageBytes)
    }
  }

  private static func equal(_ offset: Int, _ length: Int) -> Unit {
    Unit(number: offset / length, start: offset / length * length, length: length)
  }

  /// Where a unit begins on the disk.
  func place(of unit: Unit) -> Int { base + unit.start + unit.number * Self.overhead }

  /// The size that SQLite sees of a file that has so many bytes on the disk. What is too short to be a unit does not count.
  func size(onDisk bytes: Int) -> Int {
    let bytes = bytes - base
    switch self {
    case .pages: return Self.size(of: bytes, Self.pageBytes)
    case .sectors: return Self.size(of: bytes, Self.sectorBytes - Self.overhead)
    case .log:
      let header = Self.logHeaderBytes + Self.overhead
      let (frameHeader, page) = (Self.frameHeaderBytes + Self.overhead, Self.pageBytes + Self.overhead)
      if bytes < header { return Self.size(of: bytes, Self.logHeaderBytes) }
      let (frames, rest) = (bytes - header).quotientAndRemainder(dividingBy: frameHeader + page)
      let last =
        rest < frameHeader
        ? Self.size(of: rest, Self.frameHeaderBytes) : Self.frameHeaderBytes + Self.size(of: rest - frameHeader, Self.pageBytes)
      return Self.logHeaderBytes + frames * (Self.frameHeaderBytes + Self.pageBytes) + last
    }
  }

  private static func size(of bytes: Int, _ length: Int) -> Int {
    guard bytes > 0 else { return 0 }
    let (whole, rest) = bytes.quotientAndRemainder(dividingBy: length + overhead)
    return whole * length + max(0, rest - overhead)
  }
}
