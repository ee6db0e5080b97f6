import CSQLite
import Foundation

/// How SQLite is brought to ask a ``FaultyDisk`` for the files below its folder, and the system for all others: an interface to files
/// (sqlite.org/vfs.html) that is the process's default from the first disk on.
enum DiskInterface {
  private struct Weak {
    weak var disk: FaultyDisk?
  }

  private static let lock = NSLock()
  nonisolated(unsafe) private static var disks: [String: Weak] = [:]

  static func mount(_ disk: FaultyDisk) throws {
    guard isRegistered else { throw CocoaError(.featureUnsupported) }
    lock.withLock { disks[disk.folder] = Weak(disk: disk) }
  }

  static func unmount(_ folder: String) { lock.withLock { disks[folder] = nil } }

  private static func disk(of path: String) -> (disk: FaultyDisk, name: String)? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    let folder = String(path[..<slash])
    guard let disk = lock.withLock({ disks[folder]?.disk }) else { return nil }
    return (disk, String(path[path.index(after: slash)...]))
  }

  // MARK: The interface

  /// The system's own, which was the default before.
  nonisolated(unsafe) private static let system = sqlite3_vfs_find(nil)

  /// SQLite keeps the pointer for as long as the process lives: it is never freed. What is not ours is the system's.
  private static let isRegistered: Bool = {
    guard let system else { return false }
    let interface = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    interface.initialize(to: system.pointee)
    interface.pointee.zName = UnsafePointer(strdup("faulty-disk"))
    interface.pointee.pNext = nil
    interface.pointee.szOsFile = max(system.pointee.szOsFile, Int32(MemoryLayout<Shim>.size))
    interface.pointee.xOpen = { _, name, file, flags, out in open(name, file, flags, out) }
    interface.pointee.xDelete = { _, name, withFolder in delete(name, withFolder != 0) }
    return sqlite3_vfs_register(interface, 1) == SQLITE_OK
  }()

  private static func open(
    _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ out: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let system, let file else { return SQLITE_CANTOPEN }
    guard let name, let (disk, short) = disk(of: String(cString: name)) else { return system.pointee.xOpen(system, name, file, flags, out) }
    file.pointee.pMethods = nil
    if disk.fails(.open, FaultyDisk.machine(of: short)) { return DiskCall.open.failure }
    // The system's interface syncs the folder with the first sync of a journal or log, and with no other file's.
    let journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL
    let syncsFolder = flags & SQLITE_OPEN_CREATE != 0 && flags & journals != 0
    let real = UnsafeMutableRawPointer.allocate(byteCount: Int(system.pointee.szOsFile), alignment: 16)
    real.initializeMemory(as: UInt8.self, repeating: 0, count: Int(system.pointee.szOsFile))
    let beneath = real.assumingMemoryBound(to: sqlite3_file.self)
    let result = system.pointee.xOpen(system, name, beneath, flags, out)
    guard result == SQLITE_OK else {
      real.deallocate()
      return result
    }
    let opened = OpenFile(disk, short, number: disk.noteOpen(short), beneath, syncsFolder: syncsFolder)
    UnsafeMutableRawPointer(file).initializeMemory(
      as: Shim.self, repeating: Shim(base: sqlite3_file(pMethods: methods), file: Unmanaged.passRetained(opened).toOpaque()), count: 1)
    return SQLITE_OK
  }

  private static func delete(_ name: UnsafePointer<CChar>?, _ withFolder: Bool) -> Int32 {
    guard let system, let name else { return SQLITE_IOERR }
    guard let (disk, short) = disk(of: String(cString: name)) else { return system.pointee.xDelete(system, name, withFolder ? 1 : 0) }
    if disk.fails(.delete, FaultyDisk.machine(of: short)) { return DiskCall.delete.failure }
    let result = system.pointee.xDelete(system, name, 0)
    if result == SQLITE_OK { disk.noteDelete(short, withFolder: withFolder) }
    return result
  }

  // MARK: Files

  /// What SQLite holds of a file: it begins as SQLite expects.
  private struct Shim {
    var base: sqlite3_file
    var file: UnsafeMutableRawPointer?
  }

  /// An open file, and the system's beneath it.
  private final class OpenFile {
    let disk: FaultyDisk
    let machine: String
    let number: Int
    let beneath: UnsafeMutablePointer<sqlite3_file>
    var syncsFolder: Bool
    private var regions = 0

    init(_ disk: FaultyDisk, _ name: String, number: Int, _ beneath: UnsafeMutablePointer<sqlite3_file>, syncsFolder: Bool) {
      (self.disk, self.number, self.beneath, self.syncsFolder) = (disk, number, beneath, syncsFolder)
      machine = FaultyDisk.machine(of: name)
    }

    var methods: sqlite3_io_methods { beneath.pointee.pMethods.pointee }

    func read(_ bytes: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64) -> Int32 {
      disk.fails(.read, machine) ? DiskCall.read.failure : methods.xRead(beneath, bytes, count, offset)
    }

    func write(_ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64) -> Int32 {
      // What fails may have been done in part.
      if disk.fails(.write, machine) { return put(bytes, count / 2, offset, DiskCall.write.failure) }
      let grown = max(0, Int(offset) + Int(count) - disk.size(ofFile: number))
      let short = grown - disk.reserve(grown, machine)
      return put(bytes, count - Int32(short), offset, short > 0 ? SQLITE_FULL : SQLITE_OK)
    }

    private func put(_ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64, _ outcome: Int32) -> Int32 {
      guard count > 0, let bytes else { return outcome }
      let result = methods.xWrite(beneath, bytes, count, offset)
      guard result == SQLITE_OK else { return result }
      disk.noteWrite(
        number, machine, offset: Int(offset), bytes: Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))))
      return outcome
    }

    func truncate(_ size: Int64) -> Int32 {
      if disk.fails(.truncate, machine) { return DiskCall.truncate.failure }
      let result = methods.xTruncate(beneath, size)
      if result == SQLITE_OK { disk.noteTruncate(number, machine, size: Int(size)) }
      return result
    }

    func sync() -> Int32 {
      let isDone = !disk.fails(.sync, machine)
      disk.noteSync(number, machine, isDone: isDone, withFolder: syncsFolder)
      if isDone { syncsFolder = false }
      return isDone ? SQLITE_OK : DiskCall.sync.failure
    }

    /// The shared memory lies in a file too, which needs room but survives nothing.
    func map(_ region: Int32, _ size: Int32, _ isExtending: Int32, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
      if isExtending != 0, Int(region) >= regions {
        if disk.reserve(Int(size), machine) < Int(size) { return SQLITE_IOERR | 19 << 8 }
        regions = Int(region) + 1
      }
      return methods.xShmMap(beneath, region, size, isExtending, out)
    }

    func close() -> Int32 {
      let result = methods.xClose(beneath)
      beneath.deallocate()
      return result
    }
  }

  private static func file(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile? {
    file.flatMap { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Shim.self).pointee.file }
      .map { Unmanaged<OpenFile>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Version 2: SQLite then maps no file into memory, where writes would go unseen.
  nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    methods.pointee.iVersion = 2
    methods.pointee.xRead = { file($0)?.read($1, $2, $3) ?? SQLITE_MISUSE }
    methods.pointee.xWrite = { file($0)?.write($1, $2, $3) ?? SQLITE_MISUSE }
    methods.pointee.xTruncate = { file($0)?.truncate($1) ?? SQLITE_MISUSE }
    methods.pointee.xSync = { pointer, _ in file(pointer)?.sync() ?? SQLITE_MISUSE }
    methods.pointee.xClose = { pointer in
      guard let pointer else { return SQLITE_OK }
      let shim = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Shim.self)
      guard let opened = shim.pointee.file else { return SQLITE_OK }
      shim.pointee.file = nil
      return Unmanaged<OpenFile>.fromOpaque(opened).takeRetainedValue().close()
    }
    methods.pointee.xFileSize = { pointer, out in file(pointer).map { $0.methods.xFileSize($0.beneath, out) } ?? SQLITE_MISUSE }
    methods.pointee.xLock = { pointer, level in file(pointer).map { $0.methods.xLock($0.beneath, level) } ?? SQLITE_MISUSE }
    methods.pointee.xUnlock = { pointer, level in file(pointer).map { $0.methods.xUnlock($0.beneath, level) } ?? SQLITE_MISUSE }
    methods.pointee.xCheckReservedLock = { pointer, out in
      file(pointer).map { $0.methods.xCheckReservedLock($0.beneath, out) } ?? SQLITE_MISUSE
    }
    methods.pointee.xFileControl = { pointer, code, argument in
      file(pointer).map { $0.methods.xFileControl($0.beneath, code, argument) } ?? SQLITE_MISUSE
    }
    methods.pointee.xSectorSize = { pointer in file(pointer).map { $0.methods.xSectorSize($0.beneath) } ?? 0 }
    methods.pointee.xDeviceCharacteristics = { pointer in file(pointer).map { $0.methods.xDeviceCharacteristics($0.beneath) } ?? 0 }
    methods.pointee.xShmMap = { file($0)?.map($1, $2, $3, $4) ?? SQLITE_MISUSE }
    methods.pointee.xShmLock = { pointer, offset, count, flags in
      file(pointer).map { $0.methods.xShmLock($0.beneath, offset, count, flags) } ?? SQLITE_MISUSE
    }
    methods.pointee.xShmBarrier = { pointer in if let opened = file(pointer) { opened.methods.xShmBarrier(opened.beneath) } }
    methods.pointee.xShmUnmap = { pointer, isDeleting in
      file(pointer).map { $0.methods.xShmUnmap($0.beneath, isDeleting) } ?? SQLITE_MISUSE
    }
    return UnsafePointer(methods)
  }()
}
