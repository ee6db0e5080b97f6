import Crypto
import Foundation
import SyncBlobs
import Testing

@testable import SyncKit

/// The arithmetic and the secrets beneath an encrypted file.
@Suite struct SealedFileTests {
  /// Units lie one after the other, in the file as SQLite sees it and on the disk, and sizes follow from each other.
  @Test(arguments: [SealedUnits.pages, .log, .sectors]) func unitsLieOneAfterTheOther(units: SealedUnits) {
    var (offset, place, number) = (0, units.base, 0)
    while offset < 60_000 {
      let unit = units.unit(at: offset)
      #expect(unit.number == number)
      #expect(unit.start == offset)
      #expect(units.place(of: unit) == place)
      #expect(units.unit(at: unit.end - 1) == unit)
      #expect(units.size(onDisk: place) == offset)
      // One byte of contents needs the nonce and the tag before it counts.
      #expect(units.size(onDisk: place + SealedUnits.overhead) == offset)
      #expect(units.size(onDisk: place + SealedUnits.overhead + 1) == offset + 1)
      #expect(units.size(onDisk: place + SealedUnits.overhead + unit.length) == unit.end)
      (offset, place, number) = (unit.end, place + unit.length + SealedUnits.overhead, number + 1)
    }
  }

  @Test func aUnitIsReadInItsPlaceByItsKeyAlone() throws {
    let (cipher, other) = (SealedCipher(StorageKey().secret), SealedCipher(StorageKey().secret))
    let contents = Array("a page".utf8)
    let sealed = Array(try contents.withUnsafeBytes { try cipher.seal($0, number: 3) })
    #expect(sealed.count == contents.count + SealedUnits.overhead)
    func open(_ bytes: [UInt8], _ cipher: SealedCipher, _ number: Int) -> [UInt8]? {
      bytes.withUnsafeBytes { cipher.open($0, number: number) }.map { Array($0) }
    }
    #expect(open(sealed, cipher, 3) == contents)
    #expect(open(sealed, cipher, 4) == nil)
    #expect(open(sealed, other, 3) == nil)
    for at in sealed.indices {
      var changed = sealed
      changed[at] ^= 1
      #expect(open(changed, cipher, 3) == nil)
    }
    // Written twice, it is never the same bytes.
    #expect(Array(try contents.withUnsafeBytes { try cipher.seal($0, number: 3) }) != sealed)
  }

  @Test func keysOfFilesAndPurposesDiffer() {
    let key = StorageKey()
    let salts = [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 1, count: 32)]
    let keys = ["pages", "log", "journal", "blob a", "blob b"].flatMap { purpose in
      salts.map { salt in key.derived(for: purpose, salt: salt).withUnsafeBytes { Array($0) } }
    }
    #expect(Set(keys).count == keys.count)
  }

  // MARK: Envelopes

  @Test func anEnvelopeOpensByItsPassphraseAlone() throws {
    let key = StorageKey()
    let envelope = try KeyEnvelope(key, passphrase: Array("正确的口令".utf8), cost: .least)
    let read = try JSONDecoder().decode(KeyEnvelope.self, from: try JSONEncoder().encode(envelope))
    #expect(try read.open(passphrase: Array("正确的口令".utf8)).bytes == key.bytes)
    let error = #expect(throws: SyncKitError.self) { try read.open(passphrase: Array("错误的口令".utf8)) }
    #expect(error?.code == .wrongKey)
  }

  /// RFC 7914 says what the derivation gives; an envelope by the usual cost opens too.
  @Test func theUsualCostIsTaken() throws {
    let key = StorageKey()
    #expect(try KeyEnvelope(key, passphrase: Array("p".utf8)).open(passphrase: Array("p".utf8)).bytes == key.bytes)
  }

  @Test(arguments: [(9, 1, false), (10, 1, true), (10, 4, true), (10, 5, false), (10, 0, false), (21, 1, false)])
  func costsOutOfBoundsAreNotTaken(memory: Int, passes: Int, isTaken: Bool) throws {
    let envelope = try KeyEnvelope(StorageKey(), passphrase: [1], cost: .init(memory: memory == 9 ? 9 : 10, passes: max(1, passes)))
    var json = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(envelope)) as? [String: Any])
    json["cost"] = ["memory": memory, "passes": passes]
    let changed = try JSONDecoder().decode(KeyEnvelope.self, from: JSONSerialization.data(withJSONObject: json))
    if isTaken {
      _ = try changed.open(passphrase: [1])
    } else {
      let error = #expect(throws: SyncKitError.self) { try changed.open(passphrase: [1]) }
      #expect(error?.code == .damaged)
    }
  }

  // MARK: Files that are written once

  @Test(arguments: [0, 1, BlobLayout.chunkBytes - 1, BlobLayout.chunkBytes, BlobLayout.chunkBytes + 1, 3 * BlobLayout.chunkBytes])
  func aSmallFileIsNeverReadWhenItWasChanged(size: Int) throws {
    let key = StorageKey()
    let contents = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let sealed = try SealedBlob.seal(contents, by: key, context: "photo")
    func read(_ bytes: [UInt8], _ key: StorageKey, _ context: String = "photo") throws -> [UInt8] {
      try SealedBlob.open(bytes, by: key, context: context)
    }
    #expect(try read(sealed, key) == contents)
    #expect(BlobLayout.size(onDisk: sealed.count) == size)
    #expect(throws: SyncKitError.self) { try read(sealed, StorageKey()) }
    #expect(throws: SyncKitError.self) { try read(sealed, key, "token") }
    // Cut anywhere, at the end of a chunk too, or lengthened.
    for cut in [1, 28, BlobLayout.chunkBytes + 28] where sealed.count - cut > SealedHeader.byteCount {
      #expect(throws: SyncKitError.self) { try read(Array(sealed.dropLast(cut)), key) }
    }
    #expect(throws: SyncKitError.self) { try read(sealed + [0], key) }
    var changed = sealed
    changed[changed.count - 1] ^= 1
    #expect(throws: SyncKitError.self) { try read(changed, key) }
  }

  /// What was encrypted from the storage format's page alone, by another library, is read: a small secret, a page and a frame's header.
  @Test func goldenFilesAreRead() throws {
    let bytes = try Fixture.read("sealed.hex")
    let (blob, unit, frame) = (Array(bytes[..<552]), Array(bytes[552..<552 + 4124]), Array(bytes[(552 + 4124)...]))
    let key = try #require(StorageKey(bytes: Array(0..<32)))
    #expect(try SealedBlob.open(blob, by: key, context: "token") == Array("一个令牌".utf8))
    guard case .sealed(let header) = SealedHeader.read(blob) else {
      Issue.record("no header")
      return
    }
    let secrets = SealedSecrets(key, header)
    let page = (0..<4096).map { UInt8($0 % 251) }
    #expect(unit.withUnsafeBytes { secrets.pages.open($0, number: 7) }.map { Array($0) } == page)
    #expect(frame.withUnsafeBytes { secrets.log.open($0, number: 3) }.map { Array($0) } == Array(page[..<24]))
  }
}
