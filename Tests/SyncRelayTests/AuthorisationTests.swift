import Foundation
import SurveyModel
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay
import Testing

@testable import SyncServer

/// Who may ask what: every role, at every route, as everybody there is, by requests to the real server over the real log. The cells are made of
/// the table of the routes (`Route`) and that of the roles (`WorkRole.authority`), so that a new route, role or table has cells at once.
@Suite("Authorisation", .bothStores, .namingStore)
struct AuthorisationTests {
  /// Who asks of a case that is somebody's.
  enum Asker: CaseIterable {
    /// The device that wrote it.
    case own
    /// Another device of the same user's.
    case other
    /// A device of an office that was not granted the case.
    case stranger
    /// A device of the same user's that was revoked.
    case revoked
    /// Somebody without a token.
    case nobody
  }

  /// What becomes of a request.
  enum Outcome {
    /// The case's changesets and files are told and taken.
    case given
    /// The request is answered, with nothing of the case, and nothing of it is taken.
    case withheld
    case unauthorized
    /// A code is asked for, whatever else is shown.
    case noCode
    /// All are answered alike, and nothing of anybody's is told.
    case alike
  }

  /// A device as it asks.
  private struct Device {
    let id: DeviceID
    let user: String
    let token: String
    let key: SigningKey
    let certificate: SignedCertificate

    /// What the device says to take another key.
    func change(to next: SigningKey) throws -> [UInt8] {
      let rotation = try KeyRotation(
        device: id.bytes, former: Codec.standard.digest(certificate.bytes), key: next.publicKey,
        encryptionKey: next.encryptionKey.publicKey)
      let fields = [
        "former": rotation.former, "key": rotation.key, "encryptionKey": rotation.encryptionKey,
        "formerSignature": try rotation.signature(by: key.signer), "keySignature": try rotation.signature(by: next.signer),
      ]
      return Array(try JSONEncoder().encode(fields.mapValues { Hex.text($0) }))
    }

    /// A changeset of one row, the first of a life of its own.
    func write(_ scope: ScopeID, life: UInt32, table: String, column: String) throws -> Fragment {
      var group = ChangeGroupBuilder(
        table: table, isDeletion: false, isSettlement: false, columns: [.init(name: column, isIncrement: false)], keyNames: ["id"])
      group.keys[0].append(.text(Array("\(id)-\(life)".utf8)))
      group.values[0].append(.integer(1))
      group.endRow(context: [])
      let site = SiteID(deviceHigh: id.high, deviceLow: id.low, incarnation: life)
      let part = ChangePart.encode([group], codec: .standard) { _ in site }
      let header = ChangesetHeader(
        scope: scope, dot: Dot(site: site, seq: 1), time: HybridTime(rawValue: 1 << 16), wallClock: 1_800_000_000_000, author: user,
        transaction: .init(id: [UInt8](repeating: 9, count: 16), part: 0, parts: 1), schema: 1,
        certificate: Codec.standard.digest(certificate.bytes), previous: [], needs: VersionVector(), note: "",
        parts: [.init(rows: 1, bytes: part.count, digest: Codec.standard.digest(part))])
      let seal = try Seal(hash: Codec.standard.digest(header.encoded), by: key.signer, under: certificate)
      return Fragment(header: header.encoded, signature: seal.encoded, firstPart: 0, parts: [part])
    }
  }

  private let world: TestRelay
  private let relay: Relay
  private static let operation = "numbers-are-for-who-has-this-token-alone"

  init() throws {
    world = try TestRelay()
    // So many codes are wrong here that whoever guesses would be answered late.
    var limits = RelayLimits()
    limits.wrongCodes = 1000
    limits.packChangesets = 1
    relay = try TestRelay.open(
      world.folder + "/signing.db", blobs: world.folder + "/files", limits: limits, issuer: SigningKey().signer,
      authority: { WorkRole(rawValue: $0)?.authority ?? Authority(only: []) }, clock: { 1_800_000_000_000 })
  }

