import CSQLite
import Foundation
import SimulatedDisk
import Testing

@testable import SyncKit

/// An encrypted file does what a file does, whatever is written, read and cut, and in whichever order.
@Suite struct SealedFileModelTests {
  private struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 1 ^ state << 31
    }
  }

  @Test(arguments: [SealedUnits.sectors, .pages, .log], [1, 2, 3, 4]) func itReadsAsAFileInClearWould(units: SealedUnits, seed: UInt64)
    throws
  {
    var chance = Chance(state: seed)
    let system = try SystemFile()
    let sealed = SealedFile(units, SealedCipher(StorageKey().secret), .strict, over: system.file)
    // A database has its header before anything is written to it.
    if units == .pages { _ = SealedBeginning(system.file, isReadOnly: false).header(StorageKey()) }
    var model: [UInt8] = []
    for step in 0..<600 {
      switch Int.random(in: 0..<10, using: &chance) {
      case 0..<5:
        // Sectors take any bytes anywhere; pages and frames are written whole, one beside the other or beyond the end.
        let (offset, count): (Int, Int)
        if units == .sectors {
          (offset, count) = (Int.random(in: 0...min(20_000, model.count + 3000), using: &chance), Int.random(in: 1...3000, using: &chance))
        } else {
          let unit = units.unit(at: Int.random(in: 0...min(60_000, model.count + 9000), using: &chance))
          (offset, count) = (unit.start, unit.length)
        }
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
        try #require(bytes.withUnsafeBytes { sealed.write($0.baseAddress, Int32(count), Int64(offset)) } == SQLITE_OK, "step \(step)")
        if model.count < offset + count { model += [UInt8](repeating: 0, count: offset + count - model.count) }
        model.replaceSubrange(offset..<offset + count, with: bytes)
      case 5 where units == .sectors || model.count > 30_000:
        let cut = units == .sectors ? Int.random(in: 0...model.count, using: &chance) : units.unit(at: model.count / 2).start
        try #require(sealed.truncate(Int64(cut)) == SQLITE_OK)
        model.removeLast(max(0, model.count - cut))
      default:
        let offset = Int.random(in: 0...model.count + 500, using: &chance)
        let count = Int.random(in: 1...9000, using: &chance)
        var read = [UInt8](repeating: 0xff, count: count)
        let result = read.withUnsafeMutableBytes { sealed.read($0.baseAddress, Int32(count), Int64(offset)) }
        let there = Array(model.dropFirst(offset).prefix(count))
        #expect(read == there + [UInt8](repeating: 0, count: count - there.count), "step \(step): \(count) bytes at \(offset)")
        #expect(
          result == (there.count < count ? SQLITE_IOERR | 2 << 8 : SQLITE_OK), "step \(step): \(count) bytes at \(offset) of \(model.count)"
        )
      }
      #expect(sealed.size == model.count, "step \(step)")
    }
  }

  /// A header is made by one of two that find the file empty, and both have the same.
  @Test func aHeaderIsMadeOnce() throws {
    let system = try SystemFile()
    let key = StorageKey()
    let first = SealedBeginning(system.file, isReadOnly: false).header(key)
    let second = SealedBeginning(system.file, isReadOnly: false).header(key)
    guard case .success(let header) = first, case .success(let again) = second else {
      Issue.record("no header")
      return
    }
    #expect(header == again)
    guard case .failure(let refusal) = SealedBeginning(system.file, isReadOnly: false).header(StorageKey()) else {
      Issue.record("another key was taken")
      return
    }
    #expect(refusal.result == SQLITE_NOTADB)
  }

  /// Else a page could outlive its header in a loss of power, and nobody could read it or make the file anew.
  @Test func aHeaderIsOnTheDiskBeforeAnythingIsWrittenBehindIt() throws {
    let folder = NSTemporaryDirectory() + "sealed-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let disk = try FaultyDisk(folder: folder)
    var database: OpaquePointer?
    try #require(
      sqlite3_open_v2(
        try SealedFiles.name(of: folder + "/device0.sqlite", StorageKey()), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        == SQLITE_OK)
    try #require(sqlite3_exec(database, "CREATE TABLE t(a)", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let events = disk.recording.events
    let header = try #require(
      events.firstIndex { if case .write(0, let bytes) = $0.kind { bytes.count == SealedHeader.byteCount } else { false } })
    let later = events[(header + 1)...].filter { $0.file == events[header].file }
    guard case .sync? = later.first?.kind else {
      Issue.record("\(later.first as Any)")
      return
    }
    #expect(later.count > 2)
  }
}
