import GRDB

/// What all share in a data set: providers, solutions, leaders, platforms, agencies, and what the programme as a whole brought.
final class SampleCatalogue {
  private let writer: SampleWriter
  private(set) var providers: [String] = []
  private(set) var solutions: [String] = []
  private(set) var leaders: [String] = []
  private(set) var platforms: [String] = []
  private(set) var agency = ""
  private var academy = ""

  init(_ writer: SampleWriter) { self.writer = writer }

  func write(_ db: Database) throws {
    try writeProviders(db)
    try writeSolutions(db)
    try writeOthers(db)
    try writeResults(db)
  }

  private func writeProviders(_ db: Database) throws {
    var number = 9000
    for (batch, count) in SampleFigures.providers.sorted(by: { $0.key < $1.key }) {
      for at in 1...count {
        number += 1
        let day = batch == 1 ? writer.source.day("2024-01-10", "2024-06-28") : writer.source.day("2025-01-15", "2025-06-20")
        let id = writer.id(day)
        let kind: ProviderKind = batch == 1 && at <= 4 ? .integrator : batch == 1 && at <= 7 ? .chainLeader : .sectorProvider
        let sectors = writer.source.some(writer.source.number(1...3), of: [SubSector.electronicDevices, .powerEquipment, .medical])
        let isWritten = try writer.put(
          db, "provider", on: day,
          [
            ("id", id), ("name", "\(SampleWords.mark)\(writer.source.pick(SampleWords.brands))\(number - 9000)数字科技有限公司"),
            ("uscc", SamplePopulation.code(number)), ("kind", kind.rawValue),
            ("sub_sectors", SubSector.allCases.filter(sectors.contains).map(\.rawValue).joined(separator: ",")),
            ("contact", SampleWords.person(&writer.source)), ("selected_on", day.text), ("batch", batch),
          ])
        guard isWritten else { continue }
        providers.append(id)
        try writer.put(
          db, "provider_state", on: day,
          [
            ("id", writer.id(day)), ("provider_id", id), ("state", PoolState.inPool.rawValue), ("from_on", day.text),
            ("decided_by", "市工信局"),
          ])
      }
    }
    // One was warned for work that was not as contracted.
    if let warned = providers.first {
      let day = SampleDay("2025-03-12")
      try writer.put(
        db, "provider_state", on: day,
        [
          ("id", writer.id(day)), ("provider_id", warned), ("state", PoolState.warned.rawValue), ("from_on", day.text),
          ("reason", "现场抽查发现一个项目进度与合同不符"), ("decided_by", "市工信局"),
        ])
    }
  }

  private func writeSolutions(_ db: Database) throws {
    guard !providers.isEmpty else { return }
    // Fifteen of each year are found to be worth copying.
    let replicable = [1: 15, 2: 15]
    for number in 1...SampleFigures.solutions {
      let isFirst = number <= 180
      let day = isFirst ? writer.source.day("2024-02-01", "2024-12-20") : writer.source.day("2025-01-06", "2025-07-15")
      let place = isFirst ? number : number - 180
      let found =
        place <= (replicable[isFirst ? 1 : 2] ?? 0)
        ? writer.source.day(after: day, 5...40, notAfter: isFirst ? "2024-12-31" : "2025-12-31") : nil
      let links = writer.source.some(writer.source.number(1...2), of: BusinessLink.allCases)
      let objectives = writer.source.some(writer.source.number(1...3), of: Objective.allCases)
      let link = links[0]
      let sector = writer.source.pick([SubSector.electronicDevices, .powerEquipment, .medical])
      let id = writer.id(day)
      let isWritten = try writer.put(
        db, "solution", on: day,
        [
          ("id", id), ("provider_id", writer.source.pick(providers)), ("name", "\(sector.label.prefix(4))\(link.label)轻量应用 \(number)"),
          ("sub_sector", sector.rawValue), ("links", BusinessLink.allCases.filter(links.contains).map(\.rawValue).joined(separator: ",")),
          ("objectives", Objective.allCases.filter(objectives.contains).map(\.rawValue).joined(separator: ",")),
          ("summary", writer.source.pick(SampleWords.needs[link] ?? [""])), ("price_fen", writer.source.number(3...40) * 1_000_000),
          ("listed_on", day.text), ("replicable_on", found.flatMap { $0 <= writer.today ? $0.text : nil }),
        ])
      if isWritten { solutions.append(id) }
    }
  }

