/// The values of one column over many rows, as read from a part: nothing is copied per value.
public struct Column: Sendable {
  /// One value, its string as a range of ``heap``.
  public enum Cell: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(Range<Int>)
    case blob(Range<Int>)
  }

  private let kinds: Kinds
  private let numbers: [UInt64]
  private let offsets: [Int32]
  /// The bytes of all the strings.
  public let heap: [UInt8]

  private enum Kinds: Sendable {
    case all(ColumnBuilder.Kind)
    /// A kind for each row, and where the row's value stands among those of its sort.
    case each([UInt8], places: [Int32])
  }

  /// A column of integers.
  public init(_ integers: some Collection<Int64>) {
    (kinds, offsets, heap) = (.all(.integer), [], [])
    numbers = integers.map { UInt64(bitPattern: $0) }
  }

  /// Whether the column says nothing in any of so many rows.
  func isNull(rows: Int) -> Bool {
    switch kinds {
    case .all(let kind): rows == 0 || kind == .null
    case .each(let each, _): each.allSatisfy { $0 == ColumnBuilder.Kind.null.rawValue }
    }
  }

  /// Reads a column of `count` values.
  public init(reading reader: inout ByteReader, count: Int) throws(SyncCoreError) {
    let head = try reader.byte()
    guard let form = ColumnForm(rawValue: head & ~ColumnForm.nullableFlag) else { throw SyncCoreError(.malformed, "a column's form") }
    let isNullable = head & ColumnForm.nullableFlag != 0
    if isNullable, form == .null || form == .mixed { throw SyncCoreError(.malformed, "a bitmap on a form that has none") }
    if form == .mixed {
      (kinds, numbers, offsets, heap) = try Self.mixed(&reader, count)
      return
    }
    let bitmap = isNullable ? Array(try reader.take((count + 7) / 8)) : []
    let present = isNullable ? Self.present(in: bitmap, count) : form == .null ? 0 : count
    let kind: ColumnBuilder.Kind
    switch form {
    case .null, .mixed:
      (kind, numbers, offsets, heap) = (.null, [], [], [])
    case .integers:
      (kind, offsets, heap) = (.integer, [], [])
      numbers = try Self.integers(&reader, present).map { UInt64(bitPattern: $0) }
    case .reals:
      (kind, offsets, heap) = (.real, [], [])
      numbers = try Self.reals(&reader, present)
    case .decimals:
      (kind, offsets, heap) = (.real, [], [])
      let scale = Int(try reader.byte())
      guard scale < Decimals.powers.count else { throw SyncCoreError(.malformed, "a decimal scale") }
      numbers = try Self.integers(&reader, present).map { (Double($0) / Decimals.powers[scale]).bitPattern }
    case .texts, .blobs:
      (kind, numbers) = (form == .texts ? .text : .blob, [])
      (heap, offsets) = try Self.strings(&reader, present)
    case .uuids:
      (kind, numbers) = (.text, [])
      (heap, offsets) = try Self.uuids(&reader, present)
    case .dictionary:
      (kind, numbers) = (.text, [])
      (heap, offsets) = try Self.dictionary(&reader, present)
    }
    kinds = isNullable ? Self.sparse(bitmap, kind, count) : .all(kind)
  }

  /// The value of one row.
  @inline(__always)
  public subscript(row: Int) -> Cell {
    switch kinds {
    case .all(let kind): cell(kind, row)
    case .each(let each, let places): cell(ColumnBuilder.Kind(rawValue: each[row]) ?? .null, Int(places[row]))
    }
  }

  /// The value of one row, with its bytes copied.
  public func value(_ row: Int) -> Value {
    switch self[row] {
    case .null: .null
    case .integer(let n): .integer(n)
    case .real(let x): .real(x)
    case .text(let range): .text(Array(heap[range]))
    case .blob(let range): .blob(Array(heap[range]))
    }
  }

  @inline(__always)
  private func cell(_ kind: ColumnBuilder.Kind, _ place: Int) -> Cell {
    switch kind {
    case .null: .null
    case .integer: .integer(Int64(bitPattern: numbers[place]))
    case .real: .real(Double(bitPattern: numbers[place]))
    case .text: .text(Int(offsets[place])..<Int(offsets[place + 1]))
    case .blob: .blob(Int(offsets[place])..<Int(offsets[place + 1]))
    }
  }
}

extension Column {
  private static func present(in bitmap: [UInt8], _ count: Int) -> Int {
    var total = 0
    for row in 0..<count where bitmap[row >> 3] & 1 << UInt8(row & 7) != 0 { total += 1 }
    return total
  }

  private static func sparse(_ bitmap: [UInt8], _ kind: ColumnBuilder.Kind, _ count: Int) -> Kinds {
    var each = [UInt8](repeating: 0, count: count)
    var places = [Int32](repeating: 0, count: count)
    var next: Int32 = 0
    for row in 0..<count where bitmap[row >> 3] & 1 << UInt8(row & 7) != 0 {
      each[row] = kind.rawValue
      places[row] = next
      next += 1
    }
    return .each(each, places: places)
  }

