/// The subset of CBOR (RFC 8949) that messages use: unsigned and negative integers, byte and text strings, arrays, maps with
/// unsigned keys, true, false and null, always in the deterministic encoding of its section 4.2.
public enum CBOR: Hashable, Sendable {
  case unsigned(UInt64)
  /// -1 - n, for n as given.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array([CBOR])
  /// Keys ascend; no key stands twice.
  case map([(key: UInt64, value: CBOR)])
  case bool(Bool)
  case null

  public static func == (a: CBOR, b: CBOR) -> Bool { a.encoded == b.encoded }

  public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }

  /// A map that leaves absent values out and puts its keys in order.
  public static func map(_ entries: KeyValuePairs<UInt64, CBOR?>) -> CBOR {
    .map(entries.compactMap { key, value in value.map { (key, $0) } }.sorted { $0.key < $1.key })
  }
}

extension CBOR {
  /// The one encoding this value has.
  public var encoded: [UInt8] {
    var out = ByteWriter(reserving: 64)
    write(to: &out)
    return out.bytes
  }

  private func write(to out: inout ByteWriter) {
    switch self {
    case .unsigned(let n): Self.head(0, n, &out)
    case .negative(let n): Self.head(1, n, &out)
    case .bytes(let b):
      Self.head(2, UInt64(b.count), &out)
      out.write(bytes: b)
    case .text(let s):
      Self.head(3, UInt64(s.utf8.count), &out)
      out.write(bytes: s.utf8)
    case .array(let items):
      Self.head(4, UInt64(items.count), &out)
      for item in items { item.write(to: &out) }
    case .map(let entries):
      Self.head(5, UInt64(entries.count), &out)
      for (key, value) in entries {
        Self.head(0, key, &out)
        value.write(to: &out)
      }
    case .bool(let b): out.write(byte: b ? 0xf5 : 0xf4)
    case .null: out.write(byte: 0xf6)
    }
  }

  private static func head(_ major: UInt8, _ n: UInt64, _ out: inout ByteWriter) {
    let top = major << 5
    let size: Int
    switch n {
    case 0..<24:
      out.write(byte: top | UInt8(n))
      return
    case 24...0xff: size = 1
    case 0x100...0xffff: size = 2
    case 0x1_0000...0xffff_ffff: size = 4
    default: size = 8
    }
    out.write(byte: top | (size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27))
    for at in stride(from: size - 1, through: 0, by: -1) { out.write(byte: UInt8(truncatingIfNeeded: n >> UInt64(8 * at))) }
  }
}

extension CBOR {
  /// Reads exactly one value; refuses what is not deterministic, nests too deep, or is followed by more bytes.
  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    var reader = ByteReader(bytes)
    self = try Self.read(&reader, depth: 0)
    guard reader.isAtEnd else { throw SyncCoreError(.malformed, "bytes after the end of a value") }
  }

  private static func read(_ reader: inout ByteReader, depth: Int) throws(SyncCoreError) -> CBOR {
    guard depth < Limits.depth else { throw SyncCoreError(.tooLarge, "values nest too deep") }
    let first = try reader.byte()
    let major = first >> 5
    if major == 7 {
      switch first {
      case 0xf4: return .bool(false)
      case 0xf5: return .bool(true)
      case 0xf6: return .null
      default: throw SyncCoreError(.malformed, "a simple value that messages do not use")
      }
    }
    let n = try argument(first & 0x1f, &reader)
    switch major {
    case 0: return .unsigned(n)
    case 1: return .negative(n)
    case 2: return .bytes(Array(try reader.take(try length(n, reader))))
    case 3:
      let taken = try reader.take(try length(n, reader))
      guard let text = String(validating: taken, as: UTF8.self) else { throw SyncCoreError(.malformed, "text that is not UTF-8") }
      return .text(text)
    case 4:
      var items: [CBOR] = []
      let count = try length(n, reader)
      items.reserveCapacity(min(count, 1024))
      for _ in 0..<count { items.append(try read(&reader, depth: depth + 1)) }
      return .array(items)
    case 5:
      var entries: [(key: UInt64, value: CBOR)] = []
      let count = try length(n, reader)
      entries.reserveCapacity(min(count, 16))
      for _ in 0..<count {
        let head = try reader.byte()
        guard head >> 5 == 0 else { throw SyncCoreError(.malformed, "a map's key that is not an unsigned number") }
        let key = try argument(head & 0x1f, &reader)
        if let last = entries.last, last.key >= key { throw SyncCoreError(.malformed, "a map's keys out of order") }
        entries.append((key, try read(&reader, depth: depth + 1)))
      }
      return .map(entries)
    default: throw SyncCoreError(.malformed, "a tag, which messages do not use")
    }
  }

  /// A length cannot exceed what is left: each item takes a byte at least. Checked before any memory is taken for it.
  private static func length(_ n: UInt64, _ reader: ByteReader) throws(SyncCoreError) -> Int {
    guard n <= UInt64(reader.remaining) else { throw SyncCoreError(.malformed, "ends early") }
    return Int(n)
  }

  private static func argument(_ info: UInt8, _ reader: inout ByteReader) throws(SyncCoreError) -> UInt64 {
    let size: Int
    switch info {
    case 0..<24: return UInt64(info)
    case 24: size = 1
    case 25: size = 2
    case 26: size = 4
    case 27: size = 8
    default: throw SyncCoreError(.malformed, "an indefinite length")
    }
    var n: UInt64 = 0
    for byte in try reader.take(size) { n = n << 8 | UInt64(byte) }
    let least: UInt64 = size == 1 ? 24 : size == 2 ? 0x100 : size == 4 ? 0x1_0000 : 0x1_0000_0000
    guard n >= least else { throw SyncCoreError(.malformed, "a number longer than it need be") }
    return n
  }
}

extension CBOR {
  /// The value under a key of a map; nil when absent or when this is no map.
  public subscript(key: UInt64) -> CBOR? {
    guard case .map(let entries) = self else { return nil }
    for at in entries.indices where entries[at].key >= key { return entries[at].key == key ? entries[at].value : nil }
    return nil
  }

  public var unsigned: UInt64? { if case .unsigned(let n) = self { n } else { nil } }
  public var bytes: [UInt8]? { if case .bytes(let b) = self { b } else { nil } }
  public var text: String? { if case .text(let s) = self { s } else { nil } }
  public var array: [CBOR]? { if case .array(let a) = self { a } else { nil } }
  public var bool: Bool? { if case .bool(let b) = self { b } else { nil } }

  /// The value, or an error that names what was expected of it.
  public static func require<T>(_ value: T?, _ what: String) throws(SyncCoreError) -> T {
    guard let value else { throw SyncCoreError(.malformed, "missing or of the wrong kind: \(what)") }
    return value
  }

  /// The collection under a key that is left out when it is empty: one that is there is of its kind and is not, so that what is said has one
  /// encoding.
  public func optional<T: RangeReplaceableCollection>(
    _ key: UInt64, _ what: String, _ read: (CBOR) -> T?
  ) throws(SyncCoreError) -> T {
    guard let field = self[key] else { return T() }
    let value = try Self.require(read(field), what)
    guard !value.isEmpty else { throw SyncCoreError(.malformed, "empty, and not left out: \(what)") }
    return value
  }
}
