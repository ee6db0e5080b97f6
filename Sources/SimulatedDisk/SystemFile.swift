package import CSQLite
import Foundation

/// A file of the system's, opened as SQLite opens it, for tests of what lies between; it goes with the object.
package final class SystemFile {
  package let file: UnsafeMutablePointer<sqlite3_file>
  private let path = NSTemporaryDirectory() + "system-file-\(UUID().uuidString)"

  package init() throws {
    guard let system = sqlite3_vfs_find(nil) else { throw CocoaError(.featureUnsupported) }
    let size = Int(system.pointee.szOsFile)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    file = memory.assumingMemoryBound(to: sqlite3_file.self)
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_TEMP_DB
    // A name is followed by zeros, where its parameters would stand.
    let name = Array(path.utf8CString) + [0, 0]
    guard name.withUnsafeBufferPointer({ system.pointee.xOpen(system, $0.baseAddress, file, flags, nil) }) == SQLITE_OK else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  deinit {
    _ = file.pointee.pMethods.pointee.xClose(file)
    UnsafeMutableRawPointer(file).deallocate()
    unlink(path)
  }
}