  private static func integers(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> [Int64] {
    guard count <= reader.remaining else { throw SyncCoreError(.malformed, "ends within a column") }
    var values: [Int64] = []
    values.reserveCapacity(count)
    var last: Int64 = 0
    for _ in 0..<count {
      last &+= try reader.signed()
      values.append(last)
    }
    return values
  }

  private static func reals(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> [UInt64] {
    let planes = try reader.take(count * 8)
    var values = [UInt64](repeating: 0, count: count)
    for plane in 0..<8 {
      for row in 0..<count { values[row] |= UInt64(planes[planes.startIndex + plane * count + row]) << UInt64(8 * plane) }
    }
    // SQLite has none: it would show NULL, and no order of values holds for it.
    guard !values.contains(where: { Double(bitPattern: $0).isNaN }) else { throw SyncCoreError(.malformed, "a real that is no number") }
    return values
  }

  private static func strings(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> ([UInt8], [Int32]) {
    let prefix = try reader.string(upTo: reader.remaining)
    var offsets: [Int32] = [0]
    let isFixed = try reader.byte()
    var total = 0
    if isFixed == 1 {
      let length = try reader.count(upTo: Limits.sectionBytes) + prefix.count
      guard count == 0 || length <= Limits.sectionBytes / count else { throw SyncCoreError(.tooLarge, "a column's strings") }
      offsets.reserveCapacity(count + 1)
      for row in 0..<count { offsets.append(Int32((row + 1) * length)) }
      total = count * length
    } else {
      guard isFixed == 0, count <= reader.remaining else { throw SyncCoreError(.malformed, "a column's lengths") }
      offsets.reserveCapacity(count + 1)
      for _ in 0..<count {
        total += try reader.count(upTo: Limits.sectionBytes) + prefix.count
        guard total <= Limits.sectionBytes else { throw SyncCoreError(.tooLarge, "a column's strings") }
        offsets.append(Int32(total))
      }
    }
    if prefix.isEmpty { return (Array(try reader.take(total)), offsets) }
    let rest = try reader.take(total - count * prefix.count)
    var heap: [UInt8] = []
    heap.reserveCapacity(total)
    var from = rest.startIndex
    for row in 0..<count {
      let length = Int(offsets[row + 1] - offsets[row]) - prefix.count
      heap.append(contentsOf: prefix)
      heap.append(contentsOf: rest[from..<from + length])
      from += length
    }
    return (heap, offsets)
  }

  private static func uuids(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> ([UInt8], [Int32]) {
    let packed = Array(try reader.take(count * 16))
    let heap = [UInt8](unsafeUninitializedCapacity: count * UUIDText.length) { target, used in
      packed.withUnsafeBytes { source in
        if let from = source.baseAddress, let to = target.baseAddress {
          for row in 0..<count { UUIDText.unpack(from + row * 16, into: UnsafeMutableRawPointer(to) + row * UUIDText.length) }
        }
      }
      used = count * UUIDText.length
    }
    return (heap, (0...count).map { Int32($0 * UUIDText.length) })
  }

  private static func dictionary(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> ([UInt8], [Int32]) {
    let size = try reader.count(upTo: DictionaryColumn.mostEntries)
    var entries: [ArraySlice<UInt8>] = []
    for _ in 0..<size { entries.append(try reader.string(upTo: reader.remaining)) }
    let low = try reader.take(count)
    let high = size > 256 ? try reader.take(count) : []
    var heap: [UInt8] = []
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(count + 1)
    for row in 0..<count {
      let index = Int(low[low.startIndex + row]) | (high.isEmpty ? 0 : Int(high[high.startIndex + row]) << 8)
      guard index < size else { throw SyncCoreError(.malformed, "a dictionary's index") }
      heap.append(contentsOf: entries[index])
      guard heap.count <= Limits.sectionBytes else { throw SyncCoreError(.tooLarge, "a column's strings") }
      offsets.append(Int32(heap.count))
    }
    return (heap, offsets)
  }

  private static func mixed(_ reader: inout ByteReader, _ count: Int) throws(SyncCoreError) -> (Kinds, [UInt64], [Int32], [UInt8]) {
    let each = Array(try reader.take(count))
    var places: [Int32] = []
    var tally = (integers: 0, reals: 0, strings: 0)
    for kind in each {
      switch ColumnBuilder.Kind(rawValue: kind) {
      case .null: places.append(0)
      case .integer:
        places.append(Int32(tally.integers))
        tally.integers += 1
      case .real:
        places.append(Int32(tally.reals))
        tally.reals += 1
      case .text, .blob:
        places.append(Int32(tally.strings))
        tally.strings += 1
      case nil: throw SyncCoreError(.malformed, "a value's kind")
      }
    }
    for row in 0..<count where each[row] == ColumnBuilder.Kind.real.rawValue { places[row] += Int32(tally.integers) }
    let numbers = try integers(&reader, tally.integers).map { UInt64(bitPattern: $0) } + reals(&reader, tally.reals)
    var offsets: [Int32] = [0]
    var total = 0
    for _ in 0..<tally.strings {
      total += try reader.count(upTo: reader.remaining)
      guard total <= Limits.sectionBytes else { throw SyncCoreError(.tooLarge, "a column's strings") }
      offsets.append(Int32(total))
    }
    return (.each(each, places: places), numbers, offsets, Array(try reader.take(total)))
  }
}
