/// The values of one column over many rows, being collected and then written in the form that suits them (docs/wire-protocol.md §5).
public struct ColumnBuilder: Sendable {
  /// What one value is; the numbers are those of the mixed form on the wire.
  enum Kind: UInt8 { case null = 0, integer = 1, real = 2, text = 3, blob = 4 }

  private var kinds: [UInt8] = []
  private var counts: (null: Int, integer: Int, real: Int, text: Int, blob: Int) = (0, 0, 0, 0, 0)
  private var integers: [Int64] = []
  private var reals: [Double] = []
  private var lengths: [Int] = []
  private var heap: [UInt8] = []

  public init() {}

  /// How many values have been appended.
  public var count: Int { kinds.count }
  /// About how many bytes the values take before compression.
  public var byteCount: Int { heap.count + 8 * (integers.count + reals.count) + kinds.count }

  /// Whether only NULL has been appended.
  var isNull: Bool { counts.null == kinds.count }

  public mutating func appendNull() {
    kinds.append(Kind.null.rawValue)
    counts.null += 1
  }

  public mutating func append(integer: Int64) {
    kinds.append(Kind.integer.rawValue)
    counts.integer += 1
    integers.append(integer)
  }

  public mutating func append(real: Double) {
    kinds.append(Kind.real.rawValue)
    counts.real += 1
    reals.append(real)
  }

  public mutating func append(text: UnsafeRawBufferPointer) {
    kinds.append(Kind.text.rawValue)
    counts.text += 1
    lengths.append(text.count)
    heap.append(contentsOf: text)
  }

  public mutating func append(blob: UnsafeRawBufferPointer) {
    kinds.append(Kind.blob.rawValue)
    counts.blob += 1
    lengths.append(blob.count)
    heap.append(contentsOf: blob)
  }

  public mutating func append(_ value: Value) {
    switch value {
    case .null: appendNull()
    case .integer(let n): append(integer: n)
    case .real(let x): append(real: x)
    case .text(let bytes): bytes.withUnsafeBytes { append(text: $0) }
    case .blob(let bytes): bytes.withUnsafeBytes { append(blob: $0) }
    }
  }

  /// Writes the column and says nothing of how many values it has: the group does.
  public func write(to out: inout ByteWriter) {
    let present = kinds.count - counts.null
    let isUniform = [counts.integer, counts.real, counts.text, counts.blob].contains(present)
    guard present > 0 else { return out.write(byte: ColumnForm.null.rawValue) }
    guard isUniform else { return writeMixed(to: &out) }
    let nullable: UInt8 = counts.null > 0 ? ColumnForm.nullableFlag : 0
    func head(_ form: ColumnForm) {
      out.write(byte: form.rawValue | nullable)
      if nullable != 0 { writeBitmap(to: &out) }
    }
    if counts.integer > 0 {
      head(.integers)
      writeIntegers(integers, to: &out)
    } else if counts.real > 0 {
      if let scale = decimalScale() {
        head(.decimals)
        out.write(byte: UInt8(scale))
        let factor = Decimals.powers[scale]
        writeIntegers(reals.map { Int64(($0 * factor).rounded()) }, to: &out)
      } else {
        head(.reals)
        writeReals(to: &out)
      }
    } else if counts.text > 0 {
      if let packed = packedUUIDs() {
        head(.uuids)
        out.write(bytes: packed)
      } else if let dictionary = DictionaryColumn(heap: heap, lengths: lengths) {
        head(.dictionary)
        dictionary.write(heap: heap, to: &out)
      } else {
        head(.texts)
        writeStrings(to: &out)
      }
    } else {
      head(.blobs)
      writeStrings(to: &out)
    }
  }

  private func writeBitmap(to out: inout ByteWriter) {
    var byte: UInt8 = 0
    for (at, kind) in kinds.enumerated() {
      if kind != Kind.null.rawValue { byte |= 1 << UInt8(at & 7) }
      if at & 7 == 7 {
        out.write(byte: byte)
        byte = 0
      }
    }
    if kinds.count & 7 != 0 { out.write(byte: byte) }
  }

