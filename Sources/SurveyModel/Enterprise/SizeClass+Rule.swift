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

  /// What a class asks for at least, the largest first.
  private static let bounds: [(sizeClass: SizeClass, employees: Int, revenueFen: Int)] = [
    (.large, 1000, 40_000 * tenThousandYuan), (.medium, 300, 2000 * tenThousandYuan), (.small, 20, 300 * tenThousandYuan),
  ]
  private static let tenThousandYuan = 1_000_000
}
