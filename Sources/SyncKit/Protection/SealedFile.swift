import CSQLite
import Foundation

/// An open file of SQLite's whose contents are encrypted, over the file beneath. SQLite uses each from one thread at a time.
final class SealedFile {
  /// What cannot be decrypted, told as SQLite's own checksums would be.
  private static let damaged = SQLITE_IOERR | 32 << 8
  private static let shortRead = SQLITE_IOERR | 2 << 8

  /// What a unit that cannot be decrypted means.
  enum Trust {
    /// The file is damaged.
    case strict
    /// It was never written whole, as after a loss of power: it reads as zeros, which SQLite's own checksums then judge.
    case torn
  }

  private let units: SealedUnits
  private let cipher: SealedCipher
  private let trust: Trust
  private let beneath: UnsafeMutablePointer<sqlite3_file>
  /// The database whose log this is.
  private let database: SealedFile?
  /// What belongs to the database's other files.
  let secrets: SealedSecrets?
  /// Whether SQLite reads the log that it found, to see how far it is whole.
  var isRecovering = false
  private var buffer = [UInt8](repeating: 0, count: SealedUnits.pageBytes + SealedUnits.overhead)

  init(
    _ units: SealedUnits, _ cipher: SealedCipher, _ trust: Trust, over beneath: UnsafeMutablePointer<sqlite3_file>,
    database: SealedFile? = nil, secrets: SealedSecrets? = nil
  ) {
    (self.units, self.cipher, self.trust, self.beneath) = (units, cipher, trust, beneath)
    (self.database, self.secrets) = (database, secrets)
  }

  var file: UnsafeMutablePointer<sqlite3_file> { beneath }
  var methods: sqlite3_io_methods { beneath.pointee.pMethods.pointee }

  // MARK: Reading

