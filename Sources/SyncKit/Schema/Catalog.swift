import SyncCore

/// The replica's own small numbers for sites, scopes, tables and columns, so that no name is stored twice.
///
/// Numbers are given in the transaction that first needs them and never change; the names in memory are dropped when a transaction
/// is rolled back, since its numbers went with it.
final class Catalog {
  private let connection: Connection
  private var siteNumbers: [SiteID: UInt32] = [:]
  private var sites: [UInt32: SiteID] = [:]
  private var scopeNumbers: [ScopeID: UInt32] = [:]
  private var scopes: [UInt32: ScopeID] = [:]
  private var tableNumbers: [String: UInt32] = [:]
  private var tables: [UInt32: String] = [:]
  private var columnNumbers: [UInt32: [String: UInt32]] = [:]
  private var columns: [UInt32: [UInt32: String]] = [:]
  private var columnCounts: [UInt32: Int] = [:]

  init(_ connection: Connection) { self.connection = connection }

  /// Lets go of what another process may change before the next transaction.
  func endTransaction() { if !columnCounts.isEmpty { columnCounts.removeAll(keepingCapacity: true) } }

  func forget() {
    endTransaction()
    (siteNumbers, sites, scopeNumbers, scopes) = ([:], [:], [:], [:])
    (tableNumbers, tables, columnNumbers, columns) = ([:], [:], [:], [:])
  }

  func number(of site: SiteID) throws -> UInt32 {
    if let known = siteNumbers[site] { return known }
    let number = try intern("SELECT id FROM synckit_site WHERE site = ?1", "INSERT INTO synckit_site(site) VALUES(?1) RETURNING id") {
      $0.bind(1, blob: site.bytes)
    }
    siteNumbers[site] = number
    sites[number] = site
    return number
  }

  /// The number of a site; nil when the replica has never heard of it.
  func known(_ site: SiteID) throws -> UInt32? {
    if let known = siteNumbers[site] { return known }
    let find = try connection.statement("SELECT id FROM synckit_site WHERE site = ?1")
    find.bind(1, blob: site.bytes)
    defer { find.reset() }
    guard try find.step() else { return nil }
    let number = UInt32(find.int(0))
    siteNumbers[site] = number
    sites[number] = site
    return number
  }

  func site(_ number: UInt32) throws -> SiteID {
    if let known = sites[number] { return known }
    let find = try connection.statement("SELECT site FROM synckit_site WHERE id = ?1")
    find.bind(1, number)
    guard try find.step(), let site = SiteID(bytes: find.bytes(0)) else { throw SyncKitError(.damaged, ["site": String(number)]) }
    find.reset()
    sites[number] = site
    siteNumbers[site] = number
    return site
  }

  /// The number of a scope; nil when the replica has never heard of it.
  func known(_ scope: ScopeID) throws -> UInt32? {
    if let known = scopeNumbers[scope] { return known }
    let find = try connection.statement("SELECT id FROM synckit_scope WHERE name = ?1")
    find.bind(1, scope.name)
    guard try find.step() else { return nil }
    let number = UInt32(find.int(0))
    find.reset()
    scopeNumbers[scope] = number
    scopes[number] = scope
    return number
  }

  func number(of scope: ScopeID) throws -> UInt32 {
    if let known = try known(scope) { return known }
    let make = try connection.statement("INSERT INTO synckit_scope(name) VALUES(?1) RETURNING id")
    make.bind(1, scope.name)
    guard try make.step() else { throw SyncKitError(.damaged, ["scope": scope.name]) }
    let number = UInt32(make.int(0))
    try make.run()
    scopeNumbers[scope] = number
    scopes[number] = scope
    return number
  }

  func scope(_ number: UInt32) throws -> ScopeID {
    if let known = scopes[number] { return known }
    let find = try connection.statement("SELECT name FROM synckit_scope WHERE id = ?1")
    find.bind(1, number)
    guard try find.step(), let scope = ScopeID(find.string(0)) else { throw SyncKitError(.damaged, ["scope": String(number)]) }
    find.reset()
    scopes[number] = scope
    scopeNumbers[scope] = number
    return scope
  }

  /// Every scope the replica has heard of, in the order of their names.
  func allScopes() throws -> [(number: UInt32, scope: ScopeID)] {
    let all = try connection.statement("SELECT id, name FROM synckit_scope ORDER BY name")
    var out: [(number: UInt32, scope: ScopeID)] = []
    while try all.step() { if let scope = ScopeID(all.string(1)) { out.append((UInt32(all.int(0)), scope)) } }
    return out
  }

  func number(ofTable name: String) throws -> UInt32 {
    if let known = tableNumbers[name] { return known }
    let number = try intern("SELECT id FROM synckit_table WHERE name = ?1", "INSERT INTO synckit_table(name) VALUES(?1) RETURNING id") {
      $0.bind(1, name)
    }
    tableNumbers[name] = number
    tables[number] = name
    return number
  }

  func table(_ number: UInt32) throws -> String {
    if let known = tables[number] { return known }
    let find = try connection.statement("SELECT name FROM synckit_table WHERE id = ?1")
    find.bind(1, number)
    guard try find.step() else { throw SyncKitError(.damaged, ["table": String(number)]) }
    let name = find.string(0)
    find.reset()
    tables[number] = name
    tableNumbers[name] = number
    return name
  }

  func number(ofColumn name: String, in table: UInt32) throws -> UInt32 {
    if let known = columnNumbers[table]?[name] { return known }
    let number = try intern(
      "SELECT id FROM synckit_column WHERE tab = ?2 AND name = ?1",
      "INSERT INTO synckit_column(tab, id, name) VALUES(?2, (SELECT coalesce(max(id), 0) + 1 FROM synckit_column WHERE tab = ?2), ?1) RETURNING id"
    ) {
      $0.bind(1, name)
      $0.bind(2, table)
    }
    columnNumbers[table, default: [:]][name] = number
    columnCounts[table] = nil
    columns[table, default: [:]][number] = name
    return number
  }

  func column(_ number: UInt32, in table: UInt32) throws -> String {
    if let known = columns[table]?[number] { return known }
    let find = try connection.statement("SELECT name FROM synckit_column WHERE tab = ?1 AND id = ?2")
    find.bind(1, table)
    find.bind(2, number)
    guard try find.step() else { throw SyncKitError(.damaged, ["column": String(number)]) }
    let name = find.string(0)
    find.reset()
    columns[table, default: [:]][number] = name
    return name
  }

  /// How many columns of a table have been heard of, those among them that this version of the application does not have.
  func columnCount(of table: UInt32) throws -> Int {
    if let known = columnCounts[table] { return known }
    let count = try connection.statement("SELECT count(*) FROM synckit_column WHERE tab = ?1")
    count.bind(1, table)
    defer { count.reset() }
    let found = try count.step() ? Int(count.int(0)) : 0
    columnCounts[table] = found
    return found
  }

  private func intern(_ find: String, _ make: String, _ bind: (Statement) -> Void) throws -> UInt32 {
    let finder = try connection.statement(find)
    bind(finder)
    if try finder.step() {
      defer { finder.reset() }
      return UInt32(finder.int(0))
    }
    let maker = try connection.statement(make)
    bind(maker)
    guard try maker.step() else { throw SyncKitError(.damaged, ["catalogue": find]) }
    let number = UInt32(maker.int(0))
    try maker.run()
    return number
  }
}
