import Foundation
import GRDB
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// Nobody writes in another's name: what a device did not sign, under a certificate that the office issued for it, is taken by no one.
@Suite struct SealTests {
  private static let scope = TestField.scope

  /// The changeset of a fragment with another header, and what seals it.
  private static func altered(_ fragment: Fragment, author: String? = nil, note: String? = nil, seal: [UInt8]? = nil) throws -> Fragment {
    let old = try ChangesetHeader(decoding: fragment.header)
    let header = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: old.wallClock, author: author ?? old.author,
      transaction: old.transaction, schema: old.schema, certificate: old.certificate, previous: old.previous, needs: old.needs,
      note: note ?? old.note, parts: old.parts, origin: old.origin)
    return Fragment(header: header.encoded, signature: seal ?? fragment.signature, firstPart: 0, parts: fragment.parts)
  }

  /// The changeset as it would stand under another certificate, sealed by any key.
  private static func resealed(
    _ fragment: Fragment, key: String, issuer: String, device: [UInt8]? = nil, user: String? = nil
  ) throws -> Fragment {
    let old = try ChangesetHeader(decoding: fragment.header)
    let signer = SigningKey.test(key).signer
    let certificate = Certificate(
      device: device ?? Array(old.dot.site.bytes.prefix(16)), key: signer.publicKey, user: user ?? old.author, role: "", from: 0,
      issuer: SigningKey.test(issuer).publicKey)
    let signed = try SignedCertificate(certificate, by: SigningKey.test(issuer).signer)
    let header = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: old.wallClock, author: old.author, transaction: old.transaction,
      schema: old.schema, certificate: Codec.standard.digest(signed.bytes), previous: old.previous, needs: old.needs, note: old.note,
      parts: old.parts)
    let seal = try Seal(hash: Codec.standard.digest(header.encoded), by: signer, under: signed)
    return Fragment(header: header.encoded, signature: seal.encoded, firstPart: 0, parts: fragment.parts)
  }

  /// Every way to bring a changeset that its author did not write, and what it is told.
  private static func forgeries(_ genuine: Fragment) throws -> [(String, Fragment, code: String)] {
    let seal = try Seal(decoding: genuine.signature)
    var wrong = seal.signature
    wrong[63] ^= 1
    let cut = Seal(signature: wrong, certificate: seal.certificate).encoded
    var issued = seal.certificate.signature
    issued[0] ^= 1
    let unissued = Seal(
      signature: seal.signature, certificate: SignedCertificate(bytes: seal.certificate.bytes, signature: issued)
    ).encoded
    let header = try ChangesetHeader(decoding: genuine.header)
    let uncited = ChangesetHeader(
      scope: header.scope, dot: header.dot, time: header.time, wallClock: header.wallClock, author: header.author,
      transaction: header.transaction, schema: header.schema, certificate: [], previous: header.previous, needs: header.needs,
      note: header.note, parts: header.parts
    ).encoded
    func fragment(_ header: [UInt8], _ seal: [UInt8]) -> Fragment {
      Fragment(header: header, signature: seal, firstPart: 0, parts: genuine.parts)
    }
    // A good certificate of the same device, and another than the header cites.
    let key = SigningKey.test("li").publicKey
    let later = Certificate(
      device: Array(header.dot.site.bytes.prefix(16)), key: key, user: header.author, role: "", from: 1,
      issuer: SigningKey.test("issuer").publicKey)
    let other = Seal(
      signature: seal.signature, certificate: try SignedCertificate(later, by: SigningKey.test("issuer").signer)
    ).encoded
    let device = [UInt8](repeating: 9, count: 16)
    return [
      ("cites no certificate", fragment(uncited, []), Refusal.Code.notSigned),
      ("cites no certificate, and has a seal", fragment(uncited, genuine.signature), Refusal.Code.notSigned),
      ("has no seal", fragment(genuine.header, []), Refusal.Code.notSigned),
      ("has another certificate than it cites", fragment(genuine.header, other), Refusal.Code.badSignature),
      ("has bytes that are no seal", fragment(genuine.header, [1, 2, 3]), Refusal.Code.badSignature),
      ("was altered after it was signed", try altered(genuine, note: "another reason"), Refusal.Code.badSignature),
      ("names another author", try altered(genuine, author: "wang"), Refusal.Code.badSignature),
      ("has a signature with one bit turned", fragment(genuine.header, cut), Refusal.Code.badSignature),
      ("has a certificate whose own signature is wrong", fragment(genuine.header, unissued), Refusal.Code.notTrusted),
      ("is certified by a stranger", try resealed(genuine, key: "li", issuer: "stranger"), Refusal.Code.notTrusted),
      ("is certified by its own key", try resealed(genuine, key: "li", issuer: "li"), Refusal.Code.notTrusted),
      (
        "has another device's certificate", try resealed(genuine, key: "li", issuer: "issuer", device: device),
        Refusal.Code.badSignature
      ),
      ("has another user's certificate", try resealed(genuine, key: "li", issuer: "issuer", user: "wang"), Refusal.Code.badSignature),
    ]
  }

  /// Two changesets of a device that has enrolled, which nobody has seen yet.
  private func genuine(_ field: RelayField) throws -> (Fragment, Fragment) {
    let author = try field.replica("li")
    try author.run("INSERT INTO note VALUES('n', 'written by li', NULL, 0)")
    try author.run("INSERT INTO note VALUES('m', 'written by li', NULL, 0)")
    let all = try author.fragments()
    return (all[0], all[1])
  }

  @Test func aRelayTakesOnlyWhatItsDevicesSigned() throws {
    let field = try RelayField()
    let (genuine, second) = try genuine(field)
    let access = field.relay.officeAccess()
    for (what, forged, code) in try Self.forgeries(genuine) {
      let (held, refused) = try access.store([forged])
      #expect(refused.map(\.code) == [code], "\(what)")
      #expect(held.allSatisfy { $0.holdings.vector.isEmpty }, "\(what)")
    }
    #expect(try access.store([genuine]).refused.isEmpty)
    // That a certificate was believed once does not make another signature of it good, which others would refuse.
    let signed = try Seal(decoding: second.signature)
    let certificate = SignedCertificate(bytes: signed.certificate.bytes, signature: [UInt8](repeating: 1, count: 64))
    let unissued = Seal(signature: signed.signature, certificate: certificate).encoded
    let forged = Fragment(header: second.header, signature: unissued, firstPart: 0, parts: second.parts)
    #expect(try access.store([forged]).refused.map(\.code) == [Refusal.Code.notTrusted])
    #expect(try access.store([second]).refused.isEmpty)
  }

  @Test func aReplicaTakesOnlyWhatDevicesSignedFromWhoeverBringsIt() throws {
    let field = try RelayField()
    let (genuine, _) = try genuine(field)
    let reader = try field.replica("wang")
    for (what, forged, code) in try Self.forgeries(genuine) {
      #expect(try reader.exchangeStore.store([forged]).refused.map(\.code) == [code], "\(what)")
      #expect(try reader.rows("SELECT * FROM note").isEmpty, "\(what)")
    }
    #expect(try reader.exchangeStore.store([genuine]).refused.isEmpty)
    #expect(try reader.texts("SELECT a FROM note") == ["written by li"])
  }

  /// Of two branches the re-stamped one bears the name that follows from its hash: nobody takes what another signed under a name of their choice.
  @Test func whatIsRestampedBearsNoNameOfSomebodysChoice() throws {
    let field = try RelayField()
    let (genuine, _) = try genuine(field)
    let header = try ChangesetHeader(decoding: genuine.header)
    let right = Restamp(from: header.dot.site, after: header.dot.seq - 1, hash: Codec.standard.digest(genuine.header))
    let site = right.to
    let chosen = Restamp(
      from: right.from, after: right.after,
      to: SiteID(deviceHigh: site.deviceHigh, deviceLow: site.deviceLow, incarnation: site.incarnation ^ 1))
    for (restamp, codes) in [(chosen, [Refusal.Code.badSignature]), (right, [])] {
      let restamped = try #require(header.restamped([restamp], encoded: genuine.header, hashes: [:]))
      let fragment = Fragment(header: restamped.encoded, signature: genuine.signature, firstPart: 0, parts: genuine.parts)
      #expect(try field.relay.officeAccess().store([fragment]).refused.map(\.code) == codes)
      #expect(try field.replica("wang").exchangeStore.store([fragment]).refused.map(\.code) == codes)
    }
  }

  @Test func aForgedChangesetThatWaitsForItsTurnIsNotKeptEither() throws {
    let field = try RelayField()
    let author = try field.replica("li")
    for at in 0..<3 { try author.run("INSERT INTO note VALUES('\(at)', 'x', NULL, 0)") }
    let all = try author.fragments()
    let reader = try field.replica("wang")
    let forged = try Self.altered(all[2], note: "forged")
    #expect(try reader.exchangeStore.store([forged]).refused.map(\.code) == [Refusal.Code.badSignature])
    #expect(try reader.status(peer: "relay").waiting == 0)
    #expect(try reader.exchangeStore.store([all[2], all[0], all[1]]).refused.isEmpty)
    #expect(try reader.texts("SELECT count(*) FROM note") == ["3"])
  }

  /// A relay that was broken into can withhold, and cannot invent: what it makes up stops at the next replica, and the rest goes on.
  @Test func whatARelayInventsStopsAtTheNextReplicaAndTheRestGoesOn() throws {
    let field = try RelayField()
    let reader = try field.replica("wang")
    let author = try field.replica("li")
    try author.run("INSERT INTO note VALUES('n', 'written by li', NULL, 0)")
    // A relay that believes everything, as one would that is in strange hands.
    let captured = try Relay(
      path: field.field.path("captured.sqlite"), codec: .standard, clock: { 1 }, random: { [UInt8](repeating: 7, count: $0) })
    let intruder = try field.field.replica("intruder", author: "li")
    try intruder.run("INSERT INTO note VALUES('m', 'made up', NULL, 0)")
    _ = try captured.officeAccess().store(try intruder.fragments() + (try author.fragments()))
    var code: SyncKitError.Code?
    do { _ = try reader.sync(with: LocalTransport(captured.officeAccess()), peer: "captured") } catch let error as SyncKitError {
      code = error.code
    }
    #expect(code == .notTaken)
    #expect(try reader.texts("SELECT a FROM note ORDER BY id") == ["written by li"])
  }

  @Test func aStickNeedsNoTrust() throws {
    let field = try RelayField()
    let (author, reader) = (try field.replica("li"), try field.replica("wang"))
    try author.run("INSERT INTO note VALUES('n', 'written by li', NULL, 0)")
    let stick = field.field.path("stick.bundle")
    _ = try author.exportBundle(to: stick)
    // Whoever carries it on has the certificate too.
    let (middle, second) = (try field.replica("zhao"), field.field.path("second.bundle"))
    #expect(try middle.importBundle(from: stick).refused.isEmpty)
    _ = try middle.exportBundle(to: second)
    #expect(try reader.importBundle(from: second).refused.isEmpty)
    #expect(try reader.texts("SELECT a FROM note") == ["written by li"])
    let intruder = try field.field.replica("intruder", author: "li")
    try intruder.run("INSERT INTO note VALUES('m', 'made up', NULL, 0)")
    _ = try intruder.exportBundle(to: stick)
    #expect(try reader.importBundle(from: stick).refused.map(\.code) == [Refusal.Code.notSigned])
    #expect(try reader.texts("SELECT count(*) FROM note") == ["1"])
  }

  @Test func aReplicaDoesNotOpenToSignUnderAnothersCertificate() throws {
    let field = try TestField()
    let key = SigningKey.test("li")
    func code(device: [UInt8]? = nil, user: String = "li", key other: String = "li") throws -> SyncKitError.Code? {
      let site = try field.replica("li").site
      let certificate = Certificate(
        device: device ?? Array(site.bytes.prefix(16)), key: key.publicKey, user: user, role: "", from: 0, issuer: key.publicKey)
      let signing = Signing(
        certificate: try SignedCertificate(certificate, by: key.signer), signer: SigningKey.test(other).signer)
      do {
        _ = try field.replica("li", signing: signing)
        return nil
      } catch let error as SyncKitError {
        return error.code
      }
    }
    #expect(try code() == nil)
    #expect(try code(device: [UInt8](repeating: 1, count: 16)) == .otherCertificate)
    #expect(try code(user: "wang") == .otherCertificate)
    #expect(try code(key: "wang") == .otherCertificate)
  }

  @Test func whoeverInspectsAReplicaSeesASignatureThatIsNotValid() throws {
    let field = try RelayField()
    let author = try field.replica("li")
    for at in 0..<3 { try author.run("INSERT INTO note VALUES('\(at)', 'x', NULL, 0)") }
    func seals() throws -> [ReplicaFinding] { try author.findings().filter { $0.code == "seals" } }
    #expect(try seals().map(\.details) == [["changesets": "3"]])
    try author.pool.writeWithoutTransaction { db in
      try db.execute(sql: "UPDATE synckit_log SET signature = zeroblob(64) WHERE seq = 2 AND part = 0")
    }
    let found = try seals()
    #expect(found.map(\.isProblem) == [true] && found[0].details["code"] == Refusal.Code.badSignature)
    #expect(found.first?.details["changeset"]?.hasSuffix("#2") == true)
  }

  @Test func historyIsToldOfSignedChangesetsToo() throws {
    let field = try RelayField()
    let author = try field.replica("li")
    try author.run("INSERT INTO note VALUES('n', 'first', NULL, 0)")
    let first = try #require(try author.holdings.entries.first)
    try author.run("UPDATE note SET a = 'second'")
    #expect(try author.rows(of: "note", in: Self.scope, asOf: first).map { $0["a"] } == [.text(Array("first".utf8))])
  }

  @Test func aReplicaOfBeforeSealsGoesOnAndSigns() throws {
    let field = try RelayField()
    let old = try field.field.replica("li")
    let device = DeviceID(of: old.site)
    try old.pool.writeWithoutTransaction { db in
      try db.execute(
        sql: "DROP TABLE synckit_withdrawn; DROP TABLE synckit_statement; DROP TABLE synckit_attachment; DROP TABLE synckit_certificate")
      try db.execute(sql: "UPDATE synckit_meta SET value = 4 WHERE name = 'format'")
    }
    let replica = try field.replica("li")
    #expect(DeviceID(of: replica.site) == device)
    try replica.run("INSERT INTO note VALUES('n', 'x', NULL, 0)")
    try field.settleDown([replica])
  }
}
