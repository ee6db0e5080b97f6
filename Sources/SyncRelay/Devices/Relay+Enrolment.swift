import Foundation
public import SyncCore
import Synchronization

extension Relay {
  /// Issues a one-time code by which one device may enrol for a user.
  ///
  /// - Parameters:
  ///   - user: the user's name; the author of what the device writes.
  ///   - name: the user's name for people.
  ///   - role: the user's role, as the office words it.
  ///   - grants: what the user is granted when the code is used.
  ///   - lifetime: in milliseconds; nil for the longest, ``RelayLimits/codeMilliseconds``.
  /// - Returns: the code in groups, to be shown once: the relay keeps only its digest.
  public func createCode(
    user: String, name: String, role: String = "", grants: [GrantedScope] = [], lifetime: Int64? = nil
  ) throws -> String {
    try Self.check(user, upTo: RelayLimits.userBytes, "user")
    try Self.check(name, upTo: RelayLimits.labelBytes, "name")
    if !role.isEmpty { try Self.check(role, upTo: RelayLimits.labelBytes, "role") }
    guard grants.count <= RelayLimits.grantsPerCode else { throw RelayError(.tooLarge, "grants of a code") }
    for scope in grants { try scope.check() }
    let lifetime = lifetime ?? limits.codeMilliseconds
    guard lifetime > 0, lifetime <= limits.codeMilliseconds else { throw RelayError(.badArgument, "a code's lifetime") }
    let code = EnrolmentCode.make(random(RelayLimits.codeCharacters))
    let hash = codec.digest(Array(code.utf8))
    let now = clock()
    try store.write { db in
      // Unused codes are worth nothing once they expire; used ones stay a while, so that a second use is told apart.
      let old = now - 10 * limits.codeMilliseconds
      try db.execute("DELETE FROM code_grant WHERE code IN (SELECT hash FROM code WHERE expires_ms < ?)", [old])
      try db.execute("DELETE FROM code WHERE expires_ms < ?", [old])
      try db.execute(
        "INSERT INTO code(hash, account, display, role, expires_ms) VALUES (?, ?, ?, ?, ?)",
        [hash, user, name, role, now + lifetime])
      for scope in Set(grants) {
        try db.execute("INSERT INTO code_grant(code, scope) VALUES (?, ?)", [hash, scope.description])
      }
      try Audit.record(.codeCreated, at: now, device: nil, user: user, detail: role, in: db)
    }
    return EnrolmentCode.shown(code)
  }

  /// Enrols a device by a code. A device that enrols again for the same user gets a new token, and its old one is void.
  ///
  /// - Parameters:
  ///   - code: as the office showed it; case, grouping and width do not matter.
  ///   - device: the device's identifier, as its sites carry it.
  ///   - label: what the user calls the device.
  ///   - key: the device's public key; needed where the relay issues certificates.
  ///   - encryptionKey: the device's public key for encryption, if it has one.
  /// - Throws: ``RelayError`` with `codeUnknown`, `codeExpired`, `codeUsed`, `deviceTaken` or `badArgument`.
  public func enrol(
    code: String, device: DeviceID, label: String, key: [UInt8]? = nil, encryptionKey: [UInt8] = []
  ) throws -> Enrolment {
    try Self.check(label, upTo: RelayLimits.labelBytes, "label")
    guard key?.count == Certificate.keyBytes || key == nil && issuer == nil else { throw RelayError(.badArgument, "key") }
    try Self.check(encryptionKey: encryptionKey)
    let token = DeviceToken.text(random(RelayLimits.tokenBytes))
    let now = clock()
    // The outcome is returned rather than thrown inside: who was denied has to stay in the audit.
    let outcome: Result<Enrolment, RelayError> = try store.write { db in
      let usable: StoreRow
      switch try self.find(code, now: now, in: db) {
      case .success(let row): usable = row
      case .failure(let error):
        if self.wrongCodes.note(at: now) {
          try Audit.record(.denied, at: now, device: device.bytes, user: nil, detail: error.code.rawValue, in: db)
        }
        return .failure(error)
      }
      let user: String = try usable["account"]
      let owner: String? = try db.value("SELECT account FROM device WHERE id = ? AND revoked_ms IS NULL", [device.bytes])
      // Otherwise whoever has a code could end another's device, whose identifier is no secret. The code stays usable.
      // The devices whose homes lie with the office are certified and never listed; their identifiers are in every name that it writes under.
      let offices = try self.issued(db).filter { $0.1.role == Principal.office.role }
      let isListed = try db.exists("SELECT 1 FROM device WHERE id = ?", [device.bytes])
      guard owner == nil || owner == user, isListed || !offices.contains(where: { $0.1.device == device.bytes }) else {
        try Audit.record(.denied, at: now, device: device.bytes, user: user, detail: RelayError.Code.deviceTaken.rawValue, in: db)
        return .failure(RelayError(.deviceTaken, device.description))
      }
      try self.admit(device, label: label, key: key, by: usable, token: token, now: now, in: db)
      let certificate = try key.flatMap {
        try self.succeed(device, key: $0, user: user, role: try usable["role"], encryptionKey: encryptionKey, in: db)
      }
      return .success(
        Enrolment(
          token: token, user: user, name: try usable["display"], role: try usable["role"], epoch: try Self.epoch(db),
          grants: try Grant.fetch(of: user, now: now, in: db),
          certificate: certificate, office: offices.map(\.0)))
    }
    return try outcome.get()
  }

