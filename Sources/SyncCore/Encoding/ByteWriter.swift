/// Bytes being written: fixed and variable-length numbers, and byte strings.
///
/// Inlined into its callers' modules: a generic call across modules would pass every byte through a witness.
public struct ByteWriter: Sendable {
  @inlinable public var bytes: [UInt8] { storage }

  @usableFromInline var storage: [UInt8]

  public init(reserving count: Int = 0) {
    storage = []
    storage.reserveCapacity(count)
  }

  public var count: Int { storage.count }

  @inlinable
  public mutating func write(byte: UInt8) { storage.append(byte) }

  @inlinable
  public mutating func write(bytes other: some Sequence<UInt8>) { storage.append(contentsOf: other) }

  @inlinable
  public mutating func write(buffer: UnsafeRawBufferPointer) { storage.append(contentsOf: buffer) }

  /// An unsigned LEB128 number: seven bits a byte, least significant first, the high bit says that more follow.
  @inlinable
  public mutating func write(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A signed number, small when near zero: zigzag, then LEB128.
  @inlinable
  public mutating func write(signed value: Int64) { write(varint: UInt64(bitPattern: value << 1 ^ value >> 63)) }

  /// A byte string with its length before it.
  @inlinable
  public mutating func write(string other: some Collection<UInt8>) {
    write(varint: UInt64(other.count))
    storage.append(contentsOf: other)
  }

  public mutating func removeAll(keepingCapacity: Bool) { storage.removeAll(keepingCapacity: keepingCapacity) }
}

/// Bytes being read, with every read checked against the end.
public struct ByteReader: Sendable {
  public let bytes: [UInt8]
  @usableFromInline var position: Int
  /// Where the next read begins.
  @inlinable public var offset: Int { position }
  public let end: Int

  public init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
    self.bytes = bytes
    self.position = start
    self.end = min(end ?? bytes.count, bytes.count)
  }

  @inlinable public var isAtEnd: Bool { position >= end }
  @inlinable public var remaining: Int { end - position }

  @inlinable
  public mutating func byte() throws(SyncCoreError) -> UInt8 {
    guard position < end else { throw SyncCoreError(.malformed, "ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  @inlinable
  public mutating func varint() throws(SyncCoreError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < end else { throw SyncCoreError(.malformed, "ends within a number") }
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { throw SyncCoreError(.malformed, "a number of more than 64 bits") }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 {
        if byte == 0, shift > 0 { throw SyncCoreError(.malformed, "a number with leading zeros") }
        return value
      }
      shift += 7
      if shift > 63 { throw SyncCoreError(.malformed, "a number of more than 64 bits") }
    }
  }

  @inlinable
  public mutating func signed() throws(SyncCoreError) -> Int64 {
    let raw = try varint()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// A count or an index: a number no greater than `limit`.
  @inlinable
  public mutating func count(upTo limit: Int) throws(SyncCoreError) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw SyncCoreError(.tooLarge, "a count of \(value), at most \(limit)") }
    return Int(value)
  }

  @inlinable
  public mutating func take(_ count: Int) throws(SyncCoreError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= end - position else { throw SyncCoreError(.malformed, "ends within a string") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// Passes over bytes.
  @inlinable
  public mutating func skip(_ count: Int) throws(SyncCoreError) {
    guard count >= 0, count <= end - position else { throw SyncCoreError(.malformed, "ends within a string") }
    position += count
  }

  /// A byte string with its length before it.
  @inlinable
  public mutating func string(upTo limit: Int) throws(SyncCoreError) -> ArraySlice<UInt8> { try take(try count(upTo: limit)) }
}
