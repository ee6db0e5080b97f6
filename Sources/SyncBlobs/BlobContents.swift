import Crypto

/// What a file holds, read and written alike whether it lies in clear or encrypted.
///
/// An encrypted file that is still growing is at any time a whole one of what has been written: its last chunk says that it is, and is
/// written anew with what follows it.
struct BlobContents {
  private let file: BlobFile
  /// nil for a file in clear.
  private let cipher: (any BlobCipher)?
  /// Whether it lies as the folder's files are to lie.
  let isCurrent: Bool

  /// What is there.
  /// - Throws: ``BlobError`` with `wrongKey` or `newerFormat`.
  init(_ file: BlobFile, _ sealing: (any BlobSealing)?) throws(BlobError) {
    self.file = file
    let found = try sealing?.cipher(of: file.read(at: 0, upTo: BlobLayout.beginningBytes))
    cipher = found?.cipher
    isCurrent = found?.isCurrent ?? (sealing == nil)
  }

  /// For a file without any bytes yet: what is written to it lies as the folder's files do.
  init(new file: BlobFile, _ sealing: (any BlobSealing)?) throws(BlobError) {
    self.file = file
    cipher = sealing?.makeCipher()
    isCurrent = true
    guard let cipher else { return }
    try file.write(cipher.beginning + sealed([], by: cipher, number: 0, isLast: true), at: 0)
  }

  /// How many bytes it holds.
  func size() throws(BlobError) -> Int {
    let bytes = try file.size()
    guard cipher != nil else { return bytes }
    guard let size = BlobLayout.size(onDisk: bytes) else { throw BlobError(.damaged, file.place) }
    return size
  }

  /// Some bytes from a place on; none behind the end.
  func read(at offset: Int, upTo count: Int) throws(BlobError) -> [UInt8] {
    guard let cipher else { return try file.read(at: offset, upTo: count) }
    let end = min(try size(), offset + count)
    guard offset < end else { return [] }
    let chunks = BlobLayout.chunks(onDisk: try file.size())
    let first = offset / BlobLayout.chunkBytes
    var bytes: [UInt8] = []
    for number in first...(end - 1) / BlobLayout.chunkBytes {
      guard let chunk = try chunk(number, by: cipher, isLast: number == chunks - 1) else { throw BlobError(.damaged, file.place) }
      bytes += chunk
    }
    let start = offset - first * BlobLayout.chunkBytes
    return Array(bytes[start..<start + end - offset])
  }

  /// Writes what follows all that is there.
  func append(_ bytes: [UInt8]) throws(BlobError) {
    let size = try size()
    guard let cipher else { return try file.write(bytes, at: size) }
    let first = BlobLayout.chunks(onDisk: try file.size()) - 1
    guard let tail = try chunk(first, by: cipher, isLast: true) else { throw BlobError(.damaged, file.place) }
    let rest = tail + bytes
    var (out, at, number): ([UInt8], Int, Int) = ([], 0, first)
    out.reserveCapacity(rest.count + (rest.count / BlobLayout.chunkBytes + 1) * BlobLayout.overhead)
    repeat {
      let end = min(rest.count, at + BlobLayout.chunkBytes)
      out += try sealed(Array(rest[at..<end]), by: cipher, number: number, isLast: end == rest.count)
      (at, number) = (end, number + 1)
    } while at < rest.count
    try file.write(out, at: BlobLayout.place(of: first))
  }

  /// Cuts off what a crash has left of a file that was growing, down to what can be read.
  func mend() throws(BlobError) {
    guard let cipher else { return }
    let bytes = try file.size()
    let count = BlobLayout.chunks(onDisk: bytes)
    if BlobLayout.size(onDisk: bytes) != nil, try chunk(count - 1, by: cipher, isLast: true) != nil { return }
    var (whole, last): (Int, [UInt8]) = (0, [])
    while whole < count {
      if let chunk = try chunk(whole, by: cipher, isLast: false) {
        (whole, last) = (whole + 1, chunk)
      } else if let chunk = try chunk(whole, by: cipher, isLast: true) {
        // What was written behind it has come to the disk before it did.
        (whole, last) = (whole + 1, chunk)
        break
      } else {
        break
      }
    }
    let end = try sealed(last, by: cipher, number: max(0, whole - 1), isLast: true)
    let place = BlobLayout.place(of: max(0, whole - 1))
    try file.write(end, at: place)
    try file.truncate(to: place + end.count)
  }

  /// The SHA-256 of what it holds.
  func digest() throws(BlobError) -> [UInt8] {
    var hash = SHA256()
    try forEachPiece { (_, piece) throws(BlobError) in hash.update(data: piece) }
    return Array(hash.finalize())
  }

  /// All that it holds, a piece at a time.
  func forEachPiece(_ body: (_ offset: Int, _ piece: [UInt8]) throws(BlobError) -> Void) throws(BlobError) {
    var offset = 0
    while true {
      let piece = try read(at: offset, upTo: BlobFolder.readBytes)
      if piece.isEmpty { return }
      try body(offset, piece)
      offset += piece.count
    }
  }

  private func chunk(_ number: Int, by cipher: any BlobCipher, isLast: Bool) throws(BlobError) -> [UInt8]? {
    cipher.open(try file.read(at: BlobLayout.place(of: number), upTo: BlobLayout.sealedChunkBytes), number: number, isLast: isLast)
  }

  private func sealed(_ chunk: [UInt8], by cipher: any BlobCipher, number: Int, isLast: Bool) throws(BlobError) -> [UInt8] {
    do { return try cipher.seal(chunk, number: number, isLast: isLast) } catch { throw BlobError(.failed, file.place) }
  }
}
