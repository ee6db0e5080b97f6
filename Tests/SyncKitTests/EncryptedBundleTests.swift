import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// A stick that is lost tells nothing: a bundle is read by the devices for whom it was written, and by nobody else.
@Suite struct EncryptedBundleTests {
  private let field: TestField
  private let path: String

  init() throws {
    field = try TestField()
    path = field.path("case.bundle")
  }

  private func key(_ name: String) -> EncryptionKey { SigningKey.test(name).encryptionKey }

  private func reader(_ name: String, as device: String? = nil) throws -> Replica {
    try field.replica(name, encryption: key(device ?? name))
  }

  /// A bundle of two changesets, for some devices.
  @discardableResult
  private func write(for names: String..., note: String = "only for wang") throws -> Replica {
    let author = try reader("li")
    try author.run("INSERT OR REPLACE INTO note(id, a) VALUES('n', ?)", [note])
    try author.run("INSERT OR REPLACE INTO note(id, a) VALUES('m', ?)", [note])
    let report = try author.exportBundle(to: path, for: names.map { key($0).publicKey })
    #expect(report.changesets == 2)
    return author
  }

  private func frames() throws -> [(kind: UInt8, payload: [UInt8])] {
    var reader = ByteReader(Array(try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(BundleFormat.magic.count)))
    var out: [(UInt8, [UInt8])] = []
    while !reader.isAtEnd {
      let kind = try reader.byte()
      out.append((kind, Array(try reader.take(Int(try reader.varint())))))
      _ = try reader.take(32)
    }
    return out
  }

  /// Writes frames with digests that fit: anybody can.
  private func rewrite(_ frames: [(kind: UInt8, payload: [UInt8])]) throws {
    var (out, chain) = (BundleFormat.magic, BundleFormat.seed)
    for frame in frames {
      let kind = try #require(BundleFormat.Kind(rawValue: frame.kind))
      out += BundleFormat.frame(kind, frame.payload, chain: &chain, codec: .standard)
    }
    try Data(out).write(to: URL(fileURLWithPath: path))
  }

  private func code(_ replica: Replica) -> SyncKitError.Code? {
    do { _ = try replica.importBundle(from: path) } catch let error as SyncKitError { return error.code } catch { return nil }
    return nil
  }

  @Test func eachRecipientReadsIt() throws {
    try write(for: "wang", "chen")
    for name in ["wang", "chen"] {
      let replica = try reader(name)
      #expect(try replica.importBundle(from: path).changesets == 2)
      #expect(try replica.rows("SELECT a FROM note ORDER BY id") == ["\"only for wang\"", "\"only for wang\""])
    }
  }

  @Test func nobodyElseDoesAndNothingOfItStandsInTheFile() throws {
    let author = try write(for: "wang", note: "绝密 top secret, said twice: top secret")
    for replica in [try reader("zhou"), try field.replica("keyless"), author] { #expect(code(replica) == .notARecipient) }
    #expect(try reader("zhou").rows("SELECT * FROM note").isEmpty)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for text in ["top secret", TestField.scope.name, "note"] { #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text)") }
    #expect(bytes.range(of: Data(author.site.bytes)) == nil)
  }

  /// Two of one content have nothing in common, or who has both would learn what changed.
  @Test func noTwoBundlesAreEncryptedAlike() throws {
    let author = try write(for: "wang")
    let first = try frames()
    _ = try author.exportBundle(to: path, for: [key("wang").publicKey])
    let second = try frames()
    #expect(first.count == second.count && zip(first, second).allSatisfy { $0.payload != $1.payload })
  }

  @Test func whatIsChangedMovedOrTakenOutIsSeenThoughTheDigestsFit() throws {
    try write(for: "wang")
    let whole = try frames()
    #expect(whole.map(\.kind) == [4, 1, 2, 3])
    var changes: [(String, [(kind: UInt8, payload: [UInt8])])] = []
    for at in whole.indices.dropFirst() {
      var changed = whole
      changed[at].payload[0] ^= 1
      changes.append(("frame \(at) changed", changed))
      changed = whole
      changed.remove(at: at)
      changes.append(("frame \(at) taken out", changed))
    }
    var moved = whole
    moved.swapAt(1, 2)
    changes.append(("frames in another order", moved))
    var twice = whole
    twice.insert(whole[2], at: 3)
    changes.append(("a frame twice", twice))
    var renamed = whole
    renamed[1].kind = 2
    changes.append(("a frame under another kind", renamed))
    changes.append(("the end in clear", whole.dropLast() + [(3, [])]))
    for (what, frames) in changes {
      try rewrite(frames)
      let replica = try reader("wang \(what)", as: "wang")
      #expect([.bundleAltered, .bundleCut, .notABundle].contains(code(replica)), "\(what)")
    }
    try rewrite(whole)
    #expect(code(try reader("wang")) == nil)
  }

  /// The frames of one bundle are worth nothing in another, though it is for the same device.
  @Test func framesOfAnotherBundleAreNotTaken() throws {
    let author = try write(for: "wang")
    let old = try frames()
    try author.run("UPDATE note SET a = 'new'")
    _ = try author.exportBundle(to: path, for: [key("wang").publicKey])
    try rewrite([try frames()[0]] + old.dropFirst())
    #expect(code(try reader("wang")) == .bundleAltered)
  }

  @Test func anEnvelopeStandsFirstOrNotAtAll() throws {
    try write(for: "wang")
    let whole = try frames()
    try rewrite([whole[0], whole[0]] + whole.dropFirst())
    #expect(code(try reader("wang")) == .bundleAltered)
  }

  /// Written by an earlier program and read by another implementation as well: chance makes each file another.
  @Test func aBundleOfThisFormatIsReadForGood() throws {
    if ProcessInfo.processInfo.environment["SYNCKIT_WRITE_FIXTURES"] != nil {
      try write(for: "chen", "wang")
      try Fixture.write(Array(try Data(contentsOf: URL(fileURLWithPath: path))), to: "bundle-encrypted.hex")
    }
    try Data(Fixture.read("bundle-encrypted.hex")).write(to: URL(fileURLWithPath: path))
    let replica = try reader("wang")
    #expect(try replica.importBundle(from: path).changesets == 2)
    #expect(try replica.rows("SELECT a FROM note ORDER BY id") == ["\"only for wang\"", "\"only for wang\""])
  }

  /// What a device can read by the secret that it keeps, it can read after a restart.
  @Test func theKeyFollowsFromTheDevicesSecret() throws {
    let secret = SigningKey()
    let again = try #require(SigningKey(bytes: secret.bytes))
    #expect(secret.encryptionKey.publicKey == again.encryptionKey.publicKey)
    #expect(secret.encryptionKey.publicKey != secret.publicKey)
    #expect(Hex.text(SigningKey.test("golden").encryptionKey.publicKey) == Self.goldenKey)
  }

  /// By another implementation of HKDF and X25519, from the SHA-256 of "key of golden".
  private static let goldenKey = "d9148651b91d023dfcdbf69fc9d0d254419492c908afd8155155bde86378ad4a"
}