  private func writeOthers(_ db: Database) throws {
    for number in 1...SampleFigures.leaders {
      let day = writer.source.day("2024-01-20", "2024-05-30")
      let id = writer.id(day)
      leaders.append(id)
      try writer.put(
        db, "chain_leader", on: day,
        [
          ("id", id), ("name", "\(SampleWords.mark)链主\(number)号\(writer.source.pick(["光电", "电气", "医疗"]))股份有限公司"),
          ("uscc", SamplePopulation.code(9100 + number)), ("selected_on", day.text),
        ])
    }
    for number in 1...5 {
      let day = writer.source.day("2023-09-10", "2023-12-28")
      let id = writer.id(day)
      platforms.append(id)
      try writer.put(
        db, "platform", on: day,
        [
          ("id", id), ("name", "\(SampleWords.mark)工业云平台 \(number)"), ("operator", "\(SampleWords.mark)云\(number)有限公司"),
          ("registered_on", day.text), ("cross_industry", number == 1),
        ])
    }
    let day = SampleDay("2024-05-20")
    for (name, kind) in [
      ("验收评测中心", AgencyKind.acceptance), ("诊断服务中心", .diagnosis), ("数字化人才培训学院", .training),
    ] {
      let id = writer.id(day)
      if kind == .acceptance { agency = id }
      if kind == .training { academy = id }
      try writer.put(
        db, "agency", on: day,
        [
          ("id", id), ("name", SampleWords.mark + name), ("kind", kind.rawValue), ("domains", ServiceDomain.digitalisation.rawValue),
          ("recognised_on", day.text),
        ])
    }
    for number in 1...24 {
      let day = writer.source.day("2024-03-01", "2025-11-28")
      try writer.put(
        db, "event", on: day,
        [
          ("id", writer.id(day)), ("title", "数字化转型供需对接会 第 \(number) 场"), ("kind", EventKind.matching.rawValue), ("held_on", day.text),
          ("place", "数字化转型创新体验中心"),
        ])
      let course = writer.source.day("2024-03-01", "2025-11-28")
      try writer.put(
        db, "training", on: course,
        [
          ("id", writer.id(course)), ("title", "数字化人才“百人计划”第 \(number) 期"), ("agency_id", academy), ("registered", number % 6 != 0),
          ("held_on", course.text),
          ("hours", writer.source.pick([8, 16, 24])), ("attendees", writer.source.number(25...60)),
        ])
    }
  }

  private func writeResults(_ db: Database) throws {
    var results: [(ResultKind, String, ChainMode?, SampleDay)] = []
    for (at, mode) in ChainMode.allCases.enumerated() {
      results.append((.chainMode, "\(mode.label)模式", mode, writer.source.day("2025-02-01", "2025-06-30") + (at == 5 ? 120 : 0)))
    }
    results.append((.cluster, "光电显示特色产业集群", nil, SampleDay("2024-10-16")))
    results.append((.cluster, "输配电特色产业集群", nil, SampleDay("2025-05-20")))
    results.append((.cluster, "医疗器械特色产业集群", nil, SampleDay("2025-11-05")))
    for sector in [SubSector.electronicDevices, .powerEquipment, .medical] {
      results.append((.whitePaper, "\(sector.label)数字化转型白皮书", nil, writer.source.day("2025-04-01", "2025-10-30")))
    }
    for (kind, title, mode, day) in results {
      try writer.put(
        db, "programme_result", on: day,
        [("id", writer.id(day)), ("kind", kind.rawValue), ("title", title), ("mode", mode?.rawValue), ("happened_on", day.text)])
    }
  }
}
