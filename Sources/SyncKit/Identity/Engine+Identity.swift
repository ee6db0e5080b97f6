import SyncCore

extension Connection {
  /// Reads who the replica is: its site is stored, since another process may have given it a new life.
  func site() throws -> SiteID {
    guard case .blob(let device)? = try meta("device"), case .integer(let life)? = try meta("incarnation"),
      let incarnation = UInt32(exactly: life), let site = SiteID(device: device, incarnation: incarnation)
    else { throw SyncKitError(.damaged, ["meta": "device"]) }
    return site
  }

  /// A setting of the replica's.
  func meta(_ name: String) throws -> Value? {
    let find = try statement(fixed: "SELECT value FROM synckit_meta WHERE name = ?1")
    find.bind(1, name)
    defer { find.reset() }
    return try find.step() ? find.value(0) : nil
  }

  func setMeta(_ name: String, _ value: Value) throws {
    let put = try statement(fixed: "INSERT OR REPLACE INTO synckit_meta VALUES(?1, ?2)")
    put.bind(1, name)
    put.bind(2, value)
    try put.run()
  }
}

extension Engine {
  /// Begins a new life: what is written from now on can be taken for nothing that another copy of this replica has written.
  func beginLife() throws {
    let current = site
    var life = current.incarnation
    while life == current.incarnation || life < 2 {
      life = random(4).reduce(0) { $0 << 8 | UInt32($1) } & (SiteID.leastDerivedIncarnation - 1)
    }
    try connection.setMeta("incarnation", .integer(Int64(life)))
    try reloadSite()
    forgetHeads()
  }

  /// What is told by a changeset that bears this replica's own name and is not here: a copy of this replica has written it, or this one was
  /// restored from a backup. Whichever it is, this replica must not go on under that name.
  func noteOwnWriteFromElsewhere(_ header: ChangesetHeader) throws {
    guard header.dot.site == site, try !isComingBack(header) else { return }
    try beginLife()
    try record(.wentBack, scope: try catalog.number(of: header.scope))
  }
}
