import GRDB
import SyncCore

/// A need for transformation (改造需求), of a whole sub-sector or of one enterprise.
public struct Need: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The diagnosis that it came from, if any.
  public let diagnosisID: String?
  /// Whose need it is.
  public let scope: Stored<RequirementScope>
  /// The business link.
  public let link: Stored<BusinessLink>
  /// The objective, if one stands out.
  public let objective: Stored<Objective>?
  /// What is needed.
  public let text: String
  /// 1 is first; nil when not ranked.
  public let priority: Int?
  /// The budget in fen, a hundredth of a yuan; nil when unknown.
  public let budgetFen: Int?
  /// When it was recorded, in UTC.
  public let createdAt: String?
  /// Who recorded it.
  public let createdBy: String?
  /// What is open between several writers.
  public let contested: [Contested]
}

extension Need {
  init(_ row: Row, _ contests: Contests) {
    let id = row.string("id")
    self.init(
      id: id, enterpriseID: row.string("enterprise_id"), diagnosisID: row.text("diagnosis_id"), scope: row.requiredTerm("scope"),
      link: row.requiredTerm("link"), objective: row.term("objective"), text: row.string("text"), priority: row.integer("priority"),
      budgetFen: row.integer("budget_fen"), createdAt: row.text("created_at"), createdBy: row.text("created_by"),
      contested: contests.of("need", [.text(id)]))
  }
}

/// What a need says, to be recorded; in an edit, what is nil stays as it is.
public struct NeedDraft: Sendable {
  /// Whose need it is; ``RequirementScope/individual`` where a new one does not say.
  public var scope: RequirementScope?
  /// The business link.
  public var link: BusinessLink?
  /// The objective, if one stands out.
  public var objective: Objective?
  /// What is needed.
  public var text: String?
  /// 1 is first.
  public var priority: Int?
  /// The budget in fen, a hundredth of a yuan.
  public var budgetFen: Int?

  /// A need, or the parts of one that change.
  public init(
    scope: RequirementScope? = nil, link: BusinessLink? = nil, objective: Objective? = nil, text: String? = nil, priority: Int? = nil,
    budgetFen: Int? = nil
  ) {
    self.scope = scope
    self.link = link
    self.objective = objective
    self.text = text
    self.priority = priority
    self.budgetFen = budgetFen
  }
}

/// Money as people write it: whole fen inside, yuan or 万元 outside.
public enum Money {
  /// Reads `80000`, `80000元`, `8.5万`, `8.5万元` or `1,200.50`; full width is taken. Nil for anything else, also for less than a fen.
  public static func fen(_ text: String) -> Int? {
    var plain = text.halfWidth.trimmingSpaces.filter { $0 != "," && !$0.isWhitespace }
    var unit = 100
    if plain.hasSuffix("元") { plain.removeLast() }
    if plain.hasSuffix("万") {
      plain.removeLast()
      unit = 1_000_000
    }
    let parts = plain.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy(isDigit), fraction.utf8.allSatisfy(isDigit),
      parts.count == 1 || !fraction.isEmpty, fraction.count <= 6, let yuan = Int(whole)
    else { return nil }
    let places = fraction.count
    let scale = (0..<places).reduce(1) { power, _ in power * 10 }
    let (product, overflow) = yuan.multipliedReportingOverflow(by: unit)
    let part = (Int(fraction) ?? 0) * unit
    guard !overflow, part % scale == 0 else { return nil }
    let (sum, tooMuch) = product.addingReportingOverflow(part / scale)
    return tooMuch ? nil : sum
  }

  /// The amount in yuan, in 万元 from ten thousand on: `800元`, `8.5万元`.
  public static func text(fen: Int) -> String {
    fen.magnitude < 1_000_000 ? decimal(fen, places: 2) + "元" : decimal(fen, places: 6) + "万元"
  }

  /// The amount in yuan with a currency mark, for readers of English: `CNY 85000`.
  public static func textEn(fen: Int) -> String { "CNY " + decimal(fen, places: 2) }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func decimal(_ number: Int, places: Int) -> String {
    let scale = (0..<places).reduce(UInt(1)) { power, _ in power * 10 }
    var fraction = String(number.magnitude % scale)
    fraction = String(repeating: "0", count: places - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return (number < 0 ? "-" : "") + String(number.magnitude / scale) + (fraction.isEmpty ? "" : "." + fraction)
  }
}