  private func scope(_ role: WorkRole) -> ScopeID { ScopeID("case/\(role.rawValue)") ?? SurveySchema.catalogue }

  /// A scope, and as many others of the same readers as make a pack of their own.
  private func packed(_ scope: ScopeID) -> [ScopeID] { [scope] + (1..<Limits.scopesForPacks).compactMap { ScopeID("\(scope.name)/\($0)") } }

  /// The devices of a role's user, and one of another office's.
  private func devices(_ role: WorkRole, _ number: UInt64) throws -> [Asker: Device] {
    var out: [Asker: Device] = [:]
    for (at, asker) in Asker.allCases.enumerated() where asker != .nobody {
      let user = asker == .stranger ? "other-\(role.rawValue)" : role.rawValue
      let grants = asker == .stranger ? [] : [GrantedScope.one(scope(role))]
      let code = try relay.createCode(user: user, name: user, role: role.rawValue, grants: grants)
      let (id, key) = (DeviceID(high: number, low: UInt64(at + 1)), SigningKey())
      let enrolment = try relay.enrol(code: code, device: id, label: "laptop", key: key.publicKey)
      out[asker] = Device(
        id: id, user: user, token: enrolment.token, key: key, certificate: try #require(enrolment.certificate))
    }
    if let revoked = out[.revoked] { try relay.revoke(device: revoked.id) }
    return out
  }

  // MARK: Routes

  private static func expected(_ route: Route, _ asker: Asker) -> Outcome {
    switch (route.credential, asker) {
    // What is asked to be certified is signed by one device's own key.
    case (.device, .other) where route == .key: .withheld
    case (.none, _): .alike
    case (.code, _): .noCode
    case (.operation, _), (.device, .revoked), (.device, .nobody): .unauthorized
    case (.device, .stranger): .withheld
    case (.device, .own), (.device, .other): .given
    }
  }

  /// Asks a route, and sees what is told and taken.
  private func ask(
    _ route: Route, as device: Device?, about scope: ScopeID, file: BlobName, pack: Pack, writing: Fragment, change: [UInt8],
    _ client: HTTPClient
  ) async throws -> Outcome {
    func exchange(_ message: ExchangeRequest) async throws -> (Int, ExchangeResponse?) {
      let answer = try await client.request(
        "POST", message.path, token: device?.token, type: "application/cbor", body: message.encoded(codec: .standard))
      return (answer.status, answer.status == 200 ? try ExchangeResponse(decoding: answer.body, codec: .standard) : nil)
    }
    func outcome(_ status: Int, _ isGiven: Bool) throws -> Outcome {
      switch status {
      case 200..<300: isGiven ? .given : .withheld
      case 401: .unauthorized
      // What may not be read or brought is answered as what is not there.
      case 403, 404: .withheld
      default: throw SyncCoreError(.unexpected, "\(route) \(status)")
      }
    }
    switch route {
    case .hello:
      let (status, answer) = try await exchange(.hello(epoch: [], token: [], scopes: [scope]))
      var told: [ScopeHoldings] = []
      if case .heads(_, _, let scopes, _, _, _) = answer { told = scopes }
      return try outcome(status, told.contains { !$0.holdings.vector.isEmpty })
    case .pull:
      let (status, answer) = try await exchange(.pull([hold(scope)]))
      guard case .changes(let fragments, let omissions, let rejections, let statements, _) = answer else {
        return try outcome(status, false)
      }
      return try outcome(status, !(fragments.isEmpty && omissions.isEmpty && rejections.isEmpty && statements.isEmpty))
    case .push:
      let (status, answer) = try await exchange(.push([writing]))
      guard case .receipt(let held, let refused) = answer else { return try outcome(status, false) }
      // What is refused tells nothing of what is there.
      #expect(refused.isEmpty == !held.isEmpty && refused.allSatisfy { $0.code == Refusal.Code.notGranted })
      return try outcome(status, refused.isEmpty)
    case .key:
      // Everybody asks for a new key with what the case's own device has signed.
      let answer = try await client.request("POST", "/v1/key", token: device?.token, type: "application/json", body: change)
      if answer.status == 400 { return .withheld }
      return try outcome(answer.status, true)
    case .blobs:
      let answer = try await client.request(
        "POST", "/v1/blobs", token: device?.token, type: "application/cbor", body: BlobQuestion([file]).encoded)
      return try outcome(answer.status, answer.status == 200 && BlobAnswer(decoding: answer.body).states == [.held])
    case .blob:
      let path = "/v1/blobs/\(Hex.text(file.digest))"
      let read = try await client.request("GET", path, token: device?.token, headers: ["Range": "bytes=0-"])
      let headers = [
        "Upload-Offset": "0", "Upload-Length": String(file.bytes), "Upload-Scope": Hex.text(file.scope.name.utf8),
      ]
      let brought = try await client.request(
        "PATCH", path, token: device?.token, type: "application/offset+octet-stream", headers: headers, body: Self.photo)
      // Who may not read it may not bring it there either; who may have it there already.
      #expect(read.status == 206 ? brought.status == 409 || brought.status == 200 : brought.status == (read.status == 401 ? 401 : 403))
      return try outcome(read.status, read.status == 206)
    case .packs:
      let answer = try await client.request(
        "POST", PackQuestion.path, token: device?.token, type: "application/cbor",
        body: PackQuestion(packed(scope)).encoded(codec: .standard))
      return try outcome(
        answer.status, answer.status == 200 && PackAnswer(decoding: answer.body, codec: .standard).packs.contains(pack))
    case .pack:
      let path = "\(PackQuestion.path)/\(Hex.text(pack.digest))"
      let read = try await client.request("GET", path, token: device?.token, headers: ["Range": "bytes=0-"])
      return try outcome(read.status, read.status == 206)
    case .enrol:
      let (id, key) = (String(repeating: "1", count: 32), String(repeating: "0", count: 64))
      let body = #"{"code":"00000-00000","device":"\#(id)","label":"x","key":"\#(key)"}"#
      let answer = try await client.request("POST", "/v1/enrol", token: device?.token, type: "application/json", body: Array(body.utf8))
      return answer.status == 403 && answer.json["code"] == "code-unknown" ? .noCode : try outcome(answer.status, true)
    case .metrics: return try outcome(try await client.request("GET", "/metrics", token: device?.token).status, true)
    case .health, .ready:
      let answer = try await client.request("GET", route.rawValue, token: device?.token)
      return answer.status == 200 && answer.body.count < 8 ? .alike : try outcome(answer.status, true)
    case .other:
      let answer = try await client.request("GET", "/v1/anything", token: device?.token)
      return answer.status == 404 && answer.json["code"] == "not-found" ? .alike : try outcome(answer.status, true)
    }
  }

  private static let photo: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + noise(996)

  @Test("is for every role at every route what the table says of who asks")
  func routes() async throws {
    var configuration = RelayServerConfiguration(port: 0, metricsToken: Self.operation)
    configuration.maximumRequestsPerDevice = 1000
    let devices = try WorkRole.allCases.enumerated().map { ($1, try self.devices($1, UInt64($0 + 1))) }
    // The first table that each role may write in.
    let tables = Self.cells.map(\.table)
    for (role, asking) in devices {
      let own = try #require(asking[.own])
      let table = try #require(tables.first { Self.mayWrite(role, $0, "any") })
      let access = RelayAccess(relay, try #require(try relay.authenticate(own.token)))
      #expect(try access.store([own.write(scope(role), life: 1, table: table, column: "any")]).refused.isEmpty)
      for other in packed(scope(role)).dropFirst() {
        #expect(try access.store([own.write(other, life: 1, table: table, column: "any")]).refused.isEmpty)
      }
      let file = try #require(BlobName(scope: scope(role), digest: Codec.standard.digest(Self.photo), bytes: Self.photo.count))
      #expect(try access.append(Self.photo, at: 0, of: file) == .held)
    }
    try relay.pack()
    try await withServer(world, configuration, over: relay) { [devices] client in
      for (role, asking) in devices {
        let file = try #require(BlobName(scope: scope(role), digest: Codec.standard.digest(Self.photo), bytes: Self.photo.count))
        let table = try #require(tables.first { Self.mayWrite(role, $0, "any") })
        let own = try #require(asking[.own])
        let reader = RelayAccess(relay, try #require(try relay.authenticate(own.token)))
        let pack = try #require(try reader.packs(of: packed(scope(role))).first)
        let change = try own.change(to: SigningKey())
        for route in Route.allCases {
          for asker in Asker.allCases {
            // Somebody without a token brings what a device wrote.
            let writer = try #require(asking[asker] ?? asking[.own])
            let writing = try writer.write(scope(role), life: 2, table: table, column: "any")
            let found = try await ask(
              route, as: asking[asker], about: scope(role), file: file, pack: pack, writing: writing, change: change, client)
            #expect(found == Self.expected(route, asker), "\(role) \(route) \(asker)")
          }
        }
      }
      #expect(try await client.request("GET", "/metrics", token: Self.operation).status == 200)
    }
  }

  // MARK: Tables

  /// Everything of which the table of the roles says that it is some role's word, and one table and column that it does not speak of.
  private static let cells: [(table: String, column: String)] = {
    var out: Set<[String]> = [["unheard_of", "any"]]
    for role in WorkRole.allCases {
      for (table, columns) in role.authority.withheld {
        out.insert([table, "any"])
        for column in columns { out.insert([table, column]) }
      }
      for table in role.authority.only ?? [] { out.insert([table, "any"]) }
    }
    return out.sorted { $0.lexicographicallyPrecedes($1) }.map { ($0[0], $0[1]) }
  }()

  private static func mayWrite(_ role: WorkRole, _ table: String, _ column: String) -> Bool {
    if let only = role.authority.only { return only.contains(table) }
    guard let columns = role.authority.withheld[table] else { return true }
    return !columns.isEmpty && !columns.contains(column)
  }

  @Test("is for every role in every table what the table of the roles says, whoever brings it")
  func tables() async throws {
    var configuration = RelayServerConfiguration(port: 0)
    configuration.maximumRequestsPerDevice = 1000
    let devices = try WorkRole.allCases.enumerated().map { ($1, try self.devices($1, UInt64($0 + 1))) }
    try await withServer(world, configuration, over: relay) { [devices] client in
      var life: UInt32 = 0
      var cells = 0
      for (role, asking) in devices {
        for (asker, device) in asking {
          let lives = life..<life + UInt32(Self.cells.count)
          life = lives.upperBound
          let push = try zip(lives, Self.cells).map { life, cell in
            try device.write(scope(role), life: life + 1, table: cell.table, column: cell.column)
          }
          let message = ExchangeRequest.push(push)
          let answer = try await client.request(
            "POST", message.path, token: device.token, type: "application/cbor", body: message.encoded(codec: .standard))
          if asker == .revoked {
            #expect(answer.status == 401, "\(role)")
            continue
          }
          guard case .receipt(_, let refused) = try ExchangeResponse(decoding: answer.body, codec: .standard) else {
            throw SyncCoreError(.unexpected, "receipt")
          }
          let codes = Dictionary(refused.map { ($0.dot.site.incarnation, $0.code) }, uniquingKeysWith: { first, _ in first })
          for (life, cell) in zip(lives, Self.cells) {
            let mayWrite = Self.mayWrite(role, cell.table, cell.column)
            let expected =
              !mayWrite ? Refusal.Code.notAuthorised : asker == .stranger ? Refusal.Code.notGranted : nil
            #expect(codes[life + 1] == expected, "\(role) \(asker) \(cell)")
            cells += 1
          }
        }
      }
      #expect(cells == WorkRole.allCases.count * 3 * Self.cells.count && Self.cells.count > 30)
    }
  }
}