  /// Issues the certificate of a device.
  ///
  /// - Parameters:
  ///   - key: the device's public key.
  ///   - user: who writes on it.
  ///   - role: what the user works as.
  ///   - authority: what they have a say in; nil for what the role has.
  ///   - encryptionKey: the device's public key for encryption, if it has one.
  /// - Returns: nil where this relay issues none.
  public func certificate(
    of device: DeviceID, key: [UInt8], user: String, role: String, authority: Authority? = nil, encryptionKey: [UInt8] = []
  ) throws -> SignedCertificate? {
    try Self.check(encryptionKey: encryptionKey)
    return try store.write { db in
      try issue(device, key: key, user: user, role: role, authority: authority, encryptionKey: encryptionKey, in: db)
    }
  }

  /// The certificates that were issued here, with what they say, the latest first.
  public func certificates() throws -> [(signed: SignedCertificate, certificate: Certificate)] {
    try store.read { db in try issued(db) }
  }

  /// - Parameter isWanted: which certificates are looked for: the others' signatures are not verified.
  func issued(
    _ db: any StoreTransaction, where isWanted: (Certificate) -> Bool = { _ in true }
  ) throws -> [(signed: SignedCertificate, certificate: Certificate)] {
    guard let trust else { return [] }
    let all = try db.rows("SELECT hash, bytes, signature FROM certificate").compactMap { row -> BelievedCertificate? in
      let hash = try row.bytes("hash")
      let signed = SignedCertificate(bytes: try row.bytes("bytes"), signature: try row.bytes("signature"))
      // Each device that enrols asks for the office's: of thousands, all but the new ones have been judged before.
      if let known = believed.withLock({ $0[hash] }), known.signed == signed { return isWanted(known.certificate) ? known : nil }
      guard isWanted(try Certificate(decoding: signed.bytes)), let certificate = trust.certificate(signed, codec: codec) else { return nil }
      let found = BelievedCertificate(signed: signed, certificate: certificate)
      if codec.digest(signed.bytes) == hash { believed.withLock { $0[hash] = found } }
      return found
    }
    return all.map { ($0.signed, $0.certificate) }.sorted { $0.1.from > $1.1.from }
  }

  func issue(
    _ device: DeviceID, key: [UInt8], user: String, role: String, authority: Authority? = nil, encryptionKey: [UInt8],
    in db: any StoreTransaction
  ) throws -> SignedCertificate? {
    guard let issuer else { return nil }
    let certificate = Certificate(
      device: device.bytes, key: key, user: user, role: role, authority: authority ?? self.authority(role), from: clock(),
      issuer: issuer.publicKey, encryptionKey: encryptionKey)
    let signed = try SignedCertificate(certificate, by: issuer)
    try LogWriter.keep([(signed, codec.digest(signed.bytes))], in: db)
    return signed
  }

  private static func check(encryptionKey: [UInt8]) throws(RelayError) {
    guard encryptionKey.isEmpty || encryptionKey.count == Certificate.encryptionKeyBytes else {
      throw RelayError(.badArgument, "encryptionKey")
    }
  }

  /// Whether somebody is guessing enrolment codes: whoever answers wrong ones should take their time. Right ones are taken as ever.
  public var isBeingGuessedAt: Bool { wrongCodes.areMany(at: clock()) }

  private func find(_ typed: String, now: Int64, in db: any StoreTransaction) throws -> Result<StoreRow, RelayError> {
    guard let code = EnrolmentCode.normalized(typed) else { return .failure(RelayError(.codeUnknown, "form")) }
    let row = try db.row(
      "SELECT hash, account, display, role, expires_ms, used_ms FROM code WHERE hash = ?\(db.forUpdate)", [codec.digest(Array(code.utf8))])
    guard let row else { return .failure(RelayError(.codeUnknown, "")) }
    let used: Int64? = try row["used_ms"]
    let expires: Int64 = try row["expires_ms"]
    if used != nil { return .failure(RelayError(.codeUsed, "")) }
    if expires <= now { return .failure(RelayError(.codeExpired, "")) }
    return .success(row)
  }

  private func admit(
    _ device: DeviceID, label: String, key: [UInt8]?, by code: StoreRow, token: String, now: Int64, in db: any StoreTransaction
  ) throws {
    let user: String = try code["account"]
    let codeHash: [UInt8] = try code["hash"]
    try db.execute("UPDATE code SET used_ms = ? WHERE hash = ?", [now, codeHash])
    try db.execute(
      """
      INSERT INTO account(name, display, role) VALUES (?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET display = excluded.display, role = excluded.role
      """, [user, try code["display"] as String, try code["role"] as String])
    let admitted = try db.execute(
      """
      INSERT INTO device(id, account, label, token_hash, enrolled_ms, seen_ms, key) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET account = excluded.account, label = excluded.label, token_hash = excluded.token_hash,
        enrolled_ms = excluded.enrolled_ms, seen_ms = excluded.seen_ms, revoked_ms = NULL,
        key = excluded.key
        WHERE device.revoked_ms IS NOT NULL OR device.account = excluded.account
      """, [device.bytes, user, label, codec.digest(Array(token.utf8)), now, now, key])
    // Another process has just admitted it for somebody else.
    guard admitted == 1 else { throw StoreConflict() }
    try StatementLog(db: db, issuer: issuer).readmit(device)
    for scope: String in try db.values("SELECT scope FROM code_grant WHERE code = ? ORDER BY scope", [codeHash]) {
      try Grant.insert(user: user, scope: scope, until: nil, in: db)
    }
    try Audit.record(.enrolled, at: now, device: device.bytes, user: user, detail: label, in: db)
  }

  /// Names are shown and logged: they have a length and no control characters.
  static func check(_ text: String, upTo limit: Int, _ what: String) throws(RelayError) {
    let isPrintable = text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
      default: true
      }
    }
    guard !text.isEmpty, text.utf8.count <= limit, isPrintable else { throw RelayError(.badArgument, what) }
  }
}
