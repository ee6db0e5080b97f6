import SyncCore

/// A row's state as bytes, all but its key and its name (docs/storage-format.md §4).
enum RowStateCode {
  static let isGeneral: UInt8 = 1
  static let hasName: UInt8 = 2
  private static let hasBase: UInt8 = 4
  private static let hasContext: UInt8 = 8
  private static let hasAlive: UInt8 = 16
  private static let hasDead: UInt8 = 32
  private static let hasCells: UInt8 = 64

  static func write(_ dot: LocalDot, to out: inout ByteWriter) {
    out.write(varint: UInt64(dot.site))
    out.write(varint: dot.seq)
  }

  /// Writes what the flags say is there.
  /// - Returns: the flags.
  static func write(_ state: RowState, to out: inout ByteWriter) -> UInt8 {
    assert(state.isSound, "\(state)")
    let isOwnContext = state.context.count == 1 && state.context[0] == state.name.dot
    // Nearly always the row's last writer alone asserts that it exists, and is the last entry of a short context.
    let plainAlive = state.alive.count == 1 ? state.context.firstIndex(of: state.alive[0]) : nil
    var flags = isGeneral
    if state.base != state.name.dot {
      flags |= hasBase
      write(state.base, to: &out)
    }
    if !isOwnContext {
      flags |= hasContext
      out.write(varint: UInt64(state.context.count))
      for dot in state.context { write(dot, to: &out) }
    }
    if plainAlive == nil || (state.context.count > 1 && plainAlive != state.context.count - 1) {
      flags |= hasAlive
      write(state.alive, in: state.context, to: &out)
    }
    if !state.dead.isEmpty {
      flags |= hasDead
      write(state.dead, in: state.context, to: &out)
    }
    if !state.cells.isEmpty {
      flags |= hasCells
      out.write(varint: UInt64(state.cells.count))
      for cell in state.cells {
        out.write(varint: UInt64(cell.column))
        write(cell.dots, in: state.context, to: &out)
      }
    }
    return flags
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

  static func read(_ reader: inout ByteReader, _ flags: UInt8, _ name: RowState.Name) throws -> RowState {
    let base = flags & hasBase != 0 ? try dot(&reader) : name.dot
    var context = [name.dot]
    if flags & hasContext != 0 {
      let count = try reader.count(upTo: reader.remaining)
      context = []
      context.reserveCapacity(count)
      for _ in 0..<count { context.append(try dot(&reader)) }
    }
    let alive = flags & hasAlive != 0 ? try dots(&reader, context) : Array(context.suffix(1))
    let dead = flags & hasDead != 0 ? try dots(&reader, context) : []
    var cells: [RowState.Cell] = []
    if flags & hasCells != 0 {
      for _ in 0..<(try reader.count(upTo: Limits.columns)) {
        let column = UInt32(try reader.count(upTo: Int(UInt32.max)))
        cells.append(RowState.Cell(column: column, dots: try dots(&reader, context)))
      }
    }
    let state = RowState(name: name, base: base, context: context, alive: alive, dead: dead, cells: cells)
    guard state.isSound else { throw SyncKitError(.damaged, ["rows": "state"]) }
    return state
  }

  static func dot(_ reader: inout ByteReader) throws -> LocalDot {
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

  /// Passes over a state without making anything of it.
  static func skip(_ reader: inout ByteReader, _ flags: UInt8) throws {
    guard flags & (hasBase | hasContext | hasAlive | hasDead | hasCells) != 0 else { return }
    if flags & hasBase != 0 { try skip(dots: 1, &reader) }
    if flags & hasContext != 0 { try skip(dots: try reader.varint(), &reader) }
    if flags & hasAlive != 0 { try skipList(&reader) }
    if flags & hasDead != 0 { try skipList(&reader) }
    guard flags & hasCells != 0 else { return }
    for _ in 0..<(try reader.count(upTo: Limits.columns)) {
      _ = try reader.varint()
      try skipList(&reader)
    }
  }

  private static func skip(dots count: UInt64, _ reader: inout ByteReader) throws {
    var left = count
    while left > 0 {
      _ = try reader.varint()
      _ = try reader.varint()
      left -= 1
    }
  }

  private static func skipList(_ reader: inout ByteReader) throws {
    let code = try reader.varint()
    if code & 1 != 0 { try skip(dots: code / 2, &reader) }
  }
}
