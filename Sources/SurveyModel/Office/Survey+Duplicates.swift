import GRDB
import SyncKit

extension Survey {
  /// Records on this device that may be of one enterprise, apart from those that somebody found to be two.
  ///
  /// Ten thousand enterprises take a moment: see ``NearNames``.
  public func duplicates() throws -> [DuplicatePair] {
    let (enterprises, settled) = try replica.read { db in
      (
        try Row.fetchAll(
          db, sql: "SELECT * FROM enterprise WHERE id NOT IN (SELECT retired_id FROM alias WHERE undone_at IS NULL) ORDER BY id"
        ).map { Enterprise($0) },
        Set(
          try Row.fetchAll(db, sql: "SELECT first_id, second_id FROM distinct_pair").map {
            [$0.string("first_id"), $0.string("second_id")]
          })
      )
    }
    var grounds: [Pair: Set<DuplicatePair.Ground>] = [:]
    func note(_ a: Int, _ b: Int, _ ground: DuplicatePair.Ground) {
      guard a != b else { return }
      grounds[Pair(min(a, b), max(a, b)), default: []].insert(ground)
    }
    for group in groups(enterprises.map(\.creditCode)) { each(group) { note($0, $1, .creditCode) } }
    for group in groups(enterprises.map { $0.address.flatMap(Self.core) }) where group.count <= Self.neighbours {
      each(group) { note($0, $1, .address) }
    }
    nearCodes(enterprises, note)
    let names = enterprises.map { Self.core($0.name) }
    for group in groups(names) where group.count <= Self.crowd { each(group) { note($0, $1, .name) } }
    NearNames(names.map { $0 ?? [] }).each { note($0, $1, .nearName) }
    return grounds.compactMap { pair, found -> DuplicatePair? in
      let (first, second) = (enterprises[pair.first], enterprises[pair.second])
      if settled.contains([first.id, second.id].sorted()) { return nil }
      return DuplicatePair(
        first: first, second: second, grounds: DuplicatePair.Ground.allCases.filter(found.contains),
        codesDiffer: Self.codesDiffer(first, second))
    }.sorted { DuplicatePair.Position($0) < DuplicatePair.Position($1) }
  }

  /// A page of ``duplicates()``.
  ///
  /// - Parameters:
  ///   - after: what the page before calls its `next`; nil for the first.
  ///   - limit: how many at the most.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for what no page says.
  public func duplicates(after: String?, limit: Int) throws -> DuplicatePage {
    let all = try duplicates()
    let rest: ArraySlice<DuplicatePair>
    if let after {
      guard let position = DuplicatePair.Position(after) else { throw SurveyError(.valueInvalid, ["field": "after", "value": after]) }
      rest = all.drop { DuplicatePair.Position($0) <= position }
    } else {
      rest = all[...]
    }
    let pairs = Array(rest.prefix(limit))
    let next = pairs.count < rest.count ? pairs.last.map { DuplicatePair.Position($0).text } : nil
    return DuplicatePage(pairs: pairs, total: all.count, next: next)
  }

  /// As many at one address are a building, not a suspicion.
  static let neighbours = 5

  /// What merging two records would do.
  public func mergePreview(_ retired: String, into canonical: String) throws -> MergePreview {
    try replica.read { db in try Self.preview(db, try Lookup.enterprise(db, retired), try Lookup.enterprise(db, canonical)) }
  }

  /// Lets one record stand for two. It can be undone; nothing is moved or lost.
  ///
  /// - Parameter codesDiffer: whether it is known that both codes differ, which else refuses the merge: affiliates have codes of their own.
  ///
  /// Throws ``SurveyError/Code/enterpriseMerged``, ``SurveyError/Code/creditCodesDiffer``, ``SurveyError/Code/valueMissing`` without a
  /// reason, and ``SurveyError/Code/notAuthorised``.
  public func merge(_ retired: String, into canonical: String, because reason: String, although codesDiffer: Bool = false) throws -> Alias {
    try requireOffice("alias")
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    let now = now
    let id = try write { db in
      let (retired, canonical) = (try Lookup.enterprise(db, retired), try Lookup.enterprise(db, canonical))
      guard retired.id != canonical.id else { throw SurveyError(.nothingToChange, ["table": "alias", "id": retired.id]) }
      for enterprise in [retired, canonical] {
        if let into = try Self.canonical(of: enterprise.id, db) {
          throw SurveyError(.enterpriseMerged, ["id": enterprise.id, "canonical": into])
        }
      }
      if !codesDiffer, Self.codesDiffer(retired, canonical) {
        throw SurveyError(.creditCodesDiffer, ["first": retired.creditCode ?? "", "second": canonical.creditCode ?? ""])
      }
      try db.execute(
        sql: """
          INSERT INTO alias(retired_id, canonical_id, reason, decided_by, decided_at) VALUES(?, ?, ?, ?, ?)
          ON CONFLICT(retired_id) DO UPDATE SET canonical_id = excluded.canonical_id, reason = excluded.reason,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at, undone_by = NULL, undone_at = NULL
          """, arguments: [retired.id, canonical.id, reason, user, now])
      // The specialist holds the case and not the office's scope.
      try db.execute(sql: "UPDATE enterprise SET merged_into = ? WHERE id = ?", arguments: [canonical.id, retired.id])
      return retired.id
    }
    return try alias(id)
  }

