import SyncBlobs
import SyncCore

/// Takes the files of a bundle in, a piece at a time: what was cut goes on with the next bundle, or with the next exchange.
struct BundledFiles {
  private let folder: BlobFolder
  /// The lengths of the files that rows name: no other is taken, so that nobody can fill a disk with what nobody asked for.
  private let named: [[UInt8]: Int]
  private(set) var taken = 0
  private(set) var refused = 0
  private var current: (file: BundledFile, at: Int, isTaken: Bool)?

  /// How much room the disk has, in bytes; nil where nobody says.
  private let freeBytes: () -> Int64?

  init(_ attachments: Attachments, freeBytes: (() -> Int64?)? = nil) throws {
    folder = attachments.folder
    self.freeBytes = freeBytes ?? { [folder] in folder.freeBytes }
    named = Dictionary(try attachments.named().map { ($0.digest, $0.bytes) }) { one, _ in one }
  }

  mutating func begin(_ file: BundledFile) throws {
    try finish()
    let isHere = folder.size(of: file.digest) == file.bytes
    let hasRoom = freeBytes().map { $0 - Int64(file.bytes) >= AttachmentLimits.freeReserveBytes } ?? true
    let isTaken = !isHere && hasRoom && named[file.digest] == file.bytes
    if !isHere, !isTaken { refused += 1 }
    current = (file, 0, isTaken)
  }

  mutating func take(_ piece: [UInt8]) throws {
    guard let (file, at, isTaken) = current, at + piece.count <= file.bytes else { throw SyncKitError(.bundleAltered) }
    current?.at += piece.count
    guard isTaken else { return }
    let partial = Attachments.partial(file.digest)
    // What an earlier bundle or an exchange has brought is not written again.
    let received = try folder.received(partial)
    guard received <= at + piece.count else { return }
    guard received >= at else { throw SyncKitError(.bundleAltered) }
    try folder.append(Array(piece.dropFirst(received - at)), at: received, to: partial)
  }

  /// Ends the file that was begun.
  mutating func finish() throws {
    guard let (file, at, isTaken) = current else { return }
    current = nil
    guard at == file.bytes else { throw SyncKitError(.bundleAltered) }
    guard isTaken else { return }
    do {
      try folder.complete(Attachments.partial(file.digest), as: file.digest)
      taken += 1
    } catch let error as BlobError where error.code == .wrongDigest {
      refused += 1
    }
  }
}

extension Attachments {
  /// Where a file arrives.
  static func partial(_ digest: [UInt8]) -> String { "get-" + Hex.text(digest) }

  /// Hands out the frames of the files that rows of some scopes name and that are whole here.
  /// - Returns: how many files those are.
  func bundled(of scopes: Set<ScopeID>, _ write: (BundleFormat.Kind, [UInt8]) throws -> Void) throws -> Int {
    var seen: Set<[UInt8]> = []
    for name in try named() where scopes.contains(name.scope) && isHere(name) && !seen.contains(name.digest) {
      // What is damaged here is not carried to others.
      guard try folder.isIntact(name.digest) else { continue }
      seen.insert(name.digest)
      try write(.file, BundledFile(digest: name.digest, bytes: name.bytes).encoded)
      for offset in stride(from: 0, to: name.bytes, by: BundleFormat.pieceBytes) {
        try write(.piece, try folder.read(name.digest, at: offset, upTo: min(BundleFormat.pieceBytes, name.bytes - offset)))
      }
    }
    return seen.count
  }
}
