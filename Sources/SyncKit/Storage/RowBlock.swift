import Foundation
import SyncCore

/// The state of one row as it lies in a block: nearly always untouched since it was made, which takes no memory of its own.
enum RowEntry: Hashable {
  case untouched(RowState.Name)
  case state(RowState)

  init(_ state: RowState) { self = state.isUntouched ? .untouched(state.name) : .state(state) }

  var state: RowState {
    switch self {
    case .untouched(let name): RowState(created: name.dot, index: name.index)
    case .state(let state): state
    }
  }
}

/// The states of neighbouring rows in key order, packed (docs/storage-format.md §4).
///
/// One record a row would repeat its key beside a few bytes of state. A block of about fifty rows shares what neighbours have in
/// common, is read and written at once, and leaves room in its page for the rows that will be edited.
///
/// In memory, too, states stay packed: to change one row of fifty, the others' bytes are passed over and copied, never unfolded.
final class RowBlock {
  /// A block being filled in order ends at this many bytes: four to a page of 4096, and a sixth of the page to spare.
  static let targetBytes = 820
  /// A block that has grown past this is divided: more would spill out of the b-tree's cell (SQLite's file format §1.6).
  static let maximumBytes = 970

  /// Where one row's parts lie. The name is unfolded, since a stored row may leave it to the row before.
  private struct Row {
    var name: RowState.Name
    var key: Range<Int32>
    var state: Range<Int32>
    var flags: UInt8
  }

  private var rows: [Row] = []
  private let keys = Arena(reserving: 2048)
  /// Packed states, each as ``RowStateCode`` writes it; those that were replaced lie among them unused.
  private var states = ByteWriter()

  var count: Int { rows.count }
  var isEmpty: Bool { rows.isEmpty }

  func removeAll() {
    rows.removeAll(keepingCapacity: true)
    keys.removeAll()
    states.removeAll(keepingCapacity: true)
  }

  // MARK: Rows

  func key(_ at: Int) -> [UInt8] {
    Array(keys[rows[at].key])
  }

  func entry(_ at: Int) throws -> RowEntry {
    let row = rows[at]
    guard row.flags & RowStateCode.isGeneral != 0 else { return .untouched(row.name) }
    return try reading {
      var reader = ByteReader(states.bytes, from: Int(row.state.lowerBound), to: Int(row.state.upperBound))
      return .state(try RowStateCode.read(&reader, row.flags, row.name))
    }
  }

  /// How a key compares with a row's: negative when it comes before.
  func compare(_ key: [UInt8], _ at: Int) -> Int {
    let other = keys[rows[at].key]
    return key.withUnsafeBytes { key in
      guard let a = key.baseAddress, let b = other.baseAddress else { return key.count - other.count }
      let order = Int(memcmp(a, b, min(key.count, other.count)))
      return order != 0 ? order : key.count - other.count
    }
  }

  /// Whether a key comes after every row's.
  func isBeyond(_ key: [UInt8]) -> Bool { rows.isEmpty || compare(key, rows.count - 1) > 0 }

