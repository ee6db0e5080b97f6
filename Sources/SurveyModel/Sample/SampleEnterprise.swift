/// An invented enterprise, and what becomes of it in the programme.
struct SampleEnterprise {
  /// How far it takes part.
  enum Part: Equatable {
    /// It never applied.
    case none
    /// It applied and was not selected.
    case applied
    /// It is in a batch, 1 or 2.
    case batch(Int)
  }

  let id: String
  let name: String
  let code: String
  let sector: SubSector
  let isAboveScale: Bool
  let part: Part
  let district: District
  let trade: (trade: String, code: String, products: String)
  let recorded: SampleDay
  let employees: Int
  let revenueFen: Int
  let contact: String
  /// Its rung of ladder A when the programme began, and what it climbed to since.
  var isInnovative = false
  var isDiagnosed = false
  /// What the acceptance will find.
  var level = 2
  var hasWorkshop = false
  /// Its figures, once they are written.
  var years = SampleYears()

  var batch: Int? {
    if case .batch(let batch) = part { return batch }
    return nil
  }
}

/// How many there are of everything: the figures of the papers.
enum SampleFigures {
  static let aboveScale = 417
  static let belowScale = 1300
  static let diagnosed = 684
  static let applied = 942
  /// Of each batch, how many above and below scale.
  static let batches = [1: (above: 185, below: 95), 2: (above: 212, below: 108)]
  /// Of the second batch, how many had signed and were ready for acceptance by ``day``: with the first batch 566 and 302.
  static let secondBatchSigned = 286
  static let secondBatchReady = 22
  /// The day as of which the papers report, and on which the data set stands unless asked otherwise.
  static let day = "2025-07-18"
  static let specialists = 102
  /// How many won a national title.
  static let honours = 24
  static let leaders = 14
  static let links = 64
  static let providers = [1: 30, 2: 6]
  static let solutions = 242
  static let innovative = [1: 130, 2: 162]
  static let newTiers: [(tier: LadderTier, counts: [Int: Int])] = [
    (.innovative, [1: 100, 2: 150]), (.specialised, [1: 48, 2: 62]), (.littleGiant, [1: 6, 2: 9]),
  ]
  static let cloud = [1: 500, 2: 800]
  static let workshops = [1: 15, 2: 20]
  static let levels = [1: (four: 10, three: 90), 2: (four: 15, three: 105)]
  static let consulted = 156
  static let achievements: [(kind: AchievementKind, counts: [Int: Int], most: Int)] = [
    (.intellectualProperty, [1: 1400, 2: 1450], 12), (.resultTransfer, [1: 75, 2: 90], 2), (.demoProject, [1: 20, 2: 30], 1),
    (.researchBody, [1: 20, 2: 30], 1), (.benchmark, [1: 8, 2: 12], 1), (.industrialApp, [1: 8, 2: 12], 1),
  ]
}
