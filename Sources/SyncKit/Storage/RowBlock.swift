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
enum RowBlock {
  /// A block being filled in order ends at this many bytes: four to a page of 4096, and a sixth of the page to spare.
  static let targetBytes = 820
  /// A block that has grown past this is divided: more would spill out of the b-tree's cell (SQLite's file format §1.6).
  static let maximumBytes = 970

  private static let isGeneral: UInt8 = 1
  private static let hasName: UInt8 = 2
  private static let hasBase: UInt8 = 4
  private static let hasContext: UInt8 = 8
  private static let hasAlive: UInt8 = 16
  private static let hasDead: UInt8 = 32
  private static let hasCells: UInt8 = 64

  typealias Row = (key: [UInt8], entry: RowEntry)

  /// Writes rows from `start` on until the block is full.
  /// - Returns: the bytes, and the place of the first row that is not in them.
  static func encode(_ rows: [Row], from start: Int, upTo limit: Int) -> (bytes: [UInt8], end: Int) {
    var out = ByteWriter(reserving: min(limit, maximumBytes) + 64)
    var previousName: RowState.Name?
    var previousKey = rows[start].key
    var at = start
    while at < rows.count, at == start || out.count < limit {
      let key = rows[at].key
      if at > start {
        var shared = 0
        let most = min(key.count, previousKey.count)
        while shared < most, key[shared] == previousKey[shared] { shared += 1 }
        out.write(varint: UInt64(shared))
        out.write(varint: UInt64(key.count - shared))
        out.write(bytes: key[shared...])
      }
      switch rows[at].entry {
      case .untouched(let name):
        let follows = isNext(name, after: previousName)
        out.write(byte: follows ? 0 : hasName)
        if !follows { write(name, to: &out) }
        previousName = name
      case .state(let state):
        write(state, follows: isNext(state.name, after: previousName), to: &out)
        previousName = state.name
      }
      previousKey = key
      at += 1
    }
    return (out.bytes, at)
  }

  private static func isNext(_ name: RowState.Name, after previous: RowState.Name?) -> Bool {
    guard let previous else { return false }
    return name.dot == previous.dot && name.index == previous.index &+ 1
  }

  private static func write(_ name: RowState.Name, to out: inout ByteWriter) {
    write(name.dot, to: &out)
    out.write(varint: UInt64(name.index))
  }

  private static func write(_ dot: LocalDot, to out: inout ByteWriter) {
    out.write(varint: UInt64(dot.site))
    out.write(varint: dot.seq)
  }

  private static func write(_ state: RowState, follows: Bool, to out: inout ByteWriter) {
    let hasContext = state.context.count != 1 || state.context[0] != state.name.dot
    // Nearly always the row's last writer alone asserts that it exists, and is the last entry of a short context.
    let plainAlive = state.alive.count == 1 ? state.context.firstIndex(of: state.alive[0]) : nil
    var flags = isGeneral
    if !follows { flags |= hasName }
    if state.base != state.name.dot { flags |= hasBase }
    if hasContext { flags |= Self.hasContext }
    if plainAlive == nil || (state.context.count > 1 && plainAlive != state.context.count - 1) { flags |= hasAlive }
    if !state.dead.isEmpty { flags |= hasDead }
    if !state.cells.isEmpty { flags |= hasCells }
    out.write(byte: flags)
    if !follows { write(state.name, to: &out) }
    if flags & hasBase != 0 { write(state.base, to: &out) }
    if hasContext {
      out.write(varint: UInt64(state.context.count))
      for dot in state.context { write(dot, to: &out) }
    }
    if flags & hasAlive != 0 { write(state.alive, in: state.context, to: &out) }
    if flags & hasDead != 0 { write(state.dead, in: state.context, to: &out) }
    if flags & hasCells != 0 {
      out.write(varint: UInt64(state.cells.count))
      for cell in state.cells {
        out.write(varint: UInt64(cell.column))
        write(cell.dots, in: state.context, to: &out)
      }
    }
  }

  /// A list of dots: one that stands in the context as its place there, anything else in full.
  private static func write(_ dots: [LocalDot], in context: [LocalDot], to out: inout ByteWriter) {
    if dots.count == 1, let place = context.firstIndex(of: dots[0]) {
      out.write(varint: UInt64(place) * 2)
    } else {
      out.write(varint: UInt64(dots.count) * 2 + 1)
      for dot in dots { write(dot, to: &out) }
    }
  }

  /// Reads a block.
  /// - Parameter first: the key of its first row, under which it is stored.
  static func decode(_ bytes: [UInt8], first: [UInt8]) throws -> [Row] {
    var reader = ByteReader(bytes)
    var rows: [Row] = []
    rows.reserveCapacity(64)
    var name: RowState.Name?
    var key = first
    do {
      while !reader.isAtEnd {
        if !rows.isEmpty {
          let shared = try reader.count(upTo: key.count)
          let suffix = try reader.string(upTo: bytes.count)
          let previous = key
          key = [UInt8](unsafeUninitializedCapacity: shared + suffix.count) { target, used in
            _ = target[..<shared].update(fromContentsOf: previous[..<shared])
            _ = target[shared...].update(fromContentsOf: suffix)
            used = shared + suffix.count
          }
        }
        let flags = try reader.byte()
        if flags & hasName != 0 {
          name = RowState.Name(dot: try dot(&reader), index: UInt32(try reader.count(upTo: Int(UInt32.max))))
        } else {
          guard let previous = name else { throw SyncKitError(.damaged, ["rows": "name"]) }
          name = RowState.Name(dot: previous.dot, index: previous.index &+ 1)
        }
        guard let current = name else { throw SyncKitError(.damaged, ["rows": "name"]) }
        rows.append((key, flags & isGeneral == 0 ? .untouched(current) : .state(try state(&reader, flags, current))))
      }
    } catch let error as SyncCoreError {
      throw SyncKitError(.damaged, ["rows": error.details], underlying: error)
    }
    return rows
  }

  private static func state(_ reader: inout ByteReader, _ flags: UInt8, _ name: RowState.Name) throws -> RowState {
    let base = flags & hasBase != 0 ? try dot(&reader) : name.dot
    var context = [name.dot]
    if flags & hasContext != 0 {
      let count = try reader.count(upTo: reader.remaining)
      context = []
      for _ in 0..<count { context.append(try dot(&reader)) }
    }
    let alive = flags & hasAlive != 0 ? try dots(&reader, context) : context.suffix(1)
    let dead = flags & hasDead != 0 ? try dots(&reader, context) : []
    var cells: [RowState.Cell] = []
    if flags & hasCells != 0 {
      for _ in 0..<(try reader.count(upTo: Limits.columns)) {
        let column = UInt32(try reader.count(upTo: Int(UInt32.max)))
        cells.append(RowState.Cell(column: column, dots: try dots(&reader, context)))
      }
    }
    return RowState(name: name, base: base, context: context, alive: Array(alive), dead: dead, cells: cells)
  }

  private static func dot(_ reader: inout ByteReader) throws -> LocalDot {
    LocalDot(site: UInt32(try reader.count(upTo: Int(UInt32.max))), seq: try reader.varint())
  }

  private static func dots(_ reader: inout ByteReader, _ context: [LocalDot]) throws -> [LocalDot] {
    let code = try reader.varint()
    if code & 1 == 0 {
      guard code / 2 < UInt64(context.count) else { throw SyncKitError(.damaged, ["rows": "dot"]) }
      return [context[Int(code / 2)]]
    }
    var out: [LocalDot] = []
    for _ in 0..<(code / 2) { out.append(try dot(&reader)) }
    return out
  }
}
