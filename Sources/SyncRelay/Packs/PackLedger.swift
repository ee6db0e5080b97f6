import SyncCore

/// What the relay has written down of packs, within one transaction. Their bytes are in the ``Relay/packs`` folder.
struct PackLedger {
  let db: any StoreTransaction

  init(_ db: any StoreTransaction) { self.db = db }

  /// The packs that hold some scopes and are of use to who has nothing of these: of each at least half of the scopes is asked for. None of
  /// which anything is kept from the asker: of such a one not a byte is given.
  func offered(to principal: Principal, _ scopes: [ScopeID], now: Int64) throws -> [Pack] {
    var asked: [Int64: Set<Int64>] = [:]
    let found = try db.rows(in: scopes.map(\.name)) { marks in
      "SELECT pack_scope.pack, scope.id FROM scope JOIN pack_scope ON pack_scope.scope = scope.id WHERE scope.name IN (\(marks))"
    }
    for row in found { asked[try row["pack"], default: []].insert(try row["id"]) }
    var packs: [Pack] = []
    for (number, held) in asked.sorted(by: { $0.key < $1.key }) {
      let row = try db.row(
        "SELECT digest, bytes, signature, (SELECT count(*) FROM pack_scope WHERE pack = number) AS scopes FROM pack WHERE number = ?",
        [number])
      guard let row, try held.count * 2 >= row["scopes"], try isReadable(number, by: principal, now: now) else { continue }
      packs.append(Pack(digest: try row["digest"], bytes: try row["bytes"], signature: try row.bytes("signature")))
    }
    return packs
  }

  /// The length of a pack that the asker may read; nil for any other.
  func readable(_ digest: [UInt8], by principal: Principal, now: Int64) throws -> Int? {
    guard let row = try db.row("SELECT number, bytes FROM pack WHERE digest = ?", [digest]) else { return nil }
    return try isReadable(row["number"], by: principal, now: now) ? row["bytes"] : nil
  }

  /// Whether the asker may hold every scope that a pack has anything of.
  private func isReadable(_ number: Int64, by principal: Principal, now: Int64) throws -> Bool {
    if try Grant.arrivalOfAll(principal, now: now, in: db) != nil { return true }
    return try !db.exists(
      """
      SELECT 1 FROM pack_scope JOIN scope ON scope.id = pack_scope.scope WHERE pack_scope.pack = ? AND NOT EXISTS (
        SELECT 1 FROM access WHERE account = ? AND access.scope = scope.name AND \(Grant.isLive)) LIMIT 1
      """, [number, principal.user, now])
  }

  /// Forgets the packs that hold anything of some scopes: something in them is not to be handed out any more.
  ///
  /// Who calls it has taken an arrival before, and so holds the relay's row: what is being packed meanwhile is either seen here, or sees what
  /// was done.
  func drop(of scopes: some Sequence<Int64>) throws {
    for scope in scopes {
      let numbers: [Int64] = try db.values("SELECT pack FROM pack_scope WHERE scope = ?", [scope])
      try drop(numbers)
    }
  }

  /// Forgets packs, and those in which one of their scopes begins or goes on: what is left of it would be of no use.
  func drop(_ numbers: some Sequence<Int64>) throws {
    var rest = Array(numbers)
    var seen = Set(rest)
    while let number = rest.popLast() {
      let others: [Int64] = try db.values(
        "SELECT DISTINCT other.pack FROM pack_scope JOIN pack_scope AS other ON other.scope = pack_scope.scope WHERE pack_scope.pack = ?",
        [number])
      for other in others where seen.insert(other).inserted { rest.append(other) }
      try db.execute("DELETE FROM pack_scope WHERE pack = ?", [number])
      try db.execute("DELETE FROM pack WHERE number = ?", [number])
    }
  }

  /// Notes packs, in their order.
  func add(_ packs: [PackDraft], now: Int64) throws {
    var number: Int64 = try db.value("SELECT coalesce(max(number), 0) FROM pack") ?? 0
    for draft in packs {
      number += 1
      try db.execute(
        "INSERT INTO pack(number, digest, bytes, signature, made_ms) VALUES (?, ?, ?, ?, ?)",
        [number, draft.pack.digest, draft.pack.bytes, draft.pack.signature, now])
      try db.insert(
        into: "pack_scope", ["scope", "pack", "head"], draft.heads.sorted { $0.key < $1.key }.map { [$0.key, number, $0.value] })
    }
  }

  /// How much has been left out of the log and rejected in all: another number than before says that what was read since may hold some of it.
  func effectless() throws -> Int64 {
    try db.value("SELECT (SELECT count(*) FROM omitted) + (SELECT count(*) FROM rejection)") ?? 0
  }
}

/// A pack that is written and not noted yet.
struct PackDraft {
  let pack: Pack
  /// Its scopes, and how many changesets of each had been placed when it was read.
  let heads: [Int64: Int64]
}
