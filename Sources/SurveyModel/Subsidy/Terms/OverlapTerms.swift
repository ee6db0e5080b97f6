/// 就高不重复 (R0): where another policy pays for the same item, the higher of the two and never the sum.
public struct OverlapTerms: SubsidyTerms {
  struct Claim: SubsidyClaim {
    let items: [Item]
  }

  /// One expense, for which two policies may pay.
  struct Item: Sendable {
    let name: String
    let pilotFen: [Int]
    let otherFen: [Int]
    let otherPaidFen: [Int]?
  }

  private static let parts = [
    ClaimField("item", .text, "费用条目(发票或合同行)", "the expense: an invoice's or a contract's line", example: #""发票 001""#),
    ClaimField("pilotFen", .amounts, "本方案金额", "by this plan", example: "10000000"),
    ClaimField("otherFen", .amounts, "其他政策金额", "by the other policy", example: "6000000"),
    ClaimField("otherPaidFen", .amounts, "其他政策已先拨付", "paid first by the other policy", required: false, example: "6000000"),
  ]

  var fields: [ClaimField] {
    let example = "[{\(Self.parts.map { "\"\($0.key)\":\($0.example)" }.joined(separator: ","))}]"
    return [ClaimField("items", .list, "重复的条目", "the items", example: example, parts: Self.parts)]
  }

  var figures: [NamedFigure] { [] }

  func claim(from reader: inout ClaimReader) -> Claim {
    Claim(
      items: reader.list("items", parts: Self.parts) { part in
        Item(
          name: part.text("item"), pilotFen: part.amounts("pilotFen"), otherFen: part.amounts("otherFen"),
          otherPaidFen: part.has("otherPaidFen") ? part.amounts("otherPaidFen") : nil)
      })
  }

  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError) {
    var items: [SubsidyResult.ItemAmounts] = []
    var (total, difference, excess) = (0, 0, 0)
    var seen: Set<String> = []
    for (at, item) in claim.items.enumerated() {
      guard seen.insert(item.name).inserted else { throw SurveyError(.valueRepeated, ["path": "items.\(at).item", "value": item.name]) }
      let amounts = try amounts(of: item, at: "items.\(at)", &result)
      total = try SubsidyResult.checked(total.addingReportingOverflow(amounts.payableFen), key: "items")
      excess = try SubsidyResult.checked(excess.addingReportingOverflow(amounts.excessFen), key: "items")
      // No more than the total, which fits.
      difference += amounts.differenceFen ?? 0
      items.append(amounts)
    }
    result.totalFen = total
    result.items = items
    result.excessFen = excess
    if items.contains(where: { $0.differenceFen != nil }) { result.differenceFen = difference }
    if items.count > 1 {
      result.step("最高金额(各条目合计) = \(Money.grouped(fen: total))", "ceiling (all items) = \(Money.grouped(fen: total))")
    }
  }

  private func amounts(of item: Item, at path: String, _ result: inout SubsidyResult) throws(SurveyError) -> SubsidyResult.ItemAmounts {
    let named = BilingualText(verbatim: item.name)
    func name(_ key: String) -> BilingualText {
      let part = Self.parts.first { $0.key == key }?.name ?? named
      return BilingualText("\(item.name) \(part.zh)", "\(item.name) \(part.en)")
    }
    let pilot = try result.sum(item.pilotFen, name("pilotFen"), key: "\(path).pilotFen")
    let other = try result.sum(item.otherFen, name("otherFen"), key: "\(path).otherFen")
    let payable = max(pilot, other)
    let money = (pilot: Money.grouped(fen: pilot), other: Money.grouped(fen: other))
    let step = "\(item.name) = max(\(money.pilot), \(money.other)) = \(Money.grouped(fen: payable))"
    result.step(step, step)
    if pilot > 0, other > 0 { result.raise(.overlap, named) }
    guard let amounts = item.otherPaidFen else { return .init(item: item.name, payableFen: payable, differenceFen: nil, excessFen: 0) }
    let paid = try result.sum(amounts, name("otherPaidFen"), key: "\(path).otherPaidFen")
    let (difference, excess) = (max(0, pilot - paid), max(0, paid - payable))
    let end = "max(0, \(money.pilot) − \(Money.grouped(fen: paid))) = \(Money.grouped(fen: difference))"
    result.step("\(item.name) 差额 = \(end)", "\(item.name) difference = \(end)")
    if paid > 0 { result.raise(.paidElsewhere, named) }
    if excess > 0 { result.raise(.paidBeyondHighest, BilingualText(verbatim: "\(item.name), \(Money.grouped(fen: excess))")) }
    return .init(item: item.name, payableFen: payable, differenceFen: difference, excessFen: excess)
  }

  func check(_ checker: inout PolicyChecker) {}
}
