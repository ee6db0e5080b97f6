import GRDB

/// What the population as a whole brought: achievements, tiers, titles, the use of clouds.
extension SampleCases {
  func writeAchievements(_ population: [SampleEnterprise], _ db: Database) throws {
    let listed = population.filter { $0.batch != nil }
    let years = [1: ("2024-01-08", "2024-12-27"), 2: ("2025-01-06", "2025-12-26")]
    for (kind, counts, most) in SampleFigures.achievements {
      for (year, span) in years.sorted(by: { $0.key < $1.key }) {
        var left = part(counts[year] ?? 0)
        for enterprise in writer.source.some(listed.count, of: listed) where left > 0 {
          let count = min(left, writer.source.number(1...most))
          let day = writer.source.day(span.0, span.1)
          try writer.put(
            db, "achievement", on: day,
            [
              ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("kind", kind.rawValue), ("count", count),
              ("happened_on", day.text),
              ("source", "企业申报"),
            ])
          left -= count
        }
      }
    }
    try writeTiers(population, years, db)
    try writeHonours(listed, years, db)
    let users = writer.source.some(population.count, of: population)
    var from = 0
    for (year, span) in years.sorted(by: { $0.key < $1.key }) {
      let count = part(SampleFigures.cloud[year] ?? 0)
      for enterprise in users[from..<min(from + count, users.count)] {
        let day = writer.source.day(span.0, span.1)
        try writer.put(
          db, "cloud_use", on: day,
          [
            ("enterprise_id", enterprise.id), ("platform_id", writer.source.pick(catalogue.platforms)), ("year", 2023 + year),
            ("fee_fen", writer.source.skewed(1...80) * 1_000_000), ("first_used_on", day.text),
          ])
      }
      from += count
    }
  }

  private func writeHonours(_ listed: [SampleEnterprise], _ years: [Int: (String, String)], _ db: Database) throws {
    let titles = HonourTitle.allCases.filter { $0 != .other }
    for enterprise in writer.source.some(part(SampleFigures.honours), of: listed) {
      let year = writer.source.number(1...2)
      guard let span = years[year] else { continue }
      let day = writer.source.day(span.0, span.1)
      try writer.put(
        db, "honour", on: day,
        [
          ("id", writer.id(day)), ("enterprise_id", enterprise.id), ("title", writer.source.pick(titles).rawValue), ("year", 2023 + year),
          ("project", "\(enterprise.trade.products)数字化车间"), ("source", "主管部门公告"),
        ])
    }
  }

  /// Those that climbed. New innovative ones are not on the list, so that the list's own number stays; the others climbed from there.
  private func writeTiers(_ population: [SampleEnterprise], _ years: [Int: (String, String)], _ db: Database) throws {
    var groups: [LadderTier: [SampleEnterprise]] = [
      .innovative: writer.source.some(population.count, of: population.filter { $0.batch == nil }),
      .specialised: writer.source.some(population.count, of: population.filter(\.isInnovative)),
    ]
    groups[.littleGiant] = groups[.specialised]
    for (tier, counts) in SampleFigures.newTiers {
      var candidates = (groups[tier] ?? [])[...]
      for (year, span) in years.sorted(by: { $0.key < $1.key }) {
        for enterprise in candidates.prefix(part(counts[year] ?? 0)) {
          try self.tier(tier, enterprise.id, writer.source.day(span.0, span.1), until: "2028-06-30", db)
        }
        candidates = candidates.dropFirst(part(counts[year] ?? 0))
      }
    }
  }
}
