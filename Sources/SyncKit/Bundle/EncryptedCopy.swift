import Crypto
import Foundation
import SyncCore

/// A copy of a file that only some can read: encrypted as a bundle is, by a key made for the one copy, which is sealed for each of them
/// (docs/wire-protocol.md §7.1). It is written and read a piece at a time, however large it is.
public enum EncryptedCopy {
  /// Whether a file begins as one.
  public static func isOne(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.read(upToCount: BundleFormat.copyMagic.count)).map { Array($0) } == BundleFormat.copyMagic
  }

  /// Writes an encrypted copy of a file, and reads it back before it gets its name.
  /// - Parameters:
  ///   - source: the file; nobody writes to it meanwhile.
  ///   - path: where the copy is to be; it appears whole or not at all, in the place of what is there.
  ///   - label: what belongs to it and is for its readers alone, at most `BundledFile.labelBytes`.
  ///   - recipients: the public keys of those who can read it.
  /// - Returns: the copy's own SHA-256, and its length.
  /// - Throws: ``SyncKitError/Code/bundleAltered`` where what was written is not what can be read; what the system says.
  public static func write(
    _ source: String, to path: String, label: [UInt8] = [], for recipients: [[UInt8]]
  ) throws -> (digest: [UInt8], bytes: Int) {
    try write(to: path, label, recipients) { body in
      let file = try BundleFile(source)
      while case let piece = try file.read(BundleFormat.pieceBytes), !piece.isEmpty { try body(piece) }
    }
  }

  /// Writes an encrypted copy of a database that lies there for that: in clear it is nowhere.
  /// - Parameters: as with a file.
  public static func write(
    _ source: PassingDatabase, to path: String, label: [UInt8] = [], for recipients: [[UInt8]]
  ) throws -> (digest: [UInt8], bytes: Int) {
    try write(to: path, label, recipients, source.forEachPiece)
  }

  private static func write(
    to path: String, _ label: [UInt8], _ recipients: [[UInt8]], _ forEachPiece: (([UInt8]) throws -> Void) throws -> Void
  ) throws -> (digest: [UInt8], bytes: Int) {
    precondition(!recipients.isEmpty && label.count <= BundledFile.labelBytes)
    var (hash, bytes) = (SHA256(), 0)
    try forEachPiece { piece in
      hash.update(data: piece)
      bytes += piece.count
    }
    let digest = Array(hash.finalize())
    let (envelope, cipher) = try BundleCipher.sealed(for: recipients, .copy)
    let unfinished = path + ".new"
    guard FileManager.default.createFile(atPath: unfinished, contents: nil, attributes: [.posixPermissions: 0o600]),
      let output = FileHandle(forWritingAtPath: unfinished)
    else { throw SyncKitError(.readOnly, ["path": path]) }
    defer { try? FileManager.default.removeItem(atPath: unfinished) }
    do {
      var (sealing, chain) = (cipher, BundleFormat.seed)
      func write(_ kind: BundleFormat.Kind, _ payload: [UInt8]) throws {
        let payload = kind == .envelope ? payload : try sealing.seal(payload, kind)
        try output.write(contentsOf: BundleFormat.frame(kind, payload, chain: &chain, codec: .standard))
      }
      try output.write(contentsOf: BundleFormat.copyMagic)
      try write(.envelope, envelope.encoded)
      try write(.file, BundledFile(digest: digest, bytes: bytes, label: label).encoded)
      try forEachPiece { try write(.piece, $0) }
      try write(.end, [])
      try output.synchronize()
      try output.close()
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw SyncKitError(.diskFull, ["path": path], underlying: error)
    }
    // By the key that is here for this once: nobody else has to be asked whether it can be read.
    _ = try read(unfinished, { _ in cipher }, piece: { _ in })
    let written = try contents(unfinished)
    guard rename(unfinished, path) == 0 else { throw SyncKitError(.readOnly, ["path": path, "errno": String(errno)]) }
    try Replica.bringToDisk(folderOf: path)
    return written
  }

  /// Writes in clear what a copy holds.
  /// - Parameters:
  ///   - path: the copy.
  ///   - keys: those that are here, of which one has to be a recipient's.
  ///   - target: where to; it is whole or not there.
  /// - Returns: the label.
  /// - Throws: ``SyncKitError/Code/notABundle``, ``SyncKitError/Code/notARecipient``, ``SyncKitError/Code/bundleCut``,
  ///   ``SyncKitError/Code/bundleAltered``.
  public static func open(_ path: String, by keys: [EncryptionKey], to target: String) throws -> [UInt8] {
    guard FileManager.default.createFile(atPath: target, contents: nil, attributes: [.posixPermissions: 0o600]),
      let output = FileHandle(forWritingAtPath: target)
    else { throw SyncKitError(.readOnly, ["path": target]) }
    do {
      let label = try read(
        path,
        { envelope in
          let key = keys.first { key in envelope.recipients.contains { $0.key == key.publicKey } }
          return try BundleCipher(opening: envelope, by: key, .copy)
        }, piece: { try output.write(contentsOf: $0) })
      try output.synchronize()
      try output.close()
      return label
    } catch {
      try? FileManager.default.removeItem(atPath: target)
      if let error = error as? CocoaError, error.code == .fileWriteOutOfSpace {
        throw SyncKitError(.diskFull, ["path": target], underlying: error)
      }
      throw error
    }
  }

  private static func read(
    _ path: String, _ cipher: (BundleEnvelope) throws -> BundleCipher, piece: ([UInt8]) throws -> Void
  ) throws -> [UInt8] {
    do {
      var reader = try BundleReader(BundleFile(path).read, magic: BundleFormat.copyMagic)
      guard case .envelope(let envelope) = try reader.next() else { throw SyncKitError(.bundleAltered) }
      var opening = try cipher(envelope)
      reader.decrypt = { try opening.open($0, $1) }
      guard case .file(let file) = try reader.next() else { throw SyncKitError(.bundleAltered) }
      var (hash, count) = (SHA256(), 0)
      loop: while true {
        switch try reader.next() {
        case .piece(let bytes):
          hash.update(data: bytes)
          count += bytes.count
          try piece(bytes)
        case .end: break loop
        default: throw SyncKitError(.bundleAltered)
        }
      }
      guard count == file.bytes, Array(hash.finalize()) == file.digest else { throw SyncKitError(.bundleAltered) }
      return file.label
    } catch let error as SyncKitError {
      throw SyncKitError(error.code, error.details.merging(["path": path]) { one, _ in one }, underlying: error)
    }
  }

  /// The SHA-256 of a file as it lies there.
  public static func digest(of path: String) throws -> [UInt8] { try contents(path).digest }

  private static func contents(_ path: String) throws -> (digest: [UInt8], bytes: Int) {
    let file = try BundleFile(path)
    var (hash, count) = (SHA256(), 0)
    while case let piece = try file.read(BundleFormat.pieceBytes), !piece.isEmpty {
      hash.update(data: piece)
      count += piece.count
    }
    return (Array(hash.finalize()), count)
  }
}
