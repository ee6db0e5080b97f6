/// Finds the names among many that may be of one enterprise, without comparing each with each.
///
/// One change of a character touches two pairs of neighbours. So of two names that are k changes apart each has at most 2k pairs that the
/// other lacks, and they share one of the 2k + 1 pairs that are the rarest in either: only names that do are compared.
struct NearNames {
  /// Two neighbouring characters of a name, or one at its beginning or end.
  private struct Neighbours: Hashable {
    let first: Unicode.Scalar?
    let second: Unicode.Scalar?

    /// What decides between two that are as rare as each other.
    var order: UInt64 { UInt64(first?.value ?? 0) << 32 | UInt64(second?.value ?? 0) }
  }

  private let names: [[Unicode.Scalar]]

  /// - Parameter names: the names as ``NameLikeness/core(_:)`` gives them.
  init(_ names: [[Unicode.Scalar]]) {
    self.names = names
  }

  /// Hands over each two names that are near each other and not the same, by their places in the list, the earlier place first.
  func each(_ body: (Int, Int) -> Void) {
    let neighbours = names.map { name in
      Set(zip([nil] + name, name + [nil]).map { Neighbours(first: $0, second: $1) })
    }
    var counts: [Neighbours: Int] = [:]
    for pair in neighbours.joined() { counts[pair, default: 0] += 1 }

    var holders: [Neighbours: [Int]] = [:]
    // With which name a name was compared last.
    var compared = [Int](repeating: -1, count: names.count)
    for (at, name) in names.enumerated() where name.count >= NameLikeness.shortest {
      let rarest = neighbours[at].sorted { (counts[$0] ?? 0, $0.order) < (counts[$1] ?? 0, $1.order) }
        .prefix(2 * NameLikeness.changesAllowed(name.count) + 1)
      for pair in rarest {
        for other in holders[pair] ?? [] where compared[other] != at {
          compared[other] = at
          if names[other] != name, NameLikeness.isNear(names[other], name) { body(other, at) }
        }
        holders[pair, default: []].append(at)
      }
    }
  }
}
