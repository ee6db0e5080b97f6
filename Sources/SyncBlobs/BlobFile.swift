import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file, closed when nobody holds it any more.
final class BlobFile {
  private let descriptor: Int32
  let place: String

  init(_ place: String, _ flags: Int32, followsLinks: Bool = false) throws(BlobError) {
    let descriptor = open(place, flags | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW), BlobFolder.fileMode)
    guard descriptor >= 0 else { throw BlobError(errno: errno, place) }
    self.descriptor = descriptor
    self.place = place
  }

  private init(descriptor: Int32, _ place: String) {
    self.descriptor = descriptor
    self.place = place
  }

  /// How the names of files begin that have no digest yet.
  static let temporaryPrefix = "put-"

  /// A new file of a name that nobody else has.
  static func temporary(in folder: String) throws(BlobError) -> (BlobFile, String) {
    var template = Array("\(folder)/\(temporaryPrefix)XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let place = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else { throw BlobError(errno: errno, folder) }
    return (BlobFile(descriptor: descriptor, place), place)
  }

  deinit { close(descriptor) }

  func size() throws(BlobError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw BlobError(errno: errno, place) }
    return Int(status.st_size)
  }

  func isRegular() throws(BlobError) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw BlobError(errno: errno, place) }
    return status.st_mode & S_IFMT == S_IFREG
  }

  func read(at offset: Int, upTo count: Int) throws(BlobError) -> [UInt8] {
    var problem: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          problem = errno
          return
        }
      }
    }
    guard problem == 0 else { throw BlobError(errno: problem, place) }
    return bytes
  }

  /// Writes all of it; where the disk is full, what could be written stays.
  func write(_ bytes: [UInt8], at offset: Int) throws(BlobError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset + written))
      }
      if count >= 0 { written += count } else if errno != EINTR { throw BlobError(errno: errno, place) }
    }
  }

  func sync() throws(BlobError) {
    guard fsync(descriptor) == 0 else { throw BlobError(errno: errno, place) }
  }

  /// Waits until no other process or thread has the file's lock. It goes with the file.
  func lock() throws(BlobError) {
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw BlobError(errno: errno, place) }
    }
  }

  func truncate(to size: Int) throws(BlobError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw BlobError(errno: errno, place) }
  }

  /// Zeros in place of everything, unless the file has another name still: as far as the disk writes where it is told to, what stood there
  /// is gone.
  func wipe() throws(BlobError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw BlobError(errno: errno, place) }
    guard status.st_nlink == 0 else { return }
    let zeros = [UInt8](repeating: 0, count: BlobFolder.readBytes)
    for offset in stride(from: 0, to: Int(status.st_size), by: zeros.count) {
      try write(Array(zeros.prefix(Int(status.st_size) - offset)), at: offset)
    }
    try sync()
  }
}
