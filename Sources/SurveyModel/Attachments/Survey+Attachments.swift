import GRDB
import SyncBlobs
import SyncCore
import SyncKit

extension Survey {
  /// Attaches a file to an enterprise, a visit, a diagnosis or a finding, each named by the beginning of its identifier, an enterprise by its
  /// credit code too.
  ///
  /// The file is taken into the replica's folder first; what the office's policy says of pictures' places is done before it gets its digest,
  /// so that nothing that was taken out ever leaves the device.
  ///
  /// Throws ``SurveyError/Code/recordUnknown``, ``SurveyError/Code/recordAmbiguous``, ``SurveyError/Code/recordFinalized`` for a finding of a
  /// diagnosis that is finalized, and what is wrong with the file (``SurveyError/Code/mediaTypeUnknown`` and its like).
  public func attach(_ path: String, to owner: String, caption: String? = nil) throws -> Evidence {
    try requireWriter()
    // Before the file is copied, so that a slip costs nothing.
    _ = try replica.read { db in try self.owner(owner, db) }
    let file = try take(path)
    let id = try write { db in
      let owner = try self.owner(owner, db)
      // What is signed off is added to no more.
      if owner.finding != nil, let diagnosis = owner.diagnosis { _ = try draft(db, diagnosis) }
      return try insert(file, for: owner, caption: caption, db)
    }
    return try attachment(id)
  }

  /// An attached file by the beginning of its identifier.
  public func attachment(_ id: String) throws -> Evidence {
    try replica.read { db in Evidence(try Lookup.row(db, in: "evidence", id)) }
  }

  /// The attached files of an enterprise, a visit, a diagnosis or a finding; nil for all.
  public func attachments(of owner: String? = nil) throws -> [Evidence] {
    try replica.read { db in
      let place = try owner.map { try self.owner($0, db) }
      let condition = place.map { "WHERE \($0.narrowest.column) = ?" } ?? ""
      return try Row.fetchAll(
        db, sql: "SELECT * FROM evidence \(condition) ORDER BY id", arguments: place.map { [$0.narrowest.id] } ?? []
      ).map { Evidence($0) }
    }
  }

  /// What the office has decided of pictures that say where they were taken. Until it has, they do not.
  public func locationPolicy() throws -> LocationPolicy {
    try replica.read { db in
      try String.fetchOne(db, sql: "SELECT location FROM attachment_policy WHERE id = ?", arguments: [Self.policyKey])
        .flatMap { LocationPolicy(rawValue: $0) } ?? .strip
    }
  }

  /// Decides it. It counts on each device from its next exchange on, for what is attached then.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``.
  public func decide(_ policy: LocationPolicy) throws {
    try requireOffice("attachment_policy")
    let now = now
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO attachment_policy(id, location, decided_by, decided_at) VALUES(?, ?, ?, ?)
          ON CONFLICT(id) DO UPDATE SET location = excluded.location, decided_by = excluded.decided_by, decided_at = excluded.decided_at
          """, arguments: [Self.policyKey, policy.rawValue, user, now])
    }
  }

  /// There is one policy.
  private static let policyKey = "office"

  /// Takes a file into the replica's folder.
  func take(_ path: String) throws -> AttachedFile {
    try AttachedFile(path: path, try locationPolicy(), into: replica.attachments.folder)
  }

  /// Where a file is attached.
  struct AttachmentOwner {
    let enterprise: String
    var visit: String?
    var diagnosis: String?
    var finding: String?

    /// The innermost record, and the column that names it.
    var narrowest: (column: String, id: String) {
      if let finding { return ("finding_id", finding) }
      if let diagnosis { return ("diagnosis_id", diagnosis) }
      return visit.map { ("visit_id", $0) } ?? ("enterprise_id", enterprise)
    }
  }

  /// Writes down that a file is attached.
  /// - Returns: the record's identifier.
  @discardableResult
  func insert(_ file: AttachedFile, for owner: AttachmentOwner, caption: String?, _ db: Database) throws -> String {
    let id = identifiers.next()
    try db.execute(
      sql: """
        INSERT INTO evidence(id, enterprise_id, visit_id, diagnosis_id, finding_id, sha256, file_name, bytes, media_type, taken_at, caption,
          attached_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, owner.enterprise, owner.visit, owner.diagnosis, owner.finding, file.sha256, file.name, file.bytes, file.type.rawValue,
        file.takenAt ?? now, caption?.nonEmpty, user,
      ])
    return id
  }

  private func owner(_ text: String, _ db: Database) throws -> AttachmentOwner {
    var found: [AttachmentOwner] = []
    if let enterprise = try Lookup.optionalEnterprise(db, text) { found.append(AttachmentOwner(enterprise: enterprise.id)) }
    for table in ["visit", "diagnosis", "finding"] {
      guard let id = try Lookup.optionalID(db, in: table, text) else { continue }
      let row = try Lookup.row(db, in: table, id)
      var owner = AttachmentOwner(enterprise: row.string("enterprise_id"))
      switch table {
      case "visit": owner.visit = id
      case "diagnosis": owner.diagnosis = id
      default:
        (owner.finding, owner.diagnosis) = (id, row.text("diagnosis_id"))
      }
      found.append(owner)
    }
    switch found.count {
    case 0: throw SurveyError(.recordUnknown, ["table": "enterprise", "id": text])
    case 1: return found[0]
    default:
      let matches = found.map(\.narrowest.id).joined(separator: "\n")
      throw SurveyError(.recordAmbiguous, ["table": "enterprise", "id": text, "matches": matches])
    }
  }
}

extension SurveyError.Code {
  /// A file of no kind that is taken as an attachment. Details: `path`.
  public static let mediaTypeUnknown = Self("media-type-unknown")
  /// A picture whose own header cannot be read. Details: `type`.
  public static let pictureMalformed = Self("picture-malformed")
  /// A picture that would unfold to more pixels than are taken. Details: `width`, `height`, `limit`.
  public static let pictureTooLarge = Self("picture-too-large")
  /// A kind of file out of which the place cannot be taken, where the office wants it out. Details: `path`, `type`.
  public static let locationStays = Self("location-stays")
}
