/// How often things have happened: what never happens is not tested.
public struct Coverage: Sendable {
  public private(set) var counts: [String: Int] = [:]

  mutating func note(_ name: String, _ times: Int = 1) { if times > 0 { counts[name, default: 0] += times } }

  public mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }
}
