import Foundation

/// Bytes packed one after the other in memory of their own: for what is written once for each row, where the checks of an array would
/// cost more than the writing.
final class Arena {
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0
  private let initialCapacity: Int

  /// What more than this is given back when the arena is emptied.
  private static let keptBytes = 1 << 20

  init(reserving capacity: Int) {
    self.capacity = capacity
    initialCapacity = capacity
    memory = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit { memory.deallocate() }

  /// Empties the arena. Its memory stays for what comes next, unless it has grown large.
  func removeAll() {
    count = 0
    if capacity > Self.keptBytes { resize(initialCapacity) }
  }

  func append(_ byte: UInt8) {
    reserve(1)
    memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  func append(_ number: UInt64) {
    reserve(8)
    memory.storeBytes(of: number, toByteOffset: count, as: UInt64.self)
    count += 8
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (memory + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends bytes that are in the arena already.
  func append(again range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    reserve(range.count)
    (memory + count).copyMemory(from: memory + range.lowerBound, byteCount: range.count)
    count += range.count
  }

  /// The bytes from a place on. Good until something is appended.
  func pointer(at start: Int) -> UnsafeRawPointer { UnsafeRawPointer(memory) + start }

  /// The bytes of a range. Good until something is appended.
  subscript(range: Range<Int32>) -> UnsafeRawBufferPointer {
    precondition(range.lowerBound >= 0 && Int(range.upperBound) <= count)
    return UnsafeRawBufferPointer(start: memory + Int(range.lowerBound), count: range.count)
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    var larger = capacity
    while count + more > larger { larger *= 2 }
    resize(larger)
  }

  private func resize(_ size: Int) {
    let moved = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    moved.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    (memory, capacity) = (moved, size)
  }
}