  /// Differences from the one before, small for keys and counters that ascend.
  private func writeIntegers(_ values: [Int64], to out: inout ByteWriter) {
    var last: Int64 = 0
    for value in values {
      out.write(signed: value &- last)
      last = value
    }
  }

  /// Little-endian doubles, the first byte of all of them, then the second of all: like bytes compress together.
  private func writeReals(to out: inout ByteWriter) {
    for plane in 0..<8 {
      for real in reals { out.write(byte: UInt8(truncatingIfNeeded: real.bitPattern >> UInt64(8 * plane))) }
    }
  }

  /// The least number of decimal places at which every value is exactly an integer divided by a power of ten.
  private func decimalScale() -> Int? {
    var scale = 0
    for real in reals {
      while !Decimals.isExact(real, scale: scale) {
        scale += 1
        if scale == Decimals.powers.count { return nil }
      }
    }
    // A value that is exact at a lower scale is checked again at the final one, where the product may round.
    return reals.allSatisfy { Decimals.isExact($0, scale: scale) } ? scale : nil
  }

  private func packedUUIDs() -> [UInt8]? {
    guard lengths.allSatisfy({ $0 == UUIDText.length }) else { return nil }
    var packed = [UInt8](repeating: 0, count: lengths.count * 16)
    let ok = heap.withUnsafeBytes { source in
      packed.withUnsafeMutableBytes { target in
        let (from, to) = (source.baseAddress.unsafelyUnwrapped, target.baseAddress.unsafelyUnwrapped)
        for at in 0..<lengths.count where !UUIDText.pack(from + at * UUIDText.length, into: to + at * 16) { return false }
        return true
      }
    }
    return ok ? packed : nil
  }

  /// The strings' common prefix once, their lengths, then their bytes without it.
  private func writeStrings(to out: inout ByteWriter) {
    let prefix = commonPrefix()
    out.write(string: heap[..<prefix])
    if let first = lengths.first, lengths.allSatisfy({ $0 == first }) {
      out.write(byte: 1)
      out.write(varint: UInt64(first - prefix))
    } else {
      out.write(byte: 0)
      for length in lengths { out.write(varint: UInt64(length - prefix)) }
    }
    guard prefix > 0 else { return out.write(bytes: heap) }
    heap.withUnsafeBytes { source in
      var offset = 0
      for length in lengths {
        out.write(buffer: UnsafeRawBufferPointer(rebasing: source[offset + prefix..<offset + length]))
        offset += length
      }
    }
  }

  private func commonPrefix() -> Int {
    guard lengths.count > 1, var prefix = lengths.first else { return 0 }
    var offset = 0
    for length in lengths {
      prefix = min(prefix, length)
      var same = 0
      while same < prefix, heap[offset + same] == heap[same] { same += 1 }
      prefix = same
      if prefix == 0 { return 0 }
      offset += length
    }
    return prefix
  }

  private func writeMixed(to out: inout ByteWriter) {
    out.write(byte: ColumnForm.mixed.rawValue)
    out.write(bytes: kinds)
    writeIntegers(integers, to: &out)
    writeReals(to: &out)
    for length in lengths { out.write(varint: UInt64(length)) }
    out.write(bytes: heap)
  }
}

/// How a column's values are written; the numbers are the wire's.
enum ColumnForm: UInt8 {
  case null = 0, integers = 1, reals = 2, decimals = 3, texts = 4, blobs = 5, uuids = 6, dictionary = 7, mixed = 8

  /// Added to a form's number when a bitmap of the non-NULL rows precedes the values.
  static let nullableFlag: UInt8 = 0x40
}

/// Reals that were typed as decimals.
enum Decimals {
  static let powers: [Double] = [1, 10, 100, 1000, 1e4, 1e5, 1e6]

  /// Whether a real comes back to the last bit from the integer nearest to its multiple.
  @inline(__always)
  static func isExact(_ real: Double, scale: Int) -> Bool {
    let scaled = (real * powers[scale]).rounded()
    // By way of the integer, which has no -0.
    return abs(scaled) < 9e15 && (Double(Int64(scaled)) / powers[scale]).bitPattern == real.bitPattern
  }
}