  func read(_ out: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64) -> Int32 {
    guard let out else { return SQLITE_MISUSE }
    let (start, end) = (Int(offset), Int(offset) + Int(count))
    memset(out, 0, Int(count))
    var at = start
    while at < end {
      let unit = units.unit(at: at)
      switch contents(of: unit) {
      case .bytes(let bytes):
        let upTo = min(end, unit.start + bytes.count)
        if upTo > at {
          let room = UnsafeMutableRawBufferPointer(start: out + (at - start), count: upTo - at)
          bytes.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[(at - unit.start)..<(upTo - unit.start)])) }
        }
        if upTo < min(end, unit.end) { return Self.shortRead }
      case .nothing: return Self.shortRead
      case .zeros: break
      case .unreadable where isTolerated(count): if units == .pages { return Self.shortRead }
      case .unreadable: return Self.damaged
      case .failed(let result): return result
      }
      at = unit.end
    }
    return SQLITE_OK
  }

  /// Whether what cannot be decrypted may be what a loss of power left.
  private func isTolerated(_ count: Int32) -> Bool {
    switch units {
    // Before it knows the size of pages SQLite looks at the beginning of the first, which may lie whole in the log; the page is judged
    // when it is read itself.
    case .pages: count < SealedUnits.pageBytes
    case .log: database?.isRecovering ?? false
    case .sectors: trust == .torn
    }
  }

  private enum Contents {
    case bytes(Data)
    /// It lies beyond the end.
    case nothing
    /// It was never written, and others after it were.
    case zeros
    case unreadable
    case failed(Int32)
  }

  private func contents(of unit: SealedUnits.Unit) -> Contents {
    let length = unit.length + SealedUnits.overhead
    var held = length
    let result = buffer.withUnsafeMutableBytes { methods.xRead(beneath, $0.baseAddress, Int32(length), Int64(units.place(of: unit))) }
    if result == Self.shortRead {
      guard let size = sizeOnDisk else { return .failed(SQLITE_IOERR | 7 << 8) }
      held = min(length, size - units.place(of: unit))
      if held <= SealedUnits.overhead { return .nothing }
    } else if result != SQLITE_OK {
      return .failed(result)
    }
    return buffer.withUnsafeBytes { all in
      let sealed = UnsafeRawBufferPointer(rebasing: all[..<held])
      if let bytes = cipher.open(sealed, number: unit.number) { return .bytes(bytes) }
      return sealed.allSatisfy { $0 == 0 } ? .zeros : .unreadable
    }
  }

  // MARK: Writing

  func write(_ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64) -> Int32 {
    guard let bytes else { return SQLITE_MISUSE }
    let (start, end) = (Int(offset), Int(offset) + Int(count))
    if units == .sectors, let problem = fillGap(before: start) { return problem }
    var at = start
    while at < end {
      let unit = units.unit(at: at)
      let upTo = min(end, unit.end)
      let part = UnsafeRawBufferPointer(start: bytes + (at - start), count: upTo - at)
      let result = part.count == unit.length ? put(part, unit) : put(part, at: at - unit.start, of: unit)
      guard result == SQLITE_OK else { return result }
      at = unit.end
    }
    return SQLITE_OK
  }

  /// Writes a part of a unit, of which the rest stays.
  private func put(_ part: UnsafeRawBufferPointer, at place: Int, of unit: SealedUnits.Unit) -> Int32 {
    var whole: Data
    switch contents(of: unit) {
    case .bytes(let bytes): whole = bytes
    case .nothing: whole = Data()
    case .zeros: whole = Data(count: unit.length)
    case .unreadable where units != .pages && isTolerated(Int32(part.count)): whole = Data(count: unit.length)
    case .unreadable: return Self.damaged
    case .failed(let result): return result
    }
    if whole.count < place + part.count { whole.append(Data(count: place + part.count - whole.count)) }
    whole.replaceSubrange(place..<place + part.count, with: part)
    return whole.withUnsafeBytes { put($0, unit) }
  }

  private func put(_ contents: UnsafeRawBufferPointer, _ unit: SealedUnits.Unit) -> Int32 {
    guard let sealed = try? cipher.seal(contents, number: unit.number) else { return SQLITE_IOERR | 3 << 8 }
    return sealed.withUnsafeBytes { methods.xWrite(beneath, $0.baseAddress, Int32($0.count), Int64(units.place(of: unit))) }
  }

  /// Before something is written beyond the end, fills the last unit, which may be short: only the last may be.
  private func fillGap(before offset: Int) -> Int32? {
    guard let size else { return SQLITE_IOERR | 7 << 8 }
    guard size > 0, size < offset else { return nil }
    let last = units.unit(at: size - 1)
    let missing = min(last.end, offset) - size
    if missing <= 0 { return nil }
    let result = [UInt8](repeating: 0, count: missing).withUnsafeBytes { put($0, at: size - last.start, of: last) }
    return result == SQLITE_OK ? nil : result
  }

  func truncate(_ size: Int64) -> Int32 {
    let size = Int(size)
    guard let now = self.size else { return SQLITE_IOERR | 7 << 8 }
    if size > now { return SQLITE_OK }
    let unit = units.unit(at: size)
    if size == unit.start { return methods.xTruncate(beneath, Int64(size == 0 ? units.base : units.place(of: unit))) }
    // The last unit is cut short.
    var head = Data()
    switch contents(of: unit) {
    case .bytes(let bytes): head = bytes.prefix(size - unit.start)
    case .zeros, .nothing: head = Data(count: size - unit.start)
    case .unreadable: return Self.damaged
    case .failed(let result): return result
    }
    let result = head.withUnsafeBytes { put($0, unit) }
    if result != SQLITE_OK { return result }
    return methods.xTruncate(beneath, Int64(units.place(of: unit) + head.count + SealedUnits.overhead))
  }

  // MARK: The size

  /// The size as SQLite sees it; nil when it cannot be told.
  var size: Int? { sizeOnDisk.map { units.size(onDisk: $0) } }

  private var sizeOnDisk: Int? {
    var size: Int64 = 0
    return methods.xFileSize(beneath, &size) == SQLITE_OK ? Int(size) : nil
  }
}
