import Foundation

/// A bundle's file, read from front to back.
///
/// Read and not mapped: when a stick is pulled out, reading ends with an error, but touching a mapped page ends the process.
final class BundleFile {
  private let descriptor: Int32
  /// The file's size when it was opened.
  let byteCount: Int

  /// - Throws: ``SyncKitError/Code/notFound`` when there is no file that can be read.
  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var information = stat()
    guard descriptor >= 0, fstat(descriptor, &information) == 0 else {
      throw SyncKitError(.notFound, ["path": path, "errno": String(errno)])
    }
    byteCount = Int(information.st_size)
    // A folder opens like a file, and is none.
    guard information.st_mode & S_IFMT != S_IFDIR else { throw SyncKitError(.notFound, ["path": path, "errno": String(EISDIR)]) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next bytes, at most as many as are asked for; none at the end.
  func read(_ count: Int) throws -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      var result = 0
      repeat { result = Foundation.read(descriptor, buffer.baseAddress, count) } while result < 0 && errno == EINTR
      if result < 0 { failure = errno }
      used = max(0, result)
    }
    // Whatever made the reading end, the rest is missing.
    guard failure == 0 else { throw SyncKitError(.bundleCut, ["errno": String(failure)]) }
    return bytes
  }
}
