import CSQLite
import Foundation

/// The interface to files (sqlite.org/vfs.html) by which SQLite reads and writes encrypted databases, over whatever is the process's default.
///
/// Everything that SQLite writes for such a database is encrypted: the file, its log and journals by keys derived from the database's, and
/// temporary files, which nobody reads again, by keys that are thrown away with them. What lies in clear: files' names and sizes, and the
/// index of the log (`-shm`), which says which pages stand where in it.
enum SealedFiles {
  private static let name = "synckit-sealed"
  private static let keyParameter = "synckit-key"

  /// Registers the interface, once; it is nobody's default. SQLite keeps the pointer for as long as the process lives: it is never freed.
  private static let isRegistered: Bool = {
    guard sqlite3_compileoption_used("USE_URI") != 0, let beneath = system else { return false }
    let interface = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    interface.initialize(to: beneath.pointee)
    interface.pointee.zName = UnsafePointer(strdup(name))
    interface.pointee.pNext = nil
    interface.pointee.szOsFile = Int32(MemoryLayout<Shim>.size)
    interface.pointee.xOpen = { _, name, file, flags, out in open(name, file, flags, out) }
    interface.pointee.xDelete = { _, name, withFolder in system.flatMap { $0.pointee.xDelete($0, name, withFolder) } ?? SQLITE_IOERR }
    interface.pointee.xAccess = { _, name, flags, out in system.flatMap { $0.pointee.xAccess($0, name, flags, out) } ?? SQLITE_IOERR }
    interface.pointee.xFullPathname = { _, name, count, out in
      system.flatMap { $0.pointee.xFullPathname($0, name, count, out) } ?? SQLITE_IOERR
    }
    return sqlite3_vfs_register(interface, 0) == SQLITE_OK
  }()

  /// What is beneath: asked for each time, because a test may have put a disk of its own there since.
  private static var system: UnsafeMutablePointer<sqlite3_vfs>? { sqlite3_vfs_find(nil) }

  /// By what name SQLite is to open a file, so that it is encrypted by a key; without one it is the path.
  /// - Throws: ``SyncKitError/Code/sqlite`` where the system's SQLite takes no such names.
  static func name(of path: String, _ key: StorageKey?) throws -> String {
    guard let key else { return path }
    guard isRegistered else { throw SyncKitError(.sqlite, ["code": String(SQLITE_MISUSE), "message": "no URI file names"]) }
    let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
    // A path that begins with two slashes would be taken for a host's.
    let absolute = URL(fileURLWithPath: path).path.addingPercentEncoding(withAllowedCharacters: plain) ?? path
    return "file://\(absolute)?vfs=\(name)&\(keyParameter)=\(SealedKeys.number(of: key))"
  }

  // MARK: Opening

