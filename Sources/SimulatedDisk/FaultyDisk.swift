import CSQLite
import Foundation

/// The calls by which SQLite uses files, each counted by itself.
package enum DiskCall: String, CaseIterable, Sendable {
  case open, read, write, sync, truncate, delete

  /// What SQLite is told when it fails.
  var failure: Int32 {
    switch self {
    case .open: SQLITE_CANTOPEN
    case .read: SQLITE_IOERR | 1 << 8
    case .write: SQLITE_IOERR | 3 << 8
    case .sync: SQLITE_IOERR | 4 << 8
    case .truncate: SQLITE_IOERR | 6 << 8
    case .delete: SQLITE_IOERR | 10 << 8
    }
  }
}

/// A call that fails.
package struct DiskFault: Sendable {
  package let call: DiskCall
  /// The nth call of its kind, from 1.
  package let number: Int
  /// Whether those after it fail too.
  package let isLasting: Bool

  package init(call: DiskCall, number: Int, isLasting: Bool) { (self.call, self.number, self.isLasting) = (call, number, isLasting) }
}

/// The disk below one folder: it remembers what was done to each file and what of it was synced, and fails and is full as it is told.
///
/// SQLite comes here for every file of the folder (``DiskInterface``). All is handed on to the system's files, so that a disk without
/// faults is like any other; only syncs are noted and not done, because the recording alone says what survives a loss of power.
/// A file belongs to the machine by which its name begins: `device0.sqlite-wal` to `device0`.
package final class FaultyDisk: @unchecked Sendable {
  let folder: String
  private let lock = NSLock()
  private var base: DiskImage = [:]
  private var events: [DiskEvent] = []
  /// Which file a name stands for, and how large each file is.
  private var names: [String: Int] = [:]
  private var sizes: [Int] = []
  private var counts: [DiskCall: Int] = [:]
  /// The machine that faults befall.
  private var victim = ""
  private var fault: DiskFault?
  /// How many bytes the victim's files may still grow; nil for any number.
  private var room: Int?
  private var leastRoom = 0
  private var failed = 0
  private var isQuiet = false
  /// For tests of the tests: every so many syncs is reported and not done.
  private var lie: Int?
  private var syncs = 0

  /// Takes the place of the disk below a folder, which has to be there and empty.
  package init(folder: String) throws {
    self.folder = folder
    try DiskInterface.mount(self)
  }

  deinit { DiskInterface.unmount(folder) }

  // MARK: What tests do

  /// Replaces all files, none of which may be open; what was recorded is forgotten, and there are no faults.
  package func load(_ image: DiskImage) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    for (name, bytes) in image { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    lock.withLock {
      base = image
      events = []
      names = [:]
      sizes = []
      for name in image.keys.sorted() {
        names[name] = sizes.count
        sizes.append(image[name]?.count ?? 0)
      }
    }
    stopFaults()
  }

  /// What was done since the files were loaded.
  package var recording: DiskRecording { lock.withLock { DiskRecording(base: base, events: events) } }

  /// How much has been done.
  package var eventCount: Int { lock.withLock { events.count } }

  /// Counts a machine's calls from now on, and fails one of them.
  package func fail(_ fault: DiskFault?, of machine: String) {
    lock.withLock { (self.fault, victim, counts, failed, room) = (fault, machine, [:], 0, nil) }
  }

  /// Lets a machine's files grow by so many bytes and no more.
  package func fill(after bytes: Int, of machine: String) {
    lock.withLock { (fault, victim, counts, failed, room, leastRoom) = (nil, machine, [:], 0, bytes, bytes) }
  }

  /// Looks without being counted or failed.
  package func quietly<T>(_ body: () throws -> T) rethrows -> T {
    lock.withLock { isQuiet = true }
    defer { lock.withLock { isQuiet = false } }
    return try body()
  }

  /// Reports every so many syncs of a machine as done, and loses what they would have kept.
  package func lieAboutSyncs(every number: Int, of machine: String) { lock.withLock { (lie, victim, syncs) = (number, machine, 0) } }

  package func stopFaults() { lock.withLock { (fault, victim, counts, failed, room, lie) = (nil, "", [:], 0, nil, nil) } }

  /// How many calls have failed, or found the disk full.
  package var failures: Int { lock.withLock { failed } }

  /// The victim's calls, counted.
  package var calls: [DiskCall: Int] { lock.withLock { counts } }

  /// How little room there ever was since ``fill(after:of:)``.
  package var roomAtWorst: Int { lock.withLock { leastRoom } }

  // MARK: What SQLite does

  package static func machine(of name: String) -> String { String(name.prefix { $0 != "." }) }

  /// Whether this call is to fail.
  func fails(_ call: DiskCall, _ machine: String) -> Bool {
    lock.withLock {
      guard machine == victim, !isQuiet else { return false }
      let number = counts[call, default: 0] + 1
      counts[call] = number
      guard let fault, fault.call == call, number == fault.number || fault.isLasting && number > fault.number else { return false }
      failed += 1
      return true
    }
  }

  /// How many of so many more bytes there is room for.
  func reserve(_ bytes: Int, _ machine: String) -> Int {
    lock.withLock {
      guard machine == victim, !isQuiet, let left = room, bytes > 0 else { return bytes }
      let granted = min(left, bytes)
      room = left - granted
      leastRoom = min(leastRoom, left - granted)
      if granted < bytes { failed += 1 }
      return granted
    }
  }

  private func release(_ bytes: Int, _ machine: String) { if machine == victim, let left = room { room = left + bytes } }

  func size(ofFile number: Int) -> Int { lock.withLock { sizes[number] } }

  /// A file was opened; its number.
  func noteOpen(_ name: String) -> Int {
    lock.withLock {
      if let known = names[name] { return known }
      let number = sizes.count
      sizes.append(0)
      names[name] = number
      let machine = Self.machine(of: name)
      events.append(DiskEvent(machine: machine, file: number, kind: .link(name)))
      // Somebody else may have made it, and written to it.
      if let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"), !bytes.isEmpty {
        sizes[number] = bytes.count
        events.append(DiskEvent(machine: machine, file: number, kind: .write(offset: 0, bytes: Array(bytes))))
      }
      return number
    }
  }

  func noteWrite(_ number: Int, _ machine: String, offset: Int, bytes: [UInt8]) {
    lock.withLock {
      sizes[number] = max(sizes[number], offset + bytes.count)
      events.append(DiskEvent(machine: machine, file: number, kind: .write(offset: offset, bytes: bytes)))
    }
  }

  func noteTruncate(_ number: Int, _ machine: String, size: Int) {
    lock.withLock {
      release(max(0, sizes[number] - size), machine)
      sizes[number] = min(sizes[number], size)
      events.append(DiskEvent(machine: machine, file: number, kind: .truncate(size: size)))
    }
  }

  func noteSync(_ number: Int, _ machine: String, isDone: Bool, withFolder: Bool) {
    lock.withLock {
      if isDone, machine == victim, let lie {
        syncs += 1
        if syncs % lie == 0 { return }
      }
      events.append(DiskEvent(machine: machine, file: number, kind: isDone ? .sync : .syncFailed))
      if isDone, withFolder { events.append(DiskEvent(machine: machine, file: number, kind: .syncFolder)) }
    }
  }

  func noteDelete(_ name: String, withFolder: Bool) {
    lock.withLock {
      guard let number = names.removeValue(forKey: name) else { return }
      let machine = Self.machine(of: name)
      release(sizes[number], machine)
      events.append(DiskEvent(machine: machine, file: number, kind: .unlink(name)))
      if withFolder { events.append(DiskEvent(machine: machine, file: number, kind: .syncFolder)) }
    }
  }
}
