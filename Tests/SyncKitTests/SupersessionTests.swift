import GRDB
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// A role that was taken away is taken away from changed programs too: the relay's order decides what came before and what came after.
@Suite struct SupersessionTests {
  /// Column `a` is not the specialist's word.
  private static func field() throws -> RelayField {
    try RelayField { role in role == "specialist" ? Authority(withheld: ["note": ["a"]], settles: []) : .all }
  }

  private func texts(_ replica: Replica) throws -> [String] {
    try replica.read { db in try String.fetchAll(db, sql: "SELECT a || '|' || b FROM note") }
  }

  /// What the former role's user wrote before its end and what is within the present one's say stays; what came later and goes beyond has no
  /// effect anywhere, whoever had it by stick, and its text is kept.
  @Test(arguments: [false, true]) func whatTheFormerRoleWroteAndComesLaterIsRejectedEverywhere(_ isCarried: Bool) throws {
    let field = try Self.field()
    let (li, wang) = (try field.replica("li", role: "agency"), try field.replica("wang"))
    try li.run("INSERT INTO note VALUES('n', 'verdict', 'first', 0)")
    try field.settleDown([li, wang])
    #expect(try field.relay.changeRole(of: "li", to: "specialist").count == 1)
    // A changed program goes on citing its older certificate.
    try li.run("UPDATE note SET a = 'late verdict'")
    let late = try #require(try li.digest(of: TestField.scope).holdings.entries.first { $0.site == li.site })
    try li.run("UPDATE note SET b = 'of the visit'")
    _ = try wang.sync(with: LocalTransport(li.exchangeStore), peer: "li")
    #expect(try texts(wang) == ["late verdict|of the visit"])
    try field.sync(isCarried ? wang : li)
    try field.settleDown([li, wang])
    let newcomer = try field.replica("chen")
    try field.settleDown([li, wang, newcomer])
    for replica in [li, wang, newcomer] {
      #expect(try texts(replica) == ["verdict|of the visit"])
      #expect(try replica.rejections().map(\.dot) == [late])
      #expect(try replica.rejections().map(\.reason) == [Rejection.superseded])
      #expect(try replica.repair().isEmpty)
    }
    #expect(try li.rejectedWrites().map { $0.values["a"] } == [.text(Array("late verdict".utf8))])
    #expect(try field.relay.refused().isEmpty)
  }

  @Test func theDeviceTakesTheNewCertificateUpWithoutEnrollingAgain() throws {
    let field = try Self.field()
    let (li, other) = (try field.replica("li", role: "agency"), try field.replica("wang", role: "agency"))
    try li.run("INSERT INTO note VALUES('n', 'verdict', '', 0)")
    try field.settleDown([li, other])
    #expect(try li.supersession() == nil)
    _ = try field.relay.changeRole(of: "li", to: "specialist")
    try field.sync(li)
    try field.sync(other)
    #expect(try other.supersession() == nil)
    let said = try #require(try li.supersession())
    let certificate = try #require(field.trust.certificate(said.successor, codec: .standard))
    let signing = try #require(li.configuration.signing)
    #expect(certificate.role == "specialist" && certificate.key == signing.signer.publicKey)
    #expect(said.former == Codec.standard.digest(signing.certificate.bytes))
    let reopened = try field.field.replica(
      "li", signing: Signing(certificate: said.successor, signer: signing.signer), trust: field.trust)
    #expect(throws: SyncKitError.self) { try reopened.run("INSERT INTO note(id, a) VALUES('m', 'x')") }
    try reopened.run("INSERT INTO note(id, b) VALUES('m', 'x')")
    try field.settleDown([reopened, other])
    // What was said before is told again to whoever has lost it, and no more than that is.
    _ = try field.relay.changeRole(of: "li", to: "agency")
    try field.sync(reopened)
    #expect(try reopened.supersession()?.arrival ?? 0 > said.arrival)
    #expect(field.trust.certificate(try #require(try reopened.supersession()).successor, codec: .standard)?.role == "agency")
  }

