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
    let edition: String?
    let supersedes: String?
  }

  /// A result of the programme, with its mode where one was given.
  struct Mode {
    let mode: String?
    let title: String
    let day: String
  }

  /// What an enterprise brought: how much of a kind.
  struct Achievement {
    let enterprise: Int
    let kind: String
    let count: Int?
    let day: String
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
  var achievements: [Achievement] = []
  var modes: [Mode] = []
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
    let rated = standing.filter { $0.edition == "2024" }
    let reached = firsts(rated.filter { ($0.level ?? 0) >= 2 }.map { Event(enterprise: $0.enterprise, day: $0.day) })
    for (firm, day) in reached {
      guard isPilot(firm), !off.contains(firm), let period = self.period(day), let isAbove = scale(firm, by: period.year) else { continue }
      count(isAbove ? "K10" : "K12", period.name)
    }
    func countFirsts(_ id: String, _ events: [Event]) {
      for (firm, day) in firsts(events) where day <= asOf && !off.contains(firm) {
        if let period = self.period(day) { count(id, period.name) }
      }
    }
    countFirsts("K06", cloud)
    let brought = achievements.filter { $0.day <= asOf && !off.contains(self.firm($0.enterprise)) }
    let fourth = rated.filter { $0.level == 4 }.map { Event(enterprise: $0.enterprise, day: $0.day) }
    let plants = brought.filter { ["digitalWorkshop", "smartFactory"].contains($0.kind) }
    countFirsts("K09", plants.map { Event(enterprise: $0.enterprise, day: $0.day) } + fourth)
    for (id, tier) in ["K18": "innovative", "K19": "specialised", "K20": "littleGiant"] {
      countFirsts(id, tiers.filter { $0.kind == tier }.map { Event(enterprise: $0.enterprise, day: $0.from) })
    }
    for achievement in brought where achievement.kind == "intellectualProperty" {
      if let period = self.period(achievement.day) { figures["K21", default: [:]][period.name, default: 0] += achievement.count ?? 1 }
    }
    figures["K26"] = ["total": Set(brought.filter { $0.kind == "benchmark" }.map { self.firm($0.enterprise) }).count]
    figures["K27"] = ["total": brought.filter { $0.kind == "industrialApp" }.reduce(0) { $0 + ($1.count ?? 1) }]
    let known: Set = ["technology", "supplyChain", "platform", "ecosystem", "green"]
    let named = modes.filter { $0.day <= asOf }.map { (known.contains($0.mode ?? "") ? $0.mode ?? "" : "called " + $0.title, $0.day) }
    for days in Dictionary(grouping: named, by: \.0).values {
      if let day = days.map(\.1).min(), let period = self.period(day) { count("K14", period.name) }
    }
    return figures
  }
}
