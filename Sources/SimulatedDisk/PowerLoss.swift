/// What becomes of writes that were not synced when the power fails.
package enum PowerLoss: String, CaseIterable, Sendable {
  /// None is on the disk.
  case lost
  /// The first so many are.
  case prefix
  /// Any of them are.
  case subset
  /// Any of them are, and of some only sectors.
  case torn
  /// They reached the disk in another order, as far as they did: an older one may lie over a newer.
  case reordered

  /// What a disk writes whole or not at all, in bytes.
  static let sector = 512

  /// What reaches the disk of what was not synced, in the order in which it does.
  func survivors(of pending: [DiskEvent], _ random: inout some RandomNumberGenerator) -> [DiskEvent] {
    if pending.isEmpty { return [] }
    switch self {
    case .lost: return []
    case .prefix: return Array(pending.prefix(Int.random(in: 0...pending.count, using: &random)))
    case .subset:
      let share = Double.random(in: 0...1, using: &random)
      return pending.filter { _ in Double.random(in: 0..<1, using: &random) < share }
    case .torn:
      let share = Double.random(in: 0...1, using: &random)
      return pending.flatMap { event in
        if Double.random(in: 0..<1, using: &random) < share { return [event] }
        return Bool.random(using: &random) ? sectors(of: event).filter { _ in Bool.random(using: &random) } : []
      }
    case .reordered: return Array(pending.shuffled(using: &random).prefix(Int.random(in: 0...pending.count, using: &random)))
    }
  }

  private func sectors(of event: DiskEvent) -> [DiskEvent] {
    guard case .write(let offset, let bytes) = event.kind else { return [event] }
    var out: [DiskEvent] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Self.sector - (offset + start) % Self.sector)
      out.append(
        DiskEvent(machine: event.machine, file: event.file, kind: .write(offset: offset + start, bytes: Array(bytes[start..<end]))))
      start = end
    }
    return out
  }
}