  /// The place of the first row whose key does not come before the given one.
  /// - Parameter hint: a place to begin from when the key does not come before it: that of the search before, when keys ascend.
  func place(of key: [UInt8], from hint: Int) -> Int {
    // Appending in order, the common case, needs one comparison.
    if let last = rows.indices.last, compare(key, last) > 0 { return rows.count }
    var low = hint < rows.count && compare(key, hint) >= 0 ? hint : 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if compare(key, middle) > 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func has(_ key: [UInt8], at place: Int) -> Bool { place < rows.count && compare(key, place) == 0 }

  func set(_ entry: RowEntry, at: Int) {
    let packed = pack(entry)
    rows[at].name = packed.name
    rows[at].state = packed.state
    rows[at].flags = packed.flags
  }

  func insert(_ key: [UInt8], _ entry: RowEntry, at: Int) {
    let packed = pack(entry)
    let start = Int32(keys.count)
    key.withUnsafeBytes { keys.append($0) }
    let row = Row(name: packed.name, key: start..<Int32(keys.count), state: packed.state, flags: packed.flags)
    if at == rows.count { rows.append(row) } else { rows.insert(row, at: at) }
  }

  private func pack(_ entry: RowEntry) -> (name: RowState.Name, state: Range<Int32>, flags: UInt8) {
    switch entry {
    case .untouched(let name): return (name, 0..<0, 0)
    case .state(let state):
      let start = Int32(states.count)
      let flags = RowStateCode.write(state, to: &states)
      return (state.name, start..<Int32(states.count), flags)
    }
  }

  /// The rows from a place on, in no more room than they take.
  func suffix(from start: Int) -> RowBlock {
    let rest = RowBlock()
    for row in rows[start...] {
      let (key, state) = (Int32(rest.keys.count), Int32(rest.states.count))
      rest.keys.append(keys[row.key])
      rest.states.write(bytes: states.bytes[Int(row.state.lowerBound)..<Int(row.state.upperBound)])
      rest.rows.append(
        Row(name: row.name, key: key..<Int32(rest.keys.count), state: state..<Int32(rest.states.count), flags: row.flags))
    }
    return rest
  }

  // MARK: As stored

  /// Writes rows from `start` on until `limit` bytes are reached, one row at the least.
  /// - Returns: the place of the first row that is not written.
  func write(from start: Int, upTo limit: Int, to out: inout ByteWriter) -> Int {
    let begin = out.count
    var at = start
    states.bytes.withUnsafeBytes { states in
      while at < rows.count, at == start || out.count - begin < limit {
        let row = rows[at]
        var follows = false
        if at > start {
          let previous = rows[at - 1]
          follows = row.name.dot == previous.name.dot && row.name.index == previous.name.index &+ 1
          let (a, b) = (keys[row.key], keys[previous.key])
          let most = min(a.count, b.count)
          var shared = 0
          while shared < most, a[shared] == b[shared] { shared += 1 }
          out.write(varint: UInt64(shared))
          out.write(varint: UInt64(a.count - shared))
          out.write(buffer: UnsafeRawBufferPointer(rebasing: a[shared...]))
        }
        out.write(byte: follows ? row.flags : row.flags | RowStateCode.hasName)
        if !follows {
          RowStateCode.write(row.name.dot, to: &out)
          out.write(varint: UInt64(row.name.index))
        }
        if !row.state.isEmpty {
          out.write(buffer: UnsafeRawBufferPointer(rebasing: states[Int(row.state.lowerBound)..<Int(row.state.upperBound)]))
        }
        at += 1
      }
    }
    return at
  }

  /// Takes up a block as it was stored, in place of what is here.
  /// - Parameter first: the key of its first row, under which it is stored.
  func read(_ block: UnsafeRawBufferPointer, first: UnsafeRawBufferPointer) throws {
    removeAll()
    states.write(buffer: block)
    try reading {
      var reader = ByteReader(states.bytes)
      var name = RowState.Name(dot: LocalDot(site: 0, seq: 0), index: 0)
      var key: Range<Int32> = 0..<0
      while !reader.isAtEnd {
        let start = Int32(keys.count)
        if rows.isEmpty {
          keys.append(first)
        } else {
          let shared = try reader.count(upTo: key.count)
          keys.append(again: Int(key.lowerBound)..<Int(key.lowerBound) + shared)
          let length = try reader.count(upTo: reader.remaining)
          keys.append(UnsafeRawBufferPointer(rebasing: block[reader.offset..<reader.offset + length]))
          try reader.skip(length)
        }
        key = start..<Int32(keys.count)
        let flags = try reader.byte()
        if flags & RowStateCode.hasName != 0 {
          name = RowState.Name(dot: try RowStateCode.dot(&reader), index: UInt32(try reader.count(upTo: Int(UInt32.max))))
        } else {
          guard !rows.isEmpty else { throw SyncKitError(.damaged, ["rows": "name"]) }
          name.index &+= 1
        }
        let state = Int32(reader.offset)
        try RowStateCode.skip(&reader, flags)
        rows.append(Row(name: name, key: key, state: state..<Int32(reader.offset), flags: flags & ~RowStateCode.hasName))
      }
    }
  }

  private func reading<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as SyncCoreError {
      throw SyncKitError(.damaged, ["rows": error.details], underlying: error)
    }
  }
}