/// A UUID as 36 lower-case characters, and as its 16 bytes.
public enum UUIDText {
  public static let length = 36

  private static let nibbles: [UInt8] = (0...255).map { byte in
    switch UInt8(byte) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt8(byte) - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt8(byte) - UInt8(ascii: "a") + 10
    default: 0xff
    }
  }
  private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

  /// Packs 36 characters into 16 bytes; false when they are not a UUID in its canonical lower-case form.
  public static func pack(_ text: UnsafeRawPointer, into target: UnsafeMutableRawPointer) -> Bool {
    nibbles.withUnsafeBufferPointer { table in
      var at = 0
      for byte in 0..<16 {
        if byte == 4 || byte == 6 || byte == 8 || byte == 10 {
          guard text.load(fromByteOffset: at, as: UInt8.self) == UInt8(ascii: "-") else { return false }
          at += 1
        }
        let high = table[Int(text.load(fromByteOffset: at, as: UInt8.self))]
        let low = table[Int(text.load(fromByteOffset: at + 1, as: UInt8.self))]
        guard high | low < 16 else { return false }
        target.storeBytes(of: high << 4 | low, toByteOffset: byte, as: UInt8.self)
        at += 2
      }
      return true
    }
  }

  /// Writes the 36 characters of 16 bytes.
  public static func unpack(_ source: UnsafeRawPointer, into text: UnsafeMutableRawPointer) {
    digits.withUnsafeBufferPointer { table in
      var at = 0
      for byte in 0..<16 {
        if byte == 4 || byte == 6 || byte == 8 || byte == 10 {
          text.storeBytes(of: UInt8(ascii: "-"), toByteOffset: at, as: UInt8.self)
          at += 1
        }
        let value = source.load(fromByteOffset: byte, as: UInt8.self)
        text.storeBytes(of: table[Int(value >> 4)], toByteOffset: at, as: UInt8.self)
        text.storeBytes(of: table[Int(value & 15)], toByteOffset: at + 1, as: UInt8.self)
        at += 2
      }
    }
  }
}

/// Strings of which few are different: each once, and a number for each row.
struct DictionaryColumn {
  /// Columns shorter than this are not worth a dictionary.
  static let leastRows = 32
  static let mostEntries = 4096

  private var entries: [(offset: Int, length: Int)] = []
  private var indexes: [UInt16] = []

  /// Nil when too many of the strings are different for a dictionary to help.
  init?(heap: [UInt8], lengths: [Int]) {
    guard lengths.count >= Self.leastRows else { return nil }
    let most = min(Self.mostEntries, lengths.count / 8)
    var slots = [UInt16](repeating: .max, count: 16384)
    indexes.reserveCapacity(lengths.count)
    let fits = heap.withUnsafeBytes { bytes in
      var offset = 0
      for length in lengths {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for at in offset..<offset + length { hash = (hash ^ UInt64(bytes[at])) &* 0x100_0000_01b3 }
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 29) & 16383
        while true {
          let entry = slots[slot]
          if entry == .max {
            guard entries.count < most else { return false }
            slots[slot] = UInt16(entries.count)
            indexes.append(UInt16(entries.count))
            entries.append((offset, length))
            break
          }
          let known = entries[Int(entry)]
          if known.length == length, bytes[known.offset..<known.offset + length].elementsEqual(bytes[offset..<offset + length]) {
            indexes.append(entry)
            break
          }
          slot = (slot + 1) & 16383
        }
        offset += length
      }
      return true
    }
    if !fits { return nil }
  }

  func write(heap: [UInt8], to out: inout ByteWriter) {
    out.write(varint: UInt64(entries.count))
    for (offset, length) in entries { out.write(string: heap[offset..<offset + length]) }
    for index in indexes { out.write(byte: UInt8(truncatingIfNeeded: index)) }
    if entries.count > 256 { for index in indexes { out.write(byte: UInt8(truncatingIfNeeded: index >> 8)) } }
  }
}