  /// A relay, or whoever carries, cannot hand a device another certificate, nor end one.
  @Test func nobodyElseEndsACertificate() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "agency")
    let signing = try #require(li.configuration.signing)
    let own = try Certificate(decoding: signing.certificate.bytes)
    let stranger = SigningKey.test("stranger")
    let made = Certificate(
      device: own.device, key: own.key, user: own.user, role: "specialist", from: own.from + 1, issuer: stranger.publicKey)
    let forged = Supersession(
      device: own.device, former: Codec.standard.digest(signing.certificate.bytes),
      successor: try SignedCertificate(made, by: stranger.signer), arrival: 1)
    for key in ["stranger", "issuer"] {
      _ = try li.store([], statements: field.stated([.superseded(forged)], by: key))
      #expect(try li.supersession() == nil, "\(key)")
    }
  }

  /// A wider role, and another certificate of the same role, end nothing.
  @Test func whoSaysNoLessThanBeforeGoesOn() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "specialist")
    try li.run("INSERT INTO note(id, b) VALUES('n', 'first')")
    try field.settleDown([li])
    for role in ["specialist", "agency"] {
      _ = try field.relay.changeRole(of: "li", to: role)
      try li.run("UPDATE note SET b = ?", ["as \(role)"])
      try field.settleDown([li])
    }
    #expect(try field.relay.rejections().isEmpty)
    #expect(throws: RelayError.self) { try field.relay.changeRole(of: "nobody", to: "agency") }
    #expect(throws: RelayError.self) { try field.relay.changeRole(of: "li", to: "") }
  }

  /// A device that another user got says nothing of what its former user wrote on it.
  @Test func anotherUsersCertificateOfTheSameDeviceEndsNothing() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "agency")
    try li.run("INSERT INTO note VALUES('n', 'verdict', '', 0)")
    let device = DeviceID(of: li.site)
    try field.relay.revoke(device: device)
    let code = try field.relay.createCode(user: "wang", name: "wang", role: "specialist", grants: [.all])
    _ = try field.relay.enrol(code: code, device: device, label: "laptop", key: SigningKey.test("wang").publicKey)
    #expect(try field.relay.officeAccess().store(li.fragments()).refused.isEmpty)
    #expect(try field.relay.rejections().isEmpty)
  }

  /// What goes beyond the present role may stand in a later part than the first: nothing of the changeset stays, of what came with it neither.
  @Test func aChangesetInPartsIsRejectedWhole() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "agency")
    for id in ["m0", "m1", "m2", "m3", "m4", "z"] { try li.run("INSERT INTO note VALUES(?, 'verdict', '', 0)", [id]) }
    try field.settleDown([li])
    _ = try field.relay.changeRole(of: "li", to: "specialist")
    try li.write { db in
      for at in 0..<5 {
        try db.execute(sql: "UPDATE note SET b = ? WHERE id = ?", arguments: [String(repeating: "b\(at)", count: 400_000), "m\(at)"])
      }
      try db.execute(sql: "UPDATE note SET a = 'late' WHERE id = 'z'")
    }
    let whole = try #require(try li.fragments().last)
    try #require(whole.parts.count > 1)
    let pieces = whole.parts.enumerated().map { at, part in
      Fragment(header: whole.header, signature: whole.signature, firstPart: at, parts: [part])
    }
    let specialist = Authority(withheld: ["note": ["a"]], settles: [])
    try #require(pieces.first?.exceeds(specialist, codec: .standard) == false)
    let (held, refused) = try field.access(li).store(pieces)
    #expect(refused.isEmpty && held.first?.holdings.vector[li.site] == 7)
    #expect(try field.relay.rejections().map(\.dot.seq) == [7])
    let parts = try DatabaseQueue(path: field.field.path("relay.sqlite")).read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM part WHERE seq = 7")
    }
    #expect(parts == 0)
    try field.settleDown([li])
    #expect(try texts(li) == [String](repeating: "verdict|", count: 6))
  }

  /// Where a scope has as many rejections as it can the office decides: what comes too late is refused, and nothing else of the push.
  @Test func whereNoMoreCanBeRejectedItIsRefused() throws {
    let field = try Self.field()
    let li = try field.replica("li", role: "agency")
    try li.run("INSERT INTO note VALUES('n', 'verdict', '', 0)")
    for at in 0..<Limits.rejections { try li.run("UPDATE note SET c = ?", [at]) }
    try field.sync(li)
    for seq in 2..<UInt64(Limits.rejections + 1) {
      try field.relay.reject(Dot(site: li.site, seq: seq), of: TestField.scope, reason: "x")
    }
    _ = try field.relay.changeRole(of: "li", to: "specialist")
    for at in 0..<2 { try li.run("UPDATE note SET a = 'late \(at)'") }
    try field.sync(li)
    #expect(try field.relay.rejections().count == Limits.rejections)
    #expect(try field.relay.refused().map(\.refusal.code) == [Refusal.Code.superseded])
  }
}