  private static func open(
    _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ out: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let system, let file else { return SQLITE_CANTOPEN }
    file.pointee.pMethods = nil
    let room = max(Int(system.pointee.szOsFile), MemoryLayout<sqlite3_file>.size)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: room)
    let beneath = memory.assumingMemoryBound(to: sqlite3_file.self)
    let result = system.pointee.xOpen(system, name, beneath, flags, out)
    guard result == SQLITE_OK else {
      memory.deallocate()
      return result
    }
    let isReadOnly = flags & SQLITE_OPEN_READONLY != 0
    let opened = sealed(name, flags, beneath, isReadOnly: isReadOnly)
    guard case .success(let sealed) = opened else {
      _ = beneath.pointee.pMethods.pointee.xClose(beneath)
      memory.deallocate()
      if case .failure(let refusal) = opened { return refusal.result }
      return SQLITE_CANTOPEN
    }
    UnsafeMutableRawPointer(file).initializeMemory(
      as: Shim.self, repeating: Shim(base: sqlite3_file(pMethods: methods), file: Unmanaged.passRetained(sealed).toOpaque()), count: 1)
    return SQLITE_OK
  }

  private struct Refusal: Error { let result: Int32 }

  private static func sealed(
    _ name: UnsafePointer<CChar>?, _ flags: Int32, _ beneath: UnsafeMutablePointer<sqlite3_file>, isReadOnly: Bool
  ) -> Result<SealedFile, Refusal> {
    switch flags & kinds {
    case SQLITE_OPEN_MAIN_DB:
      let number = sqlite3_uri_int64(name, keyParameter, -1)
      guard let key = SealedKeys.key(Int(number)) else { return .failure(Refusal(result: SQLITE_CANTOPEN)) }
      return SealedBeginning(beneath, isReadOnly: isReadOnly).header(key).map { header in
        let secrets = SealedSecrets(key, header)
        return SealedFile(.pages, secrets.pages, .strict, over: beneath, secrets: secrets)
      }.mapError { Refusal(result: $0.result) }
    case SQLITE_OPEN_WAL, SQLITE_OPEN_MAIN_JOURNAL:
      guard let database = sqlite3_database_file_object(name).flatMap({ self.file($0) }), let secrets = database.secrets else {
        return .failure(Refusal(result: SQLITE_CANTOPEN))
      }
      return .success(
        flags & kinds == SQLITE_OPEN_WAL
          ? SealedFile(.log, secrets.log, .strict, over: beneath, database: database)
          : SealedFile(.sectors, secrets.journal, .torn, over: beneath))
    case SQLITE_OPEN_SUPER_JOURNAL:
      // Written when a transaction covers several files, none of which has a write-ahead log: a replica always has.
      return .failure(Refusal(result: SQLITE_CANTOPEN))
    default:
      // Temporary: its key is nowhere but here.
      return .success(SealedFile(.sectors, SealedCipher(StorageKey().secret), .strict, over: beneath))
    }
  }

  private static let kinds =
    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_TEMP_DB
    | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_SUBJOURNAL

  // MARK: Files

  /// What SQLite holds of a file: it begins as SQLite expects.
  private struct Shim {
    var base: sqlite3_file
    var file: UnsafeMutableRawPointer?
  }

  private static func file(_ file: UnsafeMutablePointer<sqlite3_file>?) -> SealedFile? {
    file.flatMap { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Shim.self).pointee.file }
      .map { Unmanaged<SealedFile>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func close(_ pointer: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
    guard let pointer else { return SQLITE_OK }
    let shim = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Shim.self)
    guard let opened = shim.pointee.file else { return SQLITE_OK }
    shim.pointee.file = nil
    let sealed = Unmanaged<SealedFile>.fromOpaque(opened).takeRetainedValue()
    let result = sealed.methods.xClose(sealed.file)
    sealed.file.deallocate()
    return result
  }

  /// Hints of size would make the file grow by other amounts than units do, and a file that is mapped into memory is read past us.
  private static func control(_ sealed: SealedFile, _ code: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    switch code {
    case SQLITE_FCNTL_SIZE_HINT, SQLITE_FCNTL_CHUNK_SIZE: SQLITE_OK
    case SQLITE_FCNTL_MMAP_SIZE: SQLITE_NOTFOUND
    default: sealed.methods.xFileControl(sealed.file, code, argument)
    }
  }

  /// The lock that is held while the log is recovered (`WAL_RECOVER_LOCK` of the file format's documentation).
  private static let recoveryLock: Int32 = 2

  private static func lockShared(_ sealed: SealedFile, _ offset: Int32, _ count: Int32, _ flags: Int32) -> Int32 {
    let result = sealed.methods.xShmLock(sealed.file, offset, count, flags)
    if (offset..<offset + count).contains(recoveryLock), flags & SQLITE_SHM_EXCLUSIVE != 0 {
      if flags & SQLITE_SHM_UNLOCK != 0 { sealed.isRecovering = false } else if result == SQLITE_OK { sealed.isRecovering = true }
    }
    return result
  }

  /// Version 2: SQLite then maps no file into memory.
  nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    methods.pointee.iVersion = 2
    methods.pointee.xClose = { close($0) }
    methods.pointee.xRead = { file($0)?.read($1, $2, $3) ?? SQLITE_MISUSE }
    methods.pointee.xWrite = { file($0)?.write($1, $2, $3) ?? SQLITE_MISUSE }
    methods.pointee.xTruncate = { file($0)?.truncate($1) ?? SQLITE_MISUSE }
    methods.pointee.xSync = { pointer, flags in file(pointer).map { $0.methods.xSync($0.file, flags) } ?? SQLITE_MISUSE }
    methods.pointee.xFileSize = { pointer, out in
      guard let size = file(pointer)?.size else { return SQLITE_IOERR | 7 << 8 }
      out?.pointee = Int64(size)
      return SQLITE_OK
    }
    methods.pointee.xLock = { pointer, level in file(pointer).map { $0.methods.xLock($0.file, level) } ?? SQLITE_MISUSE }
    methods.pointee.xUnlock = { pointer, level in file(pointer).map { $0.methods.xUnlock($0.file, level) } ?? SQLITE_MISUSE }
    methods.pointee.xCheckReservedLock = { pointer, out in
      file(pointer).map { $0.methods.xCheckReservedLock($0.file, out) } ?? SQLITE_MISUSE
    }
    methods.pointee.xFileControl = { pointer, code, argument in file(pointer).map { control($0, code, argument) } ?? SQLITE_MISUSE }
    methods.pointee.xSectorSize = { pointer in file(pointer).map { $0.methods.xSectorSize($0.file) } ?? 0 }
    // What the disk promises of a page of SQLite's does not hold of a unit, which lies across its blocks.
    methods.pointee.xDeviceCharacteristics = { pointer in
      file(pointer).map { $0.methods.xDeviceCharacteristics($0.file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE } ?? 0
    }
    methods.pointee.xShmMap = { pointer, region, size, isExtending, out in
      file(pointer).map { $0.methods.xShmMap($0.file, region, size, isExtending, out) } ?? SQLITE_MISUSE
    }
    methods.pointee.xShmLock = { pointer, offset, count, flags in
      file(pointer).map { lockShared($0, offset, count, flags) } ?? SQLITE_MISUSE
    }
    methods.pointee.xShmBarrier = { pointer in if let opened = file(pointer) { opened.methods.xShmBarrier(opened.file) } }
    methods.pointee.xShmUnmap = { pointer, isDeleting in
      file(pointer).map { $0.methods.xShmUnmap($0.file, isDeleting) } ?? SQLITE_MISUSE
    }
    return UnsafePointer(methods)
  }()
}
