import GRDB

extension SizeClass {
  /// The class of an industrial enterprise by 工信部联企业〔2011〕300号: a class asks for both its bounds, so that the lower of the two
  /// decides.
  ///
  /// - Parameters:
  ///   - employees: how many people work there.
  ///   - revenueFen: a year's revenue, in fen.
  public init(employees: Int, revenueFen: Int) {
    let found = Self.bounds.first { employees >= $0.employees && revenueFen >= $0.revenueFen }
    self = found?.sizeClass ?? .micro
  }

  /// Whether it is small or medium (中小企业), micro included.
  public var isSmallOrMedium: Bool { self != .large }

  /// Why figures are of their class, in words: which bounds they reach, and which of the next class they miss.
  public static func derivation(employees: Int, revenueFen: Int) -> BilingualText {
    let own = Self(employees: employees, revenueFen: revenueFen)
    let at = bounds.firstIndex { $0.sizeClass == own }
    let next = (at ?? bounds.endIndex) > bounds.startIndex ? bounds[(at ?? bounds.endIndex) - 1] : nil
    let (revenue, revenueEn) = (Money.text(fen: revenueFen), Money.textEn(fen: revenueFen))
    var zh = "从业人员 \(employees) 人、年营业收入 \(revenue)"
    var en = "\(employees) employees, a year's revenue of \(revenueEn)"
    if let reached = at.map({ bounds[$0] }) {
      zh += ":达到\(own.label)的两项下限(\(reached.employees) 人、\(Money.text(fen: reached.revenueFen)))"
      en += ": both bounds of \(own.labelEn.lowercased()) are reached (\(reached.employees), \(Money.textEn(fen: reached.revenueFen)))"
    }
    if let next {
      let missesPeople = employees < next.employees
      let missesRevenue = revenueFen < next.revenueFen
      let missed = [
        missesPeople ? BilingualText("从业人员不足 \(next.employees) 人", "fewer than \(next.employees) employees") : nil,
        missesRevenue
          ? BilingualText("营业收入不足 \(Money.text(fen: next.revenueFen))", "less than \(Money.textEn(fen: next.revenueFen))") : nil,
      ].compactMap { $0 }
      zh += "\(at == nil ? ":" : ";")\(missed.map(\.zh).joined(separator: "、")),未达到\(next.sizeClass.label)"
      en += "\(at == nil ? ": " : "; ")\(missed.map(\.en).joined(separator: ", ")): not \(next.sizeClass.labelEn.lowercased())"
    }
    return BilingualText(zh + ",为\(own.label)(工信部联企业〔2011〕300号,工业)", en + "; \(own.labelEn.lowercased()) (工信部联企业〔2011〕300号, industry)")
  }

  /// What a class asks for at least, the largest first.
  private static let bounds: [(sizeClass: SizeClass, employees: Int, revenueFen: Int)] = [
    (.large, 1000, 40_000 * tenThousandYuan), (.medium, 300, 2000 * tenThousandYuan), (.small, 20, 300 * tenThousandYuan),
  ]
  private static let tenThousandYuan = 1_000_000
}

/// How large an enterprise is by the figures of one year.
public struct SizeOfYear: Codable, Hashable, Sendable {
  public let year: Int
  public let employees: Int
  public let revenueFen: Int
  public let sizeClass: SizeClass
  /// Why, in words.
  public let derivation: BilingualText
}

extension SizeOfYear {
  /// By the latest year that says enough; nil where none does.
  ///
  /// - Parameter figures: rows of `enterprise_year`, the latest last.
  init?(latestOf figures: [Row]) {
    let found = figures.last { $0.integer("employees") != nil && $0.integer("revenue_fen") != nil }
    guard let found, let employees = found.integer("employees"), let revenueFen = found.integer("revenue_fen") else { return nil }
    self.init(
      year: found.integer("year") ?? 0, employees: employees, revenueFen: revenueFen,
      sizeClass: SizeClass(employees: employees, revenueFen: revenueFen),
      derivation: SizeClass.derivation(employees: employees, revenueFen: revenueFen))
  }

  /// By the figures of an enterprise's cases, of one year its own before those of cases that were merged into it.
  ///
  /// - Parameter cases: the cases, its own first.
  init?(_ db: Database, of cases: [String]) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM enterprise_year WHERE enterprise_id IN (\(databaseQuestionMarks(count: cases.count)))
        ORDER BY year, enterprise_id = ?, enterprise_id
        """, arguments: StatementArguments(cases + cases.prefix(1)))
    self.init(latestOf: rows)
  }
}
