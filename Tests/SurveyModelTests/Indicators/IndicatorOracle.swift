/// Facts of some enterprises, and what the indicators come to by plain counting: it shares no code and no SQL with the product.
struct IndicatorOracle {
  struct Event {
    let enterprise: Int
    let day: String
  }

  struct Acceptance {
    let id: String
    let enterprise: Int
    let day: String
    let verdict: String
    let level: Int?
    let supersedes: String?
  }

  struct Span {
    let enterprise: Int
    let kind: String
    let from: String
    let to: String?
  }

  var sectors: [String?] = []
  /// Enterprise and year to the register's word.
  var scale: [Int: [Int: Bool]] = [:]
  var selected: [Event] = []
  var standings: [Span] = []
  var tiers: [Span] = []
  var acceptances: [Acceptance] = []
  /// Retired enterprise to the one that stands for it.
  var aliases: [Int: Int] = [:]
  var workshops: [Event] = []
  var cloud: [Event] = []

  private struct Period {
    let name: String
    let year: Int
    let first: String
    let last: String
  }

  private static let periods = [
    Period(name: "Y1", year: 2024, first: "2023-09-01", last: "2024-12-31"),
    Period(name: "Y2", year: 2025, first: "2025-01-01", last: "2025-12-31"),
  ]

  private func firm(_ enterprise: Int) -> Int {
    var at = enterprise
    while let next = aliases[at] { at = next }
    return at
  }

  private func period(_ day: String) -> Period? {
    Self.periods.first { $0.first <= day && day <= $0.last }
  }

  private func isPilot(_ firm: Int) -> Bool {
    ["electronicDevices", "powerEquipment", "medical"].contains(sectors[firm]) && aliases[firm] == nil
  }

  /// A firm's own record first, then that of those merged into it.
  private func scale(_ firm: Int, by year: Int) -> Bool? {
    func latest(_ facts: [(Int, Bool)]) -> [(Int, Bool)] {
      let years = facts.filter { $0.0 <= year }
      guard let last = years.map(\.0).max() else { return [] }
      return years.filter { $0.0 == last }
    }
    if let own = latest((scale[firm] ?? [:]).map { ($0.key, $0.value) }).first { return own.1 }
    let others = sectors.indices.filter { $0 != firm && self.firm($0) == firm }
    return latest(others.flatMap { other in (scale[other] ?? [:]).map { ($0.key, $0.value) } }).first?.1
  }

  private func struck(_ asOf: String) -> Set<Int> {
    Set(
      standings.filter { ["removed", "withdrawn"].contains($0.kind) && $0.from <= asOf && ($0.to.map { $0 > asOf } ?? true) }
        .map { firm($0.enterprise) })
  }

  private func firsts(_ events: [Event]) -> [Int: String] {
    Dictionary(grouping: events) { firm($0.enterprise) }.compactMapValues { $0.map(\.day).min() }
  }

  /// The indicators by identifier and period; what is nothing is left out.
  func figures(asOf: String) -> [String: [String: Int]] {
    var figures: [String: [String: Int]] = [:]
    func count(_ id: String, _ period: String) { figures[id, default: [:]][period, default: 0] += 1 }
    let off = struck(asOf)
    for (firm, day) in firsts(selected.filter { $0.day <= asOf }) {
      guard isPilot(firm), !off.contains(firm), let period = self.period(day) else { continue }
      count("K01", period.name)
      if let isAbove = scale(firm, by: period.year) { count(isAbove ? "K02" : "K04", period.name) }
      let judged = min(period.last, asOf)
      let ladder: Set = ["innovative", "specialised", "littleGiant", "champion"]
      if tiers.contains(where: {
        self.firm($0.enterprise) == firm && ladder.contains($0.kind) && $0.from <= judged && ($0.to.map { $0 >= judged } ?? true)
      }) {
        count("K05", period.name)
      }
    }
    let standing = acceptances.filter { acceptance in
      acceptance.verdict == "passed" && acceptance.day <= asOf
        && !acceptances.contains { $0.supersedes == acceptance.id && $0.enterprise == acceptance.enterprise && $0.day <= asOf }
    }
    let reached = firsts(standing.filter { ($0.level ?? 0) >= 2 }.map { Event(enterprise: $0.enterprise, day: $0.day) })
    for (firm, day) in reached {
      guard isPilot(firm), !off.contains(firm), let period = self.period(day), let isAbove = scale(firm, by: period.year) else { continue }
      count(isAbove ? "K10" : "K12", period.name)
    }
    let fourth = standing.filter { $0.level == 4 }.map { Event(enterprise: $0.enterprise, day: $0.day) }
    for (_, day) in firsts((workshops + fourth).filter { $0.day <= asOf }) {
      if let period = self.period(day) { count("K09", period.name) }
    }
    for (_, day) in firsts(cloud) where day <= asOf {
      if let period = self.period(day) { count("K06", period.name) }
    }
    return figures
  }
}
