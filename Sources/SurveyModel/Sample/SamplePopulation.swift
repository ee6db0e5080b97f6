/// The enterprises of a data set.
enum SamplePopulation {
  static func draw(_ writer: SampleWriter, others: Int) -> [SampleEnterprise] {
    var parts: [(isAbove: Bool, part: SampleEnterprise.Part)] = []
    for (batch, counts) in SampleFigures.batches.sorted(by: { $0.key < $1.key }) {
      parts += Array(repeating: (true, .batch(batch)), count: counts.above) + Array(repeating: (false, .batch(batch)), count: counts.below)
    }
    let listed = parts.count
    // All of those above scale applied; of the others as many as make the number of the papers.
    let aboveLeft = SampleFigures.aboveScale - parts.count { $0.isAbove }
    let belowApplied = SampleFigures.applied - listed - aboveLeft
    parts += Array(repeating: (true, .applied), count: aboveLeft) + Array(repeating: (false, .applied), count: belowApplied)
    let belowLeft = SampleFigures.belowScale - parts.count { !$0.isAbove }
    parts += Array(repeating: (false, .none), count: belowLeft)
    parts.shuffle(using: &writer.source)

    var names: Set<String> = []
    var all = parts.map { part in
      let draw = writer.source.number(1...100)
      let sector: SubSector = draw <= 45 ? .electronicDevices : draw <= 75 ? .powerEquipment : .medical
      return enterprise(sector, isAbove: part.isAbove, part.part, &names, writer)
    }
    for at in all.indices where all[at].isAboveScale { all[at].isDiagnosed = true }
    let elsewhere = SampleFigures.diagnosed - SampleFigures.aboveScale
    for _ in 0..<(elsewhere + others) {
      let sector = writer.source.pick([SubSector.aircraftMaintenance, .apparelFood, .other, .other, .other])
      var found = enterprise(sector, isAbove: true, .none, &names, writer)
      found.isDiagnosed = true
      all.append(found)
    }
    for batch in [1, 2] { fate(of: batch, &all, writer) }
    return all
  }

  /// Who of a batch is innovative, has a workshop, and what level each will reach.
  private static func fate(of batch: Int, _ all: inout [SampleEnterprise], _ writer: SampleWriter) {
    let members = all.indices.filter { all[$0].batch == batch }
    for at in writer.source.some(SampleFigures.innovative[batch] ?? 0, of: members) { all[at].isInnovative = true }
    let order = members.shuffled(using: &writer.source)
    let levels = SampleFigures.levels[batch] ?? (0, 0)
    for at in order.prefix(levels.four) { all[at].level = 4 }
    for at in order.dropFirst(levels.four).prefix(levels.three) { all[at].level = 3 }
    for at in order.suffix(SampleFigures.workshops[batch] ?? 0) { all[at].hasWorkshop = true }
  }

  private static func enterprise(
    _ sector: SubSector, isAbove: Bool, _ part: SampleEnterprise.Part, _ names: inout Set<String>, _ writer: SampleWriter
  ) -> SampleEnterprise {
    let trade = SampleWords.trade(sector, &writer.source)
    var name = ""
    repeat {
      let brand = String(writer.source.pick(SampleWords.brands)) + String(writer.source.pick(SampleWords.brands))
      // Once short names are used up, longer ones are taken.
      let third = names.count > 1200 ? String(writer.source.pick(SampleWords.brands)) : ""
      name = "\(SampleWords.mark)\(brand)\(third)\(trade.trade)有限公司"
    } while !names.insert(name).inserted
    let recorded = writer.source.day("2023-09-04", "2023-12-20")
    let revenueFen = writer.source.skewed(isAbove ? 2100...38_000 : 120...1900) * 1_000_000
    return SampleEnterprise(
      id: writer.id(recorded), name: name, code: code(names.count), sector: sector, isAboveScale: isAbove, part: part,
      district: writer.source.pick(District.allCases), trade: trade, recorded: recorded,
      employees: writer.source.skewed(isAbove ? 40...900 : 6...180), revenueFen: revenueFen, contact: SampleWords.person(&writer.source))
  }

  /// A code that passes both checks and that no register has given: its body begins with MAX.
  static func code(_ number: Int) -> String {
    let digits = String(10_000 + number % 10_000).dropFirst()
    // The parts are well-formed by construction.
    return (try? CreditCode.fictitious(division: "350200", organisation: "MA" + ["XY", "XW", "XU"][number / 10_000 % 3] + digits)) ?? ""
  }
}
