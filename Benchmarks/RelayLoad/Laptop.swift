import Foundation
import GRDB
import SurveyModel
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay

/// One simulated laptop: a replica in a file of its own, a key of its own, enrolled as any other.
struct Laptop: Sendable {
  /// How many enterprises a day's work is about; each is a scope.
  static let enterprisesPerDay = 5
  /// How many changesets are written for each: one that opens the case, the others of answers.
  static let changesetsPerEnterprise = 10
  /// How many cells each of them writes, keys aside.
  static let cellsPerChangeset = 10
  /// How many photographs belong to a day's work, and how large each is, in bytes.
  static let photosPerDay = 3
  static let photoBytes = 200_000
  /// Under this name a replica remembers its relay, as the program does.
  static let peer = "relay"

  let number: Int
  let user: String
  let role: String
  let file: URL
  let key: SigningKey
  let token: String
  let certificate: SignedCertificate
  let issuer: [UInt8]

  /// Makes a laptop and enrols it.
  ///
  /// - Parameters:
  ///   - code: a one-time code of the relay's.
  ///   - folder: where its file is made.
  init(number: Int, user: String, role: String, code: String, url: String, folder: URL) throws {
    self.number = number
    self.user = user
    self.role = role
    file = folder.appendingPathComponent("\(user).sqlite")
    key = SigningKey()
    // Which device it is, the file says: nothing is written in it before the device has a certificate.
    let device = DeviceID(of: try Self.replica(file, user: "nobody", signing: nil, issuer: nil).site)
    let question = Question(
      code: code, device: device.description, label: "load \(number)", key: Hex.text(key.publicKey),
      encryptionKey: Hex.text(key.encryptionKey.publicKey))
    let transport = try CurlTransport(baseURL: url, token: nil)
    let body = try transport.post(
      path: "/v1/enrol", body: Array(try JSONEncoder().encode(question)), contentType: "application/json", accept: "application/json")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(body))
    guard let bytes = Hex.bytes(answer.certificate), let signature = Hex.bytes(answer.certificateSignature) else {
      throw LoadError("an enrolment without a certificate")
    }
    token = answer.token
    certificate = SignedCertificate(bytes: bytes, signature: signature)
    issuer = try Certificate(decoding: bytes).issuer
  }

  private struct Question: Encodable {
    let code: String
    let device: String
    let label: String
    let key: String
    let encryptionKey: String
  }

  private struct Answer: Decodable {
    let token: String
    let certificate: String
    let certificateSignature: String
  }

  func open() throws -> Replica {
    try Self.replica(file, user: user, signing: Signing(certificate: certificate, signer: key.signer), issuer: issuer)
  }

  private static func replica(_ file: URL, user: String, signing: Signing?, issuer: [UInt8]?) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: SurveySchema.tables, author: user, schemaVersion: SurveySchema.version)
    configuration.signing = signing
    configuration.attachments = SurveySchema.attachments
    configuration.trust = issuer.map { Trust(issuers: [$0]) }
    return try Replica(path: file.path, configuration: configuration, migrate: SurveySchema.migrate)
  }

  /// The enterprises that it works on.
  var enterprises: [String] { (0..<Self.enterprisesPerDay).map { "\(user)-\($0)" } }

  /// Writes a day's work: each changeset of ten cells, one transaction each, as forms are saved.
  func writeDay() throws {
    let replica = try open()
    for enterprise in enterprises {
      try replica.write { db in try openCase(enterprise, db) }
      for form in 1..<Self.changesetsPerEnterprise { try replica.write { db in try answer(enterprise, form, db) } }
    }
  }

  /// Takes the day's photographs: all of one content, but for whose and which they are.
  func takePhotos(_ content: [UInt8]) throws {
    let replica = try open()
    for photo in 0..<Self.photosPerDay {
      let kept = try replica.attachments.folder.put(content + Array("\(user) \(photo)".utf8))
      try replica.write { db in
        try db.execute(
          sql: "INSERT INTO evidence(id, enterprise_id, sha256, bytes, file_name) VALUES (?, ?, ?, ?, ?)",
          arguments: ["\(user)-p\(photo)", enterprises[photo], Hex.text(kept.digest), kept.bytes, "IMG_\(photo).jpg"])
      }
    }
  }

  /// What a photograph begins with, and noise that does not compress.
  static func photo() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<photoBytes / 8).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
    return [0xFF, 0xD8, 0xFF, 0xE0] + noise.dropLast(4)
  }

  private func openCase(_ id: String, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO enterprise(id, name, district, industry_code, address, contact) VALUES (?, ?, '集美区', '3911', ?, ?)
        """, arguments: [id, "厦门\(id)精密制造有限公司", "软件园三期\(number)号楼", "王工 \(13_600_000_000 + number)"])
    try db.execute(
      sql: "INSERT INTO assessment(id, enterprise_id, edition, phase, assessor) VALUES (?, ?, '2024', 'baseline', 'specialist')",
      arguments: [id + "-a", id])
    try db.execute(
      sql: "INSERT INTO visit(id, enterprise_id, note) VALUES (?, ?, ?)", arguments: [id + "-v", id, "车间走访,设备联网情况待核实。"])
  }

  private func answer(_ enterprise: String, _ form: Int, _ db: Database) throws {
    let rows = Self.cellsPerChangeset / 2
    for row in 0..<rows {
      try db.execute(
        sql: "INSERT INTO answer(assessment_id, question, enterprise_id, letters, note) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          enterprise + "-a", (form - 1) * rows + row + 1, enterprise, ["A", "AC", "B", "D"][(form + row + number) % 4],
          "第\(form)次记录:产线\(row)数据采集靠人工抄表,\(number)。",
        ])
    }
  }

  /// What is here of the replica's own writing, as one or more pushes carry it.
  func pushes() throws -> [[Fragment]] {
    let replica = try open()
    try replica.signTogether(for: "relay")
    let store = replica.exchangeStore
    var wants = enterprises.compactMap { ScopeID($0) }.map { ScopeHoldings(scope: $0, holdings: Holdings()) }
    var out: [[Fragment]] = []
    while true {
      let batch = try store.load(beyond: wants, budget: Limits.batchBytes)
      out.append(batch.fragments)
      guard batch.hasMore else { return out }
      // What has been taken out is held by then.
      for fragment in batch.fragments {
        let header = try ChangesetHeader(decoding: fragment.header)
        guard let at = wants.firstIndex(where: { $0.scope == header.scope }) else { continue }
        wants[at].holdings.vector.insert(header.dot)
      }
    }
  }

  /// The digests of what a replica's file holds, by scope.
  static func digests(of file: URL) throws -> [ScopeID: String] {
    let replica = try replica(file, user: "nobody", signing: nil, issuer: nil)
    return Dictionary(uniqueKeysWithValues: try replica.scopes().map { ($0, try replica.digest(of: $0).hex) })
  }
}