  /// Undoes a merge: both records stand for themselves again.
  ///
  /// Throws ``SurveyError/Code/recordUnknown`` where there is none.
  public func unmerge(_ retired: String) throws -> Alias {
    try requireOffice("alias")
    let now = now
    let id = try write { db in
      let id = try Lookup.enterprise(db, retired).id
      guard try Self.canonical(of: id, db) != nil else { throw SurveyError(.recordUnknown, ["table": "alias", "id": id]) }
      try db.execute(sql: "UPDATE alias SET undone_by = ?, undone_at = ? WHERE retired_id = ?", arguments: [user, now, id])
      try db.execute(sql: "UPDATE enterprise SET merged_into = NULL WHERE id = ?", arguments: [id])
      return id
    }
    return try alias(id)
  }

  /// Says that two records are of two enterprises: they are not suggested again.
  public func keepApart(_ first: String, _ second: String, because reason: String) throws {
    try requireOffice("distinct_pair")
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    let now = now
    try write { db in
      let pair = [try Lookup.enterprise(db, first).id, try Lookup.enterprise(db, second).id].sorted()
      guard pair[0] != pair[1] else { throw SurveyError(.nothingToChange, ["table": "distinct_pair", "id": pair[0]]) }
      try db.execute(
        sql: """
          INSERT INTO distinct_pair(first_id, second_id, reason, decided_by, decided_at) VALUES(?, ?, ?, ?, ?)
          ON CONFLICT(first_id, second_id) DO UPDATE SET reason = excluded.reason, decided_by = excluded.decided_by,
            decided_at = excluded.decided_at
          """, arguments: [pair[0], pair[1], reason, user, now])
    }
  }

  /// The merges, those undone included.
  public func aliases() throws -> [Alias] {
    try replica.read { db in try Row.fetchAll(db, sql: "SELECT * FROM alias ORDER BY decided_at, retired_id").map { Alias($0) } }
  }

  /// Files that stand as evidence for more than one enterprise.
  public func sharedEvidence() throws -> [SharedEvidence] {
    let plan = try IndicatorPlan.bundled(resources: resources)
    let rows = try replica.read { db in
      try Row.fetchAll(
        db,
        sql: plan.prelude + """
          , used AS (
            SELECT sha256, enterprise_id, id, file_name, 'evidence' AS source FROM evidence WHERE sha256 IS NOT NULL
            UNION ALL SELECT lower(sha256), enterprise_id, id, file_name, 'dossier_file' FROM dossier_file WHERE sha256 IS NOT NULL),
          shared AS (
            SELECT sha256 FROM used JOIN member ON member.id = used.enterprise_id GROUP BY sha256 HAVING count(DISTINCT member.firm) > 1)
          SELECT used.*, enterprise.name FROM used JOIN shared USING (sha256) JOIN enterprise ON enterprise.id = used.enterprise_id
          WHERE :asOf = '' ORDER BY sha256, enterprise_id, used.id
          """, arguments: ["asOf": ""])
    }
    return Dictionary(grouping: rows) { $0.string("sha256") }.sorted { $0.key < $1.key }.map { digest, rows in
      SharedEvidence(
        sha256: digest,
        uses: rows.map {
          SharedEvidence.Use(
            enterpriseID: $0.string("enterprise_id"), enterprise: $0.string("name"), table: $0.string("source"), id: $0.string("id"),
            fileName: $0.text("file_name"))
        })
    }
  }
}

// MARK: - Looking

extension Survey {
  private struct Pair: Hashable {
    let first: Int
    let second: Int

