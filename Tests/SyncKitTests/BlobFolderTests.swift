import Foundation
import SyncCore
import SyncKit
import Testing

@testable import SyncBlobs

/// A file stands under its digest whole, or not at all, whenever the power goes.
@Suite struct BlobFolderTests {
  private let place = NSTemporaryDirectory() + "blobs-" + UUID().uuidString

  private func digest(_ bytes: [UInt8]) -> [UInt8] { Codec.standard.digest(bytes) }

  private struct PowerLoss: Error {}

  @Test func aFileStandsUnderItsDigestAlone() throws {
    let folder = BlobFolder(place)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let kept = try folder.put([1, 2, 3])
    #expect(kept.digest == digest([1, 2, 3]) && kept.bytes == 3)
    #expect(try folder.isIntact(kept.digest) && folder.size(of: kept.digest) == 3 && folder.digests() == [kept.digest])
    #expect(try folder.put([1, 2, 3]).digest == kept.digest && folder.digests().count == 1)
    for path in [place, place + "/incoming", (folder.path(of: kept.digest) as NSString).deletingLastPathComponent] {
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path(of: kept.digest))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place + "/incoming").isEmpty)
  }

  @Test func aCrashAtAnyStepLeavesNothingOrAll() throws {
    for step in [BlobFolder.Step.written, .synced, .renamed, .folderSynced] {
      let place = place + "-\(step)"
      defer { try? FileManager.default.removeItem(atPath: place) }
      let dying = BlobFolder(place) { if $0 == step { throw PowerLoss() } }
      let bytes = [UInt8](repeating: 7, count: 100_000)
      #expect(throws: BlobError.self) { _ = try dying.put(bytes) }
      let folder = BlobFolder(place)
      let isThere = step == .renamed || step == .folderSynced
      #expect(folder.size(of: digest(bytes)) == (isThere ? bytes.count : nil))
      #expect(try folder.isIntact(digest(bytes)) == isThere)
      // What was left is never taken for a file, and goes with time.
      #expect(folder.digests().count == (isThere ? 1 : 0))
      #expect(try folder.dropPartials(before: .max) == (isThere ? 0 : 1))
      #expect(try folder.put(bytes).digest == digest(bytes))
    }
  }

  @Test func aNameIsGivenOnlyOnceWhatItNamesIsOnTheDisk() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let steps = Steps()
    let folder = BlobFolder(place) { steps.note($0) }
    _ = try folder.put([1])
    #expect(steps.all == [.written, .synced, .renamed, .folderSynced])
  }

  @Test func whatArrivesByPiecesIsWholeOrWaits() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let folder = BlobFolder(place)
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try folder.received("get-1") == 0)
    try folder.append(Array(bytes[..<4_000]), at: 0, to: "get-1")
    #expect(try folder.received("get-1") == 4_000)
    for offset in [0, 3_999, 4_001] {
      do {
        try folder.append([1], at: offset, to: "get-1")
        Issue.record("taken at \(offset)")
      } catch { #expect(error.code == .otherOffset) }
    }
    #expect(folder.size(of: digest(bytes)) == nil)
    try folder.append(Array(bytes[4_000...]), at: 4_000, to: "get-1")
    try folder.complete("get-1", as: digest(bytes))
    #expect(try folder.isIntact(digest(bytes)) && folder.received("get-1") == 0)
    // Something else than was said is gone, and nothing stands under the name.
    try folder.append([9], at: 0, to: "get-2")
    do {
      try folder.complete("get-2", as: digest([8]))
      Issue.record("taken for what it is not")
    } catch { #expect(error.code == .wrongDigest) }
    #expect(try folder.size(of: digest([8])) == nil && folder.received("get-2") == 0)
  }

  @Test func twoWhoBringOneFileTakeTurnsAndNeitherHarmsIt() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let folder = BlobFolder(place)
    let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      while let offset = try? folder.received("put"), offset < bytes.count {
        // Whoever comes second is told so, and looks again.
        try? folder.append(Array(bytes[offset..<min(bytes.count, offset + 1_000)]), at: offset, to: "put")
      }
    }
    try folder.complete("put", as: digest(bytes))
    #expect(try folder.isIntact(digest(bytes)))
  }

  @Test func aSourceThatIsNoFileOrTooLargeIsNotTaken() throws {
    let folder = BlobFolder(place)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let source = place + "/source"
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: source))
    for (path, limit, code) in [
      (source, 2, BlobError.Code.tooLarge), (place, 100, .notAFile), (place + "/nowhere", 100, .notFound),
    ] {
      do {
        _ = try folder.put(copyOf: path, upTo: limit)
        Issue.record("\(path) taken")
      } catch { #expect(error.code == code, "\(path)") }
    }
    #expect(try folder.put(copyOf: source, upTo: 3).bytes == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place + "/incoming").isEmpty)
  }

  @Test func aDamagedFileIsSeenAndMendedByTheRightOne() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let folder = BlobFolder(place)
    let kept = try folder.put([1, 2, 3])
    try Data([1, 2, 4]).write(to: URL(fileURLWithPath: folder.path(of: kept.digest)))
    #expect(try !folder.isIntact(kept.digest))
    #expect(try folder.put([1, 2, 3]).digest == kept.digest && folder.isIntact(kept.digest))
  }

  @Test func twoFoldersHoldOneFile() throws {
    let other = BlobFolder(place + "-other")
    let folder = BlobFolder(place)
    defer { for path in [place, other.path] { try? FileManager.default.removeItem(atPath: path) } }
    let kept = try other.put([5, 6])
    #expect(try folder.adopt(kept.digest, from: other))
    #expect(try !folder.adopt(digest([7]), from: other))
    #expect(try folder.isIntact(kept.digest))
    let links = try FileManager.default.attributesOfItem(atPath: folder.path(of: kept.digest))[.referenceCount] as? Int
    #expect(links == 2)
    try other.remove(kept.digest)
    #expect(try folder.isIntact(kept.digest))
  }

  private final class Steps: @unchecked Sendable {
    private let lock = NSLock()
    private var told: [BlobFolder.Step] = []

    var all: [BlobFolder.Step] { lock.withLock { told } }

    func note(_ step: BlobFolder.Step) { lock.withLock { told.append(step) } }
  }

  /// A real disk that is full, which only root can make: what did not fit leaves nothing, what is there stays, and what arrives goes on where
  /// the room ended.
  @Test(.enabled(if: getuid() == 0)) func aFullDiskKeepsWhatIsThere() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    guard try run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place) else { return }
    defer { _ = try? run("umount", place) }
    let folder = BlobFolder(place + "/blobs")
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 251) } }
    let kept = try folder.put(bytes(400_000))
    var error = #expect(throws: BlobError.self) { try folder.put(bytes(2_000_000)) }
    #expect(error?.code == .noRoom)
    #expect(try folder.isIntact(kept.digest) && folder.digests() == [kept.digest])
    #expect(try FileManager.default.contentsOfDirectory(atPath: place + "/blobs/incoming").isEmpty)
    // A piece that does not fit as a whole is kept as far as it did.
    try folder.append(bytes(300_000), at: 0, to: "arriving")
    error = #expect(throws: BlobError.self) { try folder.append(bytes(900_000), at: 300_000, to: "arriving") }
    #expect(error?.code == .noRoom)
    #expect(try folder.received("arriving") >= 300_000)
    try folder.drop("arriving")
    #expect(try folder.put(bytes(500_000)).bytes == 500_000)
    #expect(folder.digests().count == 2)
  }

  /// - Returns: whether it succeeded.
  private func run(_ command: String...) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// Who puts a file that is here already is about to name it: then it is not an old one any more.
  @Test func whatIsPutAgainIsNotRemovedForItsAge() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let bytes: [UInt8] = [1, 2, 3]
    let folder = BlobFolder(place)
    let kept = try folder.put(bytes)
    func grow(_ seconds: Double) throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: folder.path(of: kept.digest))
    }
    try grow(1000)
    #expect(try !folder.remove(kept.digest, ifWrittenBefore: 1000))
    #expect(try folder.remove(kept.digest, ifWrittenBefore: 1001, dryRun: true) && folder.size(of: kept.digest) == 3)
    // Put between the look and the removal: it waits until that is over, and then stands there.
    let (place, ended) = (self.place, DispatchSemaphore(value: 0))
    let judging = BlobFolder(place) { step in
      guard step == .judged else { return }
      Thread.detachNewThread {
        _ = try? BlobFolder(place).put(bytes)
        ended.signal()
      }
      // It gets as far as the lock, or not: either way it is not there before the removal.
      usleep(50_000)
    }
    #expect(try judging.remove(kept.digest, ifWrittenBefore: 1001))
    #expect(ended.wait(timeout: .now() + 10) == .success)
    #expect(try folder.isIntact(kept.digest))
    #expect(try !folder.remove(kept.digest, ifWrittenBefore: 1001))
  }
}
