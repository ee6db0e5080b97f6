import Foundation
import SyncCore
import SyncKit
import SyncRelay
import Testing

/// Keys and certificates of devices as the relay keeps them, over both stores: what a revoked one brings, and one that takes another key.
@Suite("Device keys", .bothStores, .namingStore)
struct DeviceKeyTests {
  /// A laptop that signs.
  private struct Laptop {
    let id: DeviceID
    let token: String
    let key: SigningKey
    let certificate: SignedCertificate
    var site: SiteID { SiteID(deviceHigh: id.high, deviceLow: id.low, incarnation: 1) }

    /// Changesets of one row each, from the first of the chain on.
    func write(_ count: Int, in scope: ScopeID) throws -> [Fragment] {
      var previous: [UInt8] = []
      return try (1...UInt64(count)).map { seq in
        var group = ChangeGroupBuilder(
          table: "note", isDeletion: false, isSettlement: false, columns: [.init(name: "a", isIncrement: false)], keyNames: ["id"])
        group.keys[0].append(.text(Array("\(seq)".utf8)))
        group.values[0].append(.integer(1))
        group.endRow(context: [])
        let part = ChangePart.encode([group], codec: .standard) { _ in site }
        let header = ChangesetHeader(
          scope: scope, dot: Dot(site: site, seq: seq), time: HybridTime(rawValue: seq << 16), wallClock: 1_800_000_000_000, author: "li",
          transaction: .init(id: [UInt8](repeating: 9, count: 16), part: 0, parts: 1), schema: 1,
          certificate: Codec.standard.digest(certificate.bytes), previous: previous, needs: VersionVector(), note: "",
          parts: [.init(rows: 1, bytes: part.count, digest: Codec.standard.digest(part))])
        previous = Codec.standard.digest(header.encoded)
        let seal = try Seal(hash: previous, by: key.signer, under: certificate)
        return Fragment(header: header.encoded, signature: seal.encoded, firstPart: 0, parts: [part])
      }
    }

    func rotation(to next: SigningKey, from former: SignedCertificate? = nil) throws -> KeyRotation {
      try KeyRotation(
        device: id.bytes, former: Codec.standard.digest((former ?? certificate).bytes), key: next.publicKey,
        encryptionKey: next.encryptionKey.publicKey)
    }
  }

  private let world: TestRelay
  private let relay: Relay
  private let issuer = SigningKey()
  private let scope = ScopeID(literal: "case/1")
  private let other = ScopeID(literal: "case/2")

  init() throws {
    world = try TestRelay()
    relay = try TestRelay.open(world.folder + "/signing.db", blobs: world.folder + "/files", issuer: issuer.signer)
  }