    init(_ first: Int, _ second: Int) {
      self.first = first
      self.second = second
    }
  }

  static func codesDiffer(_ a: Enterprise, _ b: Enterprise) -> Bool {
    guard let a = a.creditCode, let b = b.creditCode else { return false }
    return a != b
  }

  /// The core of a name or an address; nil where nothing is left.
  private static func core(_ text: String) -> [Unicode.Scalar]? {
    let core = NameLikeness.core(text)
    return core.isEmpty ? nil : core
  }

  /// The places of those that have a key in common, two at least.
  private func groups<Key: Hashable>(_ keys: [Key?]) -> [[Int]] {
    var groups: [Key: [Int]] = [:]
    for (at, key) in keys.enumerated() {
      if let key { groups[key, default: []].append(at) }
    }
    return groups.values.filter { $0.count > 1 }
  }

  private func each(_ group: [Int], _ body: (Int, Int) -> Void) {
    for (at, first) in group.enumerated() {
      for second in group[(at + 1)...] { body(first, second) }
    }
  }

  /// Codes that differ in one place, or in two neighbours, agree in one of three parts, which together leave no place out.
  private func nearCodes(_ enterprises: [Enterprise], _ note: (Int, Int, DuplicatePair.Ground) -> Void) {
    let parts: [(String) -> String] = [{ String($0.suffix(9)) }, { String($0.prefix(13)) }, { String($0.prefix(8) + $0.suffix(4)) }]
    for part in parts {
      let alike = groups(enterprises.map { $0.creditCode.flatMap { $0.utf8.count == 18 ? part($0) : nil } })
      for group in alike where group.count <= Self.crowd {
        each(group) { first, second in
          if let a = enterprises[first].creditCode, let b = enterprises[second].creditCode, NameLikeness.isNearCode(a, b) {
            note(first, second, .nearCode)
          }
        }
      }
    }
  }

  /// More that share a part of their code, or a name, say nothing by it.
  private static let crowd = 400

  private func alias(_ retired: String) throws -> Alias {
    let row = try replica.read { db in try Row.fetchOne(db, sql: "SELECT * FROM alias WHERE retired_id = ?", arguments: [retired]) }
    guard let row else { throw SurveyError(.recordUnknown, ["table": "alias", "id": retired]) }
    return Alias(row)
  }

  /// The record that stands for a retired one; nil for one that stands for itself.
  static func canonical(of id: String, _ db: Database) throws -> String? {
    try String.fetchOne(db, sql: "SELECT canonical_id FROM alias WHERE retired_id = ? AND undone_at IS NULL", arguments: [id])
  }

  private static func preview(_ db: Database, _ retired: Enterprise, _ canonical: Enterprise) throws -> MergePreview {
    var children: [String: Int] = [:]
    for table in SurveySchema.caseTables {
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table) WHERE enterprise_id = ?", arguments: [retired.id]) ?? 0
      if count > 0 { children[table] = count }
    }
    var differing: [String: [String]] = [:]
    let rows = try [retired, canonical].map { try Lookup.row(db, in: "enterprise", $0.id) }
    for column in rows[0].columnNames where !["id", "created_at", "created_by", "merged_into"].contains(column) {
      let values = rows.map { FieldValue.plain($0[column] ?? .null) }
      if let a = values[0], let b = values[1], a != b { differing[column] = [a, b] }
    }
    func both(_ sql: String) throws -> Set<String> {
      let found = try [retired, canonical].map { Set(try String.fetchAll(db, sql: sql, arguments: [$0.id])) }
      return found[0].intersection(found[1])
    }
    return MergePreview(
      retired: retired, canonical: canonical, children: children, differing: differing,
      isEnrolledTwice: try !both("SELECT 'selected' FROM enrolment_step WHERE enterprise_id = ? AND step = 'selected'").isEmpty,
      paidTwice: try both("SELECT DISTINCT rule FROM payment WHERE enterprise_id = ?").sorted(),
      codesDiffer: codesDiffer(retired, canonical))
  }
}

extension DuplicatePair.Ground {
  var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Alias {
  init(_ row: Row) {
    self.init(
      retiredID: row.string("retired_id"), canonicalID: row.string("canonical_id"), reason: row.text("reason"),
      decidedBy: row.text("decided_by"), decidedAt: row.text("decided_at"), undoneBy: row.text("undone_by"), undoneAt: row.text("undone_at")
    )
  }
}
