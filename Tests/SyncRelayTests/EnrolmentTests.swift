import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay
import Testing

@Suite("Enrolment", .bothStores, .namingStore)
struct EnrolmentTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device = DeviceID(high: 7, low: 1)

  init() throws { world = try TestRelay() }

  private func code(user: String = "li", lifetime: Int64? = nil) throws -> String {
    try world.relay.createCode(user: user, name: "李工", role: "specialist", grants: [.one(scope)], lifetime: lifetime)
  }

  private func enrol(_ code: String, _ device: DeviceID? = nil) throws -> Enrolment {
    try world.relay.enrol(code: code, device: device ?? self.device, label: "ThinkPad")
  }

  private func refusal(_ body: () throws -> some Any) -> RelayError.Code? {
    do {
      _ = try body()
      return nil
    } catch {
      return (error as? RelayError)?.code
    }
  }

  @Test("gives the device a token, its user and what the user may hold")
  func enrolment() throws {
    let code = try code()
    #expect(code.wholeMatch(of: /[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}/) != nil)
    let enrolment = try enrol(code)
    #expect(enrolment.user == "li" && enrolment.name == "李工" && enrolment.role == "specialist")
    #expect(enrolment.grants.map(\.scope) == [.one(scope)])
    #expect(enrolment.epoch.count == 16)
    #expect(try enrolment.epoch == world.relay.epoch)
    #expect(enrolment.token.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
    let principal = try #require(try world.relay.authenticate(enrolment.token))
    #expect(principal.user == "li" && principal.device == device)
    #expect(try world.relay.devices().map(\.label) == ["ThinkPad"])
  }

  @Test("certifies the device's key where the relay issues certificates, and admits none without one")
  func certificates() throws {
    let (issuer, key) = (SigningKey(), SigningKey())
    let relay = try TestRelay.open(world.folder + "/issuing.db", issuer: issuer.signer)
    func enrol(_ key: [UInt8]?) throws -> Enrolment {
      let code = try relay.createCode(user: "li", name: "李工", role: "specialist", grants: [.one(scope)])
      return try relay.enrol(code: code, device: device, label: "ThinkPad", key: key)
    }
    for bad in [nil, [], [UInt8](repeating: 1, count: 31), [UInt8](repeating: 1, count: 33)] {
      #expect(refusal { try enrol(bad) } == .badArgument)
    }
    #expect(try relay.devices().isEmpty)
    let signed = try #require(try enrol(key.publicKey).certificate)
    let certificate = try #require(Trust(issuers: [issuer.publicKey]).certificate(signed, codec: .standard))
    #expect(
      certificate
        == Certificate(
          device: device.bytes, key: key.publicKey, user: "li", role: "specialist", from: 1_800_000_000_000, issuer: issuer.publicKey))
    #expect(Trust(issuers: [key.publicKey]).certificate(signed, codec: .standard) == nil)
    #expect(try relay.devices().map(\.key) == [key.publicKey])
    // A key that was changed is certified anew.
    let next = SigningKey()
    #expect(try enrol(next.publicKey).certificate != signed)
    #expect(try relay.devices().map(\.key) == [next.publicKey])
    // The office's own device is in no list, and is nobody else's all the same.
    let office = DeviceID(of: SiteID(deviceHigh: 7, deviceLow: 7, incarnation: 1))
    _ = try relay.certificate(of: office, key: key.publicKey, user: "office", role: "office")
    let another = try relay.createCode(user: "li", name: "李工", role: "specialist", grants: [.one(scope)])
    #expect(refusal { try relay.enrol(code: another, device: office, label: "ThinkPad", key: key.publicKey) } == .deviceTaken)
    // A laptop of somebody at the office is listed, and may enrol as often as any.
    let laptop = DeviceID(of: SiteID(deviceHigh: 8, deviceLow: 8, incarnation: 1))
    for _ in 0..<2 {
      let colleague = try relay.createCode(user: "zhang", name: "张工", role: "office", grants: [.one(scope)])
      #expect(try relay.enrol(code: colleague, device: laptop, label: "ThinkPad", key: key.publicKey).certificate != nil)
    }
    // Where nothing is signed, nothing is certified.
    #expect(try self.enrol(try code()).certificate == nil)
  }

  @Test("reads a code in any case, grouping and width, with the letters that look like digits")
  func leniently() throws {
    let shown = try code()
    let typed = shown.lowercased().replacing("-", with: " ").replacing("1", with: "l").replacing("0", with: "o")
    let wide = String(String.UnicodeScalarView(typed.unicodeScalars.map { $0.value > 0x20 ? Unicode.Scalar($0.value + 0xFEE0) ?? $0 : $0 }))
    #expect(refusal { try enrol(wide) } == nil)
  }

  @Test("takes a code once")
  func singleUse() throws {
    let code = try code()
    _ = try enrol(code)
    #expect(refusal { try enrol(code, DeviceID(high: 7, low: 2)) } == .codeUsed)
    #expect(try world.relay.devices().count == 1)
  }

  @Test("takes a code until its time is over and no later")
  func expiry() throws {
    let first = try code()
    let second = try code()
    world.now += 10 * 60_000 - 1
    #expect(refusal { try enrol(first) } == nil)
    world.now += 1
    #expect(refusal { try enrol(second, DeviceID(high: 7, low: 2)) } == .codeExpired)
    #expect(refusal { try code(lifetime: 10 * 60_000) } == nil)
    #expect(refusal { try code(lifetime: 10 * 60_000 + 1) } == .badArgument)
    #expect(refusal { try code(lifetime: 0) } == .badArgument)
  }

  @Test("takes a right code however many wrong ones were tried, and writes down no more of those than it should")
  func guessing() throws {
    for _ in 0..<19 { #expect(refusal { try enrol("00000-00000") } == .codeUnknown) }
    #expect(!world.relay.isBeingGuessedAt)
    #expect(refusal { try enrol("not a code") } == .codeUnknown)
    #expect(world.relay.isBeingGuessedAt)
    for _ in 0..<500 { #expect(refusal { try enrol("00000-00000") } == .codeUnknown) }
    #expect(refusal { try enrol(try code()) } == nil)
    #expect(try world.relay.audit(limit: 999).filter { $0.event == "denied" }.count == 20)
    world.now += 10 * 60_000 - 1
    #expect(world.relay.isBeingGuessedAt)
    world.now += 1
    #expect(!world.relay.isBeingGuessedAt)
    #expect(refusal { try enrol("00000-00000") } == .codeUnknown)
    #expect(try world.relay.audit(limit: 999).filter { $0.event == "denied" }.count == 21)
  }

  @Test("forgets the guesses of a clock that was ahead")
  func guessingClock() throws {
    world.now += 3_600_000
    for _ in 0..<20 { #expect(refusal { try enrol("00000-00000") } == .codeUnknown) }
    #expect(world.relay.isBeingGuessedAt)
    world.now -= 3_600_000
    #expect(!world.relay.isBeingGuessedAt)
  }

  @Test("lets exactly one of many win who use the same code at once")
  func race() async throws {
    let code = try code()
    let relay = world.relay
    let codes = await withTaskGroup(of: RelayError.Code?.self) { group in
      for number in 0..<16 {
        group.addTask {
          do {
            _ = try relay.enrol(code: code, device: DeviceID(high: 9, low: UInt64(number)), label: "racer")
            return nil
          } catch {
            return (error as? RelayError)?.code
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes.filter { $0 == nil }.count == 1)
    #expect(codes.filter { $0 == .codeUsed }.count == 15)
    #expect(try world.relay.devices().count == 1)
  }

  @Test("voids a device's old token when it enrols again, and does not take a device from another user")
  func again() throws {
    let first = try enrol(try code())
    let second = try enrol(try code())
    #expect(try world.relay.authenticate(first.token) == nil)
    #expect(try world.relay.authenticate(second.token) != nil)
    let others = try code(user: "zhao")
    #expect(refusal { try enrol(others) } == .deviceTaken)
    #expect(try world.relay.authenticate(second.token) != nil)
    try world.relay.revoke(device: device)
    #expect(try enrol(others).user == "zhao")
  }

  @Test("ends a revoked device's part at its very next request, also within one that was authenticated")
  func revocation() throws {
    let enrolment = try enrol(try code())
    let principal = try #require(try world.relay.authenticate(enrolment.token))
    let access = RelayAccess(world.relay, principal)
    try world.relay.revoke(device: device)
    #expect(try world.relay.authenticate(enrolment.token) == nil)
    #expect(refusal { try access.store([]) } == .revoked)
    #expect(refusal { try access.load(beyond: [], budget: 1) } == .revoked)
    #expect(refusal { try access.changedScopes(since: []) } == .revoked)
    #expect(refusal { try access.holdings(of: scope) } == .revoked)
    #expect(try world.relay.devices().map(\.revoked) == [world.now])
    #expect(refusal { try world.relay.revoke(device: DeviceID(high: 0, low: 0)) } == .deviceUnknown)
  }

  @Test("keeps neither a token nor a code in clear anywhere that it keeps things")
  func secrets() throws {
    let code = try code()
    let enrolment = try enrol(code)
    let bytes = try world.storedBytes()
    #expect(bytes.range(of: Data("ThinkPad".utf8)) != nil)
    #expect(bytes.range(of: Data(enrolment.token.utf8)) == nil)
    for form in [code, code.replacing("-", with: "")] { #expect(bytes.range(of: Data(form.utf8)) == nil) }
  }

  @Test("notes when a device was last in contact, without writing at every request")
  func lastSeen() throws {
    let enrolment = try enrol(try code())
    let start = world.now
    world.now = start + 59_999
    _ = try world.relay.authenticate(enrolment.token)
    #expect(try world.relay.devices().map(\.lastSeen) == [start])
    world.now = start + 60_000
    _ = try world.relay.authenticate(enrolment.token)
    #expect(try world.relay.devices().map(\.lastSeen) == [start + 60_000])
  }

  @Test("writes down who was let in and who was not, for good")
  func audit() throws {
    _ = try enrol(try code())
    _ = refusal { try enrol("00000-00000") }
    try world.relay.revoke(device: device)
    #expect(try world.relay.audit(limit: 9).map(\.event) == ["revoked", "denied", "enrolled", "code-created"])
    // On a server that is for the operator's grants to say.
    guard StoreKind.current == .sqlite else { return }
    let queue = try DatabaseQueue(path: world.path)
    #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: "DELETE FROM audit") } }
    #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: "UPDATE audit SET detail = ''") } }
  }

  @Test("takes no name that is empty, too long or unprintable")
  func names() throws {
    func code(_ user: String, _ name: String = "n") throws -> String { try world.relay.createCode(user: user, name: name) }
    #expect(refusal { try code(String(repeating: "u", count: RelayLimits.userBytes)) } == nil)
    #expect(refusal { try code(String(repeating: "u", count: RelayLimits.userBytes + 1)) } == .badArgument)
    #expect(refusal { try code("u", String(repeating: "n", count: RelayLimits.labelBytes)) } == nil)
    #expect(refusal { try code("u", String(repeating: "n", count: RelayLimits.labelBytes + 1)) } == .badArgument)
    #expect(refusal { try code("") } == .badArgument)
    #expect(refusal { try code("a\nb") } == .badArgument)
  }
}
