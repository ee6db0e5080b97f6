import Foundation
import SyncCore
import Testing

@testable import SyncBlobs
@testable import SyncKit

/// The files of a protected replica: encrypted from their first byte on, and otherwise as any others.
@Suite final class SealedFolderTests {
  private let place = NSTemporaryDirectory() + "sealed-" + UUID().uuidString
  private let key = StorageKey()
  private let marker = Array("厂区照片里的一句话".utf8)
  private var folder: BlobFolder { BlobFolder(place, sealing: AttachmentSeal(key)) }

  deinit { try? FileManager.default.removeItem(atPath: place) }

  private func digest(_ bytes: [UInt8]) -> [UInt8] { Codec.standard.digest(bytes) }

  private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { marker[$0 % marker.count] ^ UInt8($0 / marker.count / 3 % 2) } }

  /// Whether the marker is in any file, under whatever name.
  private func isFound() throws -> Bool {
    let names = FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? []
    return names.contains { (FileManager.default.contents(atPath: "\(place)/\($0)") ?? Data()).range(of: Data(marker)) != nil }
  }

  /// Lengths on both sides of each chunk's end.
  private static let lengths: [Int] = {
    let chunk = BlobLayout.chunkBytes
    return [0, 1, 1000, chunk - 1, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 2 * chunk + 1, 200_000]
  }()

  @Test(arguments: lengths) func aFileIsReadInPartsAndNothingOfItLiesInClear(count: Int) throws {
    let bytes = bytes(count)
    let kept = try folder.put(bytes)
    #expect(kept.digest == digest(bytes) && kept.bytes == count)
    #expect(try folder.isIntact(kept.digest) && folder.size(of: kept.digest) == count && folder.digests() == [kept.digest])
    #expect(try !isFound() && folder.unsealed() == 0)
    for (offset, length) in [
      (0, count), (0, 1), (count / 2, count), (count / 3, 70_000), (max(0, count - 1), 5), (count, 1), (count + 9, 1),
    ] {
      #expect(try folder.read(kept.digest, at: offset, upTo: length) == Array(bytes.dropFirst(offset).prefix(length)))
    }
    let out = place + "-out"
    defer { try? FileManager.default.removeItem(atPath: out) }
    try folder.copy(kept.digest, to: out)
    #expect(FileManager.default.contents(atPath: out) == Data(bytes))
  }

  @Test func whatWasChangedOrCutIsDamagedAndAnotherKeyIsSaid() throws {
    let kept = try folder.put(bytes(200_000))
    let path = folder.path(of: kept.digest)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let other = BlobFolder(place, sealing: AttachmentSeal(StorageKey()))
    let error = #expect(throws: BlobError.self) { try other.isIntact(kept.digest) }
    #expect(error?.code == .wrongKey)
    var changed = whole
    changed[1000] ^= 1
    for wrong in [
      changed, whole.dropLast(), whole.dropLast(BlobLayout.sealedChunkBytes), whole.prefix(BlobLayout.beginningBytes), whole + [0],
    ] {
      try Data(wrong).write(to: URL(fileURLWithPath: path))
      #expect(try !folder.isIntact(kept.digest))
      #expect(throws: BlobError.self) { try folder.copy(kept.digest, to: place + "/out") }
      #expect(!FileManager.default.fileExists(atPath: place + "/out"))
    }
    // One file in another's place: read it can be, and it is not what its name says.
    let second = try folder.put(bytes(10))
    try Data(contentsOf: URL(fileURLWithPath: folder.path(of: second.digest))).write(to: URL(fileURLWithPath: path))
    #expect(try !folder.isIntact(kept.digest))
    let swapped = #expect(throws: BlobError.self) { try folder.copy(kept.digest, to: place + "/out") }
    #expect(swapped?.code == .wrongDigest)
  }

  @Test func whatArrivesByPiecesOfAnyLengthIsEncryptedAndGoesOn() throws {
    let bytes = bytes(400_000)
    var (offset, step) = (0, 1)
    while offset < bytes.count {
      let piece = Array(bytes[offset..<min(bytes.count, offset + step)])
      try folder.append(piece, at: offset, to: "get-1")
      offset += piece.count
      step = step * 3 + 7
      #expect(try folder.received("get-1") == offset && !isFound())
    }
    for wrong in [0, offset - 1, offset + 1] {
      let error = #expect(throws: BlobError.self) { try folder.append([1], at: wrong, to: "get-1") }
      #expect(error?.code == .otherOffset)
    }
    #expect(try folder.head(of: "get-1", upTo: 64) == Array(bytes.prefix(64)))
    try folder.complete("get-1", as: digest(bytes))
    #expect(try folder.isIntact(digest(bytes)) && folder.received("get-1") == 0 && !isFound())
    try folder.append([9], at: 0, to: "get-2")
    let error = #expect(throws: BlobError.self) { try folder.complete("get-2", as: digest([8])) }
    #expect(error?.code == .wrongDigest)
    #expect(try folder.received("get-2") == 0)
  }

  /// Wherever a crash cuts what was being written, at most one chunk of what had arrived before is sent again, and what goes on from there
  /// is the file.
  @Test func aCrashWhileSomethingArrivesCostsAtMostAChunk() throws {
    let bytes = bytes(150_000)
    try folder.append(Array(bytes[..<70_000]), at: 0, to: "get-1")
    #expect(try folder.received("get-1") == 70_000)
    let path = folder.partialPath("get-1")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    try folder.append(Array(bytes[70_000...]), at: 70_000, to: "get-1")
    let after = try Data(contentsOf: URL(fileURLWithPath: path))
    let start = BlobLayout.place(of: 1)
    // Killed within the write: what was written stands over what was there. Without power: also what is longer, with holes in it.
    for cut in stride(from: start, through: after.count, by: 3_001) {
      let torn = after.prefix(cut) + before.dropFirst(cut)
      for left in [torn, torn + Data(count: after.count - max(cut, before.count))] {
        try Data(left).write(to: URL(fileURLWithPath: path))
        let received = try folder.received("get-1")
        #expect(received >= BlobLayout.chunkBytes && received <= bytes.count)
        #expect(try folder.received("get-1") == received)
        try folder.append(Array(bytes[received...]), at: received, to: "get-1")
        try folder.complete("get-1", as: digest(bytes))
        try folder.remove(digest(bytes))
      }
    }
    // Before there was a beginning, nothing has arrived.
    for length in [0, 1, BlobLayout.beginningBytes - 1] {
      try Data(after.prefix(length)).write(to: URL(fileURLWithPath: path))
      #expect(try folder.received("get-1") == 0)
    }
    try folder.append(bytes, at: 0, to: "get-1")
    try folder.complete("get-1", as: digest(bytes))
  }

  // MARK: What lay in clear

  private var clear: BlobFolder { BlobFolder(place) }

  @Test func whatLayInClearIsEncryptedAndReadOn() throws {
    let (one, two) = (try clear.put(bytes(100_000)), try clear.put(marker))
    let whole = bytes(90_000)
    try clear.append(Array(whole[..<80_000]), at: 0, to: "get-1")
    // Left by a crash while it was being put.
    try Data(marker).write(to: URL(fileURLWithPath: place + "/incoming/put-abcdef"))
    let former = try #require(FileHandle(forReadingAtPath: clear.path(of: one.digest)))
    #expect(try isFound() && folder.unsealed() == 4)
    #expect(try folder.read(two.digest, at: 0, upTo: 100) == marker, "until then it can be read")
    #expect(try folder.sealAll() == 3)
    #expect(try folder.unsealed() == 0 && !isFound())
    #expect(try folder.isIntact(one.digest) && folder.isIntact(two.digest))
    #expect(try former.readToEnd()?.allSatisfy { $0 == 0 } == true, "what was there is written over")
    #expect(try folder.received("get-1") == 80_000)
    try folder.append(Array(whole[80_000...]), at: 80_000, to: "get-1")
    try folder.complete("get-1", as: digest(whole))
    #expect(try folder.sealAll() == 0)
  }

  @Test func whatBeganToArriveInClearGoesOnEncrypted() throws {
    let whole = bytes(90_000)
    try clear.append(Array(whole[..<80_000]), at: 0, to: "get-1")
    try folder.append(Array(whole[80_000...]), at: 80_000, to: "get-1")
    #expect(try !isFound())
    try folder.complete("get-1", as: digest(whole))
    #expect(try folder.isIntact(digest(whole)))
  }

  /// Another folder's file of the same name on the disk is not written over.
  @Test func aFileThatAnotherFolderHoldsTooStaysThere() throws {
    let kept = try clear.put(marker)
    let other = BlobFolder(place + "-other")
    defer { try? FileManager.default.removeItem(atPath: other.path) }
    #expect(try other.adopt(kept.digest, from: clear))
    try folder.sealAll()
    #expect(try other.isIntact(kept.digest) && !isFound())
    // Nor is one taken in clear from there.
    try folder.remove(kept.digest)
    #expect(try folder.adopt(kept.digest, from: other))
    #expect(try folder.isIntact(kept.digest) && !isFound() && folder.unsealed() == 0)
  }
}
