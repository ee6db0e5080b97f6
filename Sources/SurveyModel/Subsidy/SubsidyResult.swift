/// What a rule gives for a claim: amounts in fen, each step in words, and what a person should know before anybody pays.
///
/// ``totalFen`` is the ceiling. What the authority approves of it is a decision of its own, recorded apart; ``approvable`` says between
/// which amounts it lies.
public struct SubsidyResult: Codable, Hashable, Sendable {
  /// The policy version's identifier.
  public let policy: String
  /// The rule's identifier.
  public let rule: String
  /// The day for which it was computed; nil where none was given.
  public let on: String?
  /// Who receives the money.
  public let recipient: BilingualText
  /// How sure the least sure figure behind it is, with what that means.
  public let confidence: Sureness
  /// The ceiling, in fen.
  public internal(set) var totalFen = 0
  /// Between which amounts the approved one lies.
  public internal(set) var approvable = Approvable(leastFen: 0, mostFen: 0)
  /// R8: what is paid at signing.
  public internal(set) var firstFen: Int?
  /// R8: what remains to be paid after acceptance.
  public internal(set) var restFen: Int?
  /// R0, R8, R9: what was paid, or is paid first, beyond the ceiling.
  public internal(set) var excessFen: Int?
  /// R8: by how much the first instalment that was paid exceeds what the rule gives now; nil where nothing was said of it.
  public internal(set) var overpaidFen: Int?
  /// R8: by how much it falls short of it.
  public internal(set) var underpaidFen: Int?
  /// R8: the amounts of each level that is possible, where it is in dispute.
  public internal(set) var perLevel: [LevelAmounts]?
  /// R0: what comes of each item.
  public internal(set) var items: [ItemAmounts]?
  /// R0: what this plan would pay where the other policy paid first, over all items.
  public internal(set) var differenceFen: Int?
  /// R4: what waits for a decision on whose it is.
  public internal(set) var blockedFen: Int?
  /// R7: the first consecutive months that suffice.
  public internal(set) var months: [String]?
  /// R9: what is left of the cumulative limit before this payment.
  public internal(set) var remainingFen: Int?
  /// R11: the sum of all titles, if they did add up.
  public internal(set) var stackedFen: Int?
  /// R13: whole days of training, over all people.
  public internal(set) var personDays: Int?
  /// Each step, in words; amounts are in yuan.
  public internal(set) var derivation: [BilingualText] = []
  /// Flags raised and open questions that touch the result.
  public internal(set) var notes: [SubsidyNote] = []

  /// How sure a result is.
  public struct Sureness: Codable, Hashable, Sendable {
    /// The least sure of the figures.
    public let grade: PolicyConfidence
    /// What that means for whoever uses it.
    public let text: BilingualText
  }

  /// Between which amounts the approved one lies.
  public struct Approvable: Codable, Hashable, Sendable {
    /// Nothing where the document says "up to"; else the ceiling itself.
    public let leastFen: Int
    /// The ceiling.
    public let mostFen: Int
  }

  /// The amounts of one level.
  public struct LevelAmounts: Codable, Hashable, Sendable {
    /// The level.
    public let level: Int
    /// The ceiling.
    public let totalFen: Int
    /// What remains to be paid after acceptance.
    public let restFen: Int
    /// By how much the first instalment exceeds the ceiling.
    public let excessFen: Int
  }

  /// What comes of an item for which two policies pay.
  public struct ItemAmounts: Codable, Hashable, Sendable {
    /// The item's name in the claim.
    public let item: String
    /// The higher of the two.
    public let payableFen: Int
    /// What this plan would pay where the other policy paid first; nil where nothing was said of that.
    public let differenceFen: Int?
    /// By how much the other policy paid more than the higher of the two.
    public let excessFen: Int
  }
}

// MARK: - Steps

extension SubsidyResult {
  /// Adds a step.
  mutating func step(_ zh: String, _ en: String) { derivation.append(BilingualText(zh, en)) }

  /// Raises a flag; once is enough.
  mutating func raise(_ flag: SubsidyFlag, _ detail: BilingualText? = nil) {
    let note = SubsidyNote(flag, detail)
    if !notes.contains(note) { notes.append(note) }
  }

  /// Whether a flag was raised.
  func has(_ flag: SubsidyFlag) -> Bool { notes.contains { $0.code == flag.rawValue } }

  /// Adds up amounts under one name; several make a step and a flag.
  ///
  /// Throws ``SurveyError/Code/numberNegative`` and ``SurveyError/Code/numberTooLarge`` with the key as their `path`.
  mutating func sum(_ amounts: [Int], _ name: BilingualText, key: String) throws(SurveyError) -> Int {
    var sum = 0
    for amount in amounts {
      guard amount >= 0 else { throw SurveyError(.numberNegative, ["path": key, "value": String(amount)]) }
      sum = try Self.checked(sum.addingReportingOverflow(amount), key: key)
    }
    if amounts.count > 1 {
      let terms = amounts.map(Money.grouped).joined(separator: " + ")
      step("\(name.zh) = \(terms) = \(Money.grouped(fen: sum))", "\(name.en) = \(terms) = \(Money.grouped(fen: sum))")
      raise(.amountsAdded, name)
    }
    return sum
  }

  /// A percentage of an amount up to a limit, as a step: `补贴 = min(40 % × 首付 300,000, 100,000) = 100,000`.
  mutating func share(
    _ percent: PolicyFigure, of base: (name: BilingualText, fen: Int), upTo limitFen: Int?, as name: BilingualText
  ) -> Int {
    let share = Money.share(percent.value, of: base.fen)
    let amount = min(share.fen, limitFen ?? share.fen)
    let rate = percent.value == 100 ? "" : "\(percent.value) % × "
    let limit = limitFen.map { ", \(Money.grouped(fen: $0))" }
    func formula(_ base: String, _ fen: String) -> String {
      let product = "\(rate)\(base) \(fen)"
      return limit.map { "min(\(product)\($0))" } ?? product
    }
    let fen = Money.grouped(fen: base.fen)
    let end = "= \(Money.grouped(fen: amount))"
    step("\(name.zh) = \(formula(base.name.zh, fen)) \(end)", "\(name.en) = \(formula(base.name.en, fen)) \(end)")
    if !share.isExact, amount == share.fen, limitFen.map({ share.fen < $0 }) ?? true { raise(.roundedDown) }
    return amount
  }

  /// Whether every condition that was stated holds; flags those that do not, and those that were not stated.
  mutating func meets(_ conditions: [PolicyCondition], _ stated: [String: Bool]) -> Bool {
    var isMet = true
    for condition in conditions {
      switch stated[condition.key] {
      case true?: break
      case false?:
        isMet = false
        raise(.conditionNotMet, condition.name)
        step("\(condition.name.zh):否 → 0", "\(condition.name.en): no → 0")
      case nil: raise(.conditionUnstated, condition.name)
      }
    }
    return isMet
  }

  /// A sum or product that may neither overflow nor be negative.
  static func checked(_ result: (partialValue: Int, overflow: Bool), key: String) throws(SurveyError) -> Int {
    guard !result.overflow else { throw SurveyError(.numberTooLarge, ["path": key]) }
    guard result.partialValue >= 0 else { throw SurveyError(.numberNegative, ["path": key, "value": String(result.partialValue)]) }
    return result.partialValue
  }
}
