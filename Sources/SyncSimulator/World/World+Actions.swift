import GRDB
import SyncCore
import SyncKit
import SyncRelay

extension World {
  /// Takes one step. What has no meaning in this world as it is now does nothing.
  func take(_ action: Action) throws {
    switch action {
    case .write(let at, let rows):
      guard let device = device(at) else { return }
      try write(device, try rows.filter { isHere($0.row, device) }.map { ($0, try look(device, $0.row)) })
    case .open(let form, let at, let row, let asText):
      guard let device = device(at), isHere(row, device) else { return }
      forms[form] = Form(at: at, sight: try look(device, row, asText: asText))
    case .save(let number, let write):
      guard let form = forms.removeValue(forKey: number), let device = device(form.at) else { return }
      coverage.note("saved late", device.applied[scope(form.sight.id)] == nil ? 0 : 1)
      try self.write(device, [(write, form.sight)])
    case .settle(let at, let choice):
      if let device = device(at) { try settle(device, choice: choice) }
    case .sync(let at, let line):
      if let device = device(at) { try sync(device, line) }
    case .meet(let at, let with, let line):
      if at != with, let device = device(at), let other = self.device(with) { try meet(device, other, line) }
    case .carry(let from, let to, let choice):
      if let from = device(from), let to = device(to) { try carry(from: from, to: to, choice: choice) }
    case .export(let bundle, let at):
      if let device = device(at) { try export(bundle, device) }
    case .importing(let bundle, let at, let cut, let altered):
      if let device = device(at) { try importBundle(bundle, device, cut: cut, altered: altered) }
    case .late(let number): try arriveLate(number)
    case .crash(let at, let write):
      if let device = device(at) { try breakOff(device, write, losingPower: true) }
    case .takeBack(let at, let write):
      if let device = device(at) { try breakOff(device, write, losingPower: false) }
    case .reopen(let at):
      guard let device = device(at) else { return }
      try device.reopen()
      try check(device)
    case .otherProcess(let at):
      guard let device = device(at) else { return }
      try device.changeProcess()
      try check(device)
    case .upgrade(let at):
      guard let device = device(at) else { return }
      try device.reopen(version: FieldTable.newest)
      try check(device)
    case .clock(let at, let fault): device(at)?.clock.set(fault)
    case .withdraw(let at, let scope):
      guard let device = device(at), scopes.indices.contains(scope) else { return }
      try relay?.relay.revoke(user: device.user, scope: .one(scopes[scope]))
      withdrawn.insert(Withdrawal(user: device.user, scope: scopes[scope]))
    case .grant(let at, let scope):
      guard let device = device(at), scopes.indices.contains(scope) else { return }
      try grant(device, scopes[scope])
    case .revoke(let at):
      if let device = device(at) { try revoke(device) }
    case .enrol(let at):
      if let device = device(at) { try enrol(device) }
    case .silence(let days):
      for device in devices { device.clock.pass(Int64(days) * 86_400_000) }
      relay?.pass(Int64(days) * 86_400_000)
    case .calm:
      for _ in 0..<2 {
        for device in devices { try sync(device, Line(batchBytes: Limits.batchBytes)) }
      }
      for device in devices {
        for scope in scopes { try compareDigest(device, scope) }
      }
    case .clone(let at, let number):
      if let device = device(at) { try clone(device, as: number) }
    case .backUpDevice(let at): try device(at)?.backUp()
    case .restoreDevice(let at):
      guard let device = device(at), device.hasBackup else { return }
      try device.restoreBackup()
      forms = forms.filter { $0.value.at != at }
      try check(device)
    case .compact(let at, let isCut):
      if let device = device(at) { try compact(device, isCut: isCut) }
    case .crashRelay: try relay?.crash()
    case .backUpRelay: try relay?.backUp()
    case .restoreRelay:
      guard let relay, relay.hasBackup else { return }
      try relay.restore()
      isRelaySetBack = true
      // The backup has the grants and the enrolments of its day.
      for device in devices {
        try grantWhatIsMissing(device)
        if revoked.contains(device.number) { try revoke(device) } else if try !relay.isEnrolled(device) { try enrol(device) }
      }
    }
  }

  /// Whether a device's version of the application has the row's table, and the world has the row.
  private func isHere(_ id: RowID, _ device: SimulatedReplica) -> Bool {
    references[id.scope < scopes.count ? reference(id) : RowReference(scope: FieldTable.officeScope, table: "", key: [])] == id
      && device.known.contains { $0.place == id.table }
  }

  func grant(_ device: SimulatedReplica, _ scope: ScopeID) throws {
    try relay?.relay.grant(user: device.user, scope: .one(scope))
    withdrawn.remove(Withdrawal(user: device.user, scope: scope))
  }

  /// Grants a device all that it has no grant of. A scope that is granted anew is told anew: with a grant of everything, what an exchange
  /// should have remembered and has not would come right by itself.
  func grantWhatIsMissing(_ device: SimulatedReplica) throws {
    guard let relay else { return }
    let granted = Set(try relay.relay.grants(of: device.user).map(\.scope))
    for scope in scopes {
      if granted.contains(.one(scope)) { withdrawn.remove(Withdrawal(user: device.user, scope: scope)) } else { try grant(device, scope) }
    }
  }

  /// The copies of a device are one device to the relay.
  private func copies(_ device: SimulatedReplica) throws -> [SimulatedReplica] {
    let site = try device.replica.site
    return try devices.filter { other in
      let site = (site, try other.replica.site)
      return site.0.deviceHigh == site.1.deviceHigh && site.0.deviceLow == site.1.deviceLow
    }
  }

  private func revoke(_ device: SimulatedReplica) throws {
    guard let relay else { return }
    try relay.revoke(device)
    revoked.formUnion(try copies(device).map(\.number))
  }

  func enrol(_ device: SimulatedReplica) throws {
    guard let relay else { return }
    try relay.enrol(device)
    revoked.subtract(try copies(device).map(\.number))
  }

  /// A transaction does not come to its end: nothing of it may be there afterwards.
  private func breakOff(_ device: SimulatedReplica, _ write: RowWrite, losingPower: Bool) throws {
    guard isHere(write.row, device) else { return }
    let sight = try look(device, write.row)
    do {
      try device.replica.write { db in
        try run(db, write, sight, device)
        if losingPower { try device.losePower() }
        throw WorldError("broken off")
      }
    } catch is WorldError {
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      // A declared rule was there first.
    }
    if device.hasCrashed { try device.restart() }
    try note(device) { _, _, _ in [] }
    try check(device)
  }
}