  private func laptop(_ number: UInt64) throws -> Laptop {
    let code = try relay.createCode(user: "li", name: "li", role: "specialist", grants: [.one(scope), .one(other)])
    let (id, key) = (DeviceID(high: 7, low: number), SigningKey())
    let enrolment = try relay.enrol(code: code, device: id, label: "laptop", key: key.publicKey)
    return Laptop(id: id, token: enrolment.token, key: key, certificate: try #require(enrolment.certificate))
  }

  private func access(_ laptop: Laptop) throws -> RelayAccess { RelayAccess(relay, try #require(try relay.authenticate(laptop.token))) }

  private func contents(_ signed: [SignedStatement]) -> [IssuerStatement.Content] {
    signed.compactMap { Trust(issuers: [issuer.publicKey]).statement($0, codec: .standard)?.content }
  }

  @Test("end with what the relay has when a device is revoked; what is brought after that is passed over, and the rest of the push goes on")
  func revoked() throws {
    let (lost, carrier) = (try laptop(1), try laptop(2))
    let (here, there) = (try lost.write(4, in: scope), try lost.write(2, in: other))
    #expect(try access(lost).store(Array(here[..<2])).refused.isEmpty)
    let reader = try access(carrier)
    let token = try reader.token()
    try relay.revoke(device: lost.id)
    guard case .revoked(let said)? = contents(try reader.statements(since: token)).first else {
      Issue.record("nothing is stated")
      return
    }
    #expect(said.device == lost.id.bytes && said.isRevoked)
    #expect(try reader.changedScopes(since: token) == [scope])
    #expect(try reader.statements(since: reader.token()).isEmpty)
    let own = try carrier.write(1, in: scope)
    let (held, refused) = try reader.store(here + there + own)
    #expect(refused.isEmpty)
    #expect(
      held.first { $0.scope == scope }?.holdings.vector == VersionVector([Dot(site: lost.site, seq: 2), Dot(site: carrier.site, seq: 1)]))
    #expect(held.first { $0.scope == other }?.holdings.vector.isEmpty == true)
    let ends = contents(try reader.load(beyond: [scope, other].map { hold($0, omitted: 0) }, budget: 1 << 20).statements)
    let told = ends.compactMap { content -> [String]? in
      guard case .ended(let end) = content else { return nil }
      return [end.scope.name, "\(end.seq)", Hex.text(end.hash)]
    }
    #expect(told == [["case/1", "2", Hex.text(Codec.standard.digest(here[1].header))], ["case/2", "0", ""]])
    #expect(try relay.audit(limit: 20).contains { $0.event == "denied" && $0.detail.contains("device-revoked case/2") })
    // Said once.
    try relay.revoke(device: lost.id)
    #expect(contents(try reader.statements(since: [])).filter { if case .revoked = $0 { true } else { false } }.count == 1)
  }

  @Test("take back what was said of a device that enrols again")
  func readmitted() throws {
    let lost = try laptop(1)
    let all = try lost.write(3, in: scope)
    _ = try access(lost).store(Array(all[..<1]))
    try relay.revoke(device: lost.id)
    let code = try relay.createCode(user: "li", name: "li", role: "specialist")
    let again = try relay.enrol(code: code, device: lost.id, label: "laptop", key: lost.key.publicKey)
    let reader = RelayAccess(relay, try #require(try relay.authenticate(again.token)))
    #expect(try reader.store(all).refused.isEmpty)
    #expect(try reader.holdings(of: scope).vector == VersionVector([Dot(site: lost.site, seq: 3)]))
    #expect(contents(try reader.load(beyond: [hold(scope, omitted: 1)], budget: 1 << 20).statements).isEmpty)
  }

  /// What a relay had when a device was revoked counts after it was restored from a backup too, though it is not there any more.
  @Test("keep a revoked device's ends over a restored backup, which a file alone has")
  func restored() throws {
    guard StoreKind.current == .sqlite else { return }
    let (lost, carrier) = (try laptop(1), try laptop(2))
    let all = try lost.write(4, in: scope)
    let path = world.folder + "/signing.db"
    _ = try access(lost).store(Array(all[..<2]))
    _ = try relay.backup(to: path + ".backup")
    _ = try access(lost).store(Array(all[2..<3]))
    let late = try carrier.write(1, in: other)
    _ = try access(carrier).store(late)
    try relay.revoke(device: lost.id)
    try relay.close()
    let restoration = RelayRestoration(
      codec: .standard, issuer: issuer.publicKey, clock: { 1_800_000_000_000 }, random: TestRelay.random)
    _ = try restoration.run(path + ".backup", digest: nil, to: path, keeping: path + ".before")
    let again = try TestRelay.open(path, blobs: world.folder + "/files", issuer: issuer.signer)
    let reader = RelayAccess(again, try #require(try again.authenticate(carrier.token)))
    #expect(try reader.holdings(of: scope).vector == VersionVector([Dot(site: lost.site, seq: 2)]))
    #expect(try reader.store(all).refused.isEmpty)
    #expect(try reader.holdings(of: scope).vector == VersionVector([Dot(site: lost.site, seq: 3)]))
    try again.close()
  }

  @Test("give a device another key when both keys have signed, the same again when asked again, and none to whoever has an old one")
  func rotated() throws {
    let (li, stranger) = (try laptop(1), try laptop(2))
    let (next, third) = (SigningKey(), SigningKey())
    let principal = try #require(try relay.authenticate(li.token))
    let rotation = try li.rotation(to: next)
    func rotate(_ rotation: KeyRotation, _ former: SigningKey, _ key: SigningKey, by asker: Principal? = nil) throws -> SignedCertificate {
      try relay.rotate(
        rotation, signatures: (try rotation.signature(by: former.signer), try rotation.signature(by: key.signer)), by: asker ?? principal)
    }
    for (former, key) in [(stranger.key, next), (li.key, li.key), (next, next)] {
      #expect(throws: RelayError(.badArgument, "signature")) { try rotate(rotation, former, key) }
    }
    let other = try #require(try relay.authenticate(stranger.token))
    #expect(throws: RelayError(.badArgument, "device")) { try rotate(rotation, li.key, next, by: other) }
    let signed = try rotate(rotation, li.key, next)
    let said = try Certificate(decoding: signed.bytes)
    #expect(said.key == next.publicKey && said.encryptionKey == next.encryptionKey.publicKey && said.role == "specialist")
    #expect(try rotate(rotation, li.key, next) == signed)
    #expect(try relay.devices().first { $0.id == li.id }?.key == next.publicKey)
    #expect(try relay.audit(limit: 20).filter { $0.event == "key-changed" }.count == 1)
    // What the former key signed goes on.
    #expect(try access(li).store(li.write(2, in: scope)).refused.isEmpty)
    // Whoever has the former key alone cannot have another certified, and the device itself can.
    let stolen = try li.rotation(to: third)
    #expect(throws: RelayError(.otherKey, li.id.description)) { try rotate(stolen, li.key, third) }
    #expect(try Certificate(decoding: rotate(li.rotation(to: third, from: signed), next, third).bytes).key == third.publicKey)
    try relay.revoke(device: li.id)
    #expect(throws: RelayError.self) { try rotate(li.rotation(to: next, from: signed), next, next) }
  }

  private func hold(_ scope: ScopeID, omitted: UInt64) -> ScopeHoldings {
    ScopeHoldings(scope: scope, holdings: Holdings(omitted: omitted))
  }
}
