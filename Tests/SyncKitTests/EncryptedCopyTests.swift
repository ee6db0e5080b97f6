import Foundation
import SyncCore
import Testing

@testable import SyncKit

/// A copy of a file that its recipients alone can read.
@Suite final class EncryptedCopyTests {
  private let folder = NSTemporaryDirectory() + "copy-" + UUID().uuidString
  private let own = SigningKey().encryptionKey
  private let paper = EncryptionKey(recovery: Array("0123-4567".utf8))

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? SyncKitError)?.code.description ?? "\(error)" }
  }

  @Test(arguments: [0, 1, BundleFormat.pieceBytes - 1, BundleFormat.pieceBytes, BundleFormat.pieceBytes + 1])
  func eachRecipientReadsItAndNobodyElse(size: Int) throws {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let (source, copy, out) = (folder + "/source", folder + "/copy", folder + "/out")
    try Data(bytes).write(to: URL(fileURLWithPath: source))
    let written = try EncryptedCopy.write(source, to: copy, label: [1, 2], for: [own.publicKey, paper.publicKey])
    let sealed = try Data(contentsOf: URL(fileURLWithPath: copy))
    #expect(written.bytes == sealed.count && written.digest == Codec.standard.digest(Array(sealed)))
    #expect(EncryptedCopy.isOne(copy) && !EncryptedCopy.isOne(source))
    for keys in [[own], [paper], [SigningKey().encryptionKey, paper]] {
      #expect(try EncryptedCopy.open(copy, by: keys, to: out) == [1, 2])
      #expect(FileManager.default.contents(atPath: out) == Data(bytes))
    }
    try FileManager.default.removeItem(atPath: out)
    #expect(code { _ = try EncryptedCopy.open(copy, by: [SigningKey().encryptionKey], to: out) } == "not-a-recipient")
    #expect(code { _ = try EncryptedCopy.open(source, by: [own], to: out) } == "not-a-bundle")
    for at in stride(from: BundleFormat.copyMagic.count, to: sealed.count, by: max(1, sealed.count / 40)) {
      var changed = sealed
      changed[at] ^= 1
      try changed.write(to: URL(fileURLWithPath: copy))
      #expect(code { _ = try EncryptedCopy.open(copy, by: [own], to: out) } != nil)
      try sealed.prefix(at).write(to: URL(fileURLWithPath: copy))
      #expect(code { _ = try EncryptedCopy.open(copy, by: [own], to: out) } == "bundle-cut")
    }
    try (sealed + [0]).write(to: URL(fileURLWithPath: copy))
    #expect(code { _ = try EncryptedCopy.open(copy, by: [own], to: out) } == "bundle-altered")
    // Nothing that could be taken for what it held is left.
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  /// The envelope of a bundle opens no copy, though it is of the same form.
  @Test func whatIsSealedForABundleIsSealedForNothingElse() throws {
    let (envelope, _) = try BundleCipher.sealed(for: [own.publicKey])
    _ = try BundleCipher(opening: envelope, by: own)
    #expect(code { _ = try BundleCipher(opening: envelope, by: own, .copy) } == "bundle-altered")
  }

  @Test func labelsAreOfBoundedLength() throws {
    for count in [BundledFile.labelBytes - 1, BundledFile.labelBytes] {
      let file = BundledFile(digest: [UInt8](repeating: 1, count: 32), bytes: 5, label: [UInt8](repeating: 7, count: count))
      #expect(try BundledFile(decoding: file.encoded) == file)
    }
    let long = BundledFile(
      digest: [UInt8](repeating: 1, count: 32), bytes: 5, label: [UInt8](repeating: 7, count: BundledFile.labelBytes + 1))
    #expect(throws: SyncCoreError.self) { try BundledFile(decoding: long.encoded) }
  }
}
