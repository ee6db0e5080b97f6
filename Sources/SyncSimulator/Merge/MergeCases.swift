import SyncCore

/// Every small history of one row with two columns: each choice of who writes what and having seen which earlier writes, in every order
/// in which the writes can arrive.
public struct MergeCases {
  /// A site somewhere in a history.
  private struct Reader {
    var site = RowField.Site()
    var state: RowState?
  }

  /// How many histories there were.
  public private(set) var histories = 0
  /// How many writes were applied.
  public private(set) var steps = 0
  public private(set) var failures: [String] = []
  private let length: Int
  private let forms: Bool
  private let deeds: [RowField.Deed] = [
    .write(columns: 1), .write(columns: 2), .delete, .settle(cells: 3, keeps: nil), .settle(cells: 3, keeps: true),
    .settle(cells: 0, keeps: false),
  ]
  /// The field's last site writes nothing: at it arrives what the others wrote.
  private static let scratch = 3
  private var field = RowField(sites: 4)
  private var authors: [Int] = []

  /// - Parameters:
  ///   - length: how many writes a history has, by up to three sites.
  ///   - forms: whether writes may also be saved through a form that was opened when less had come.
  public init(length: Int, forms: Bool) { (self.length, self.forms) = (length, forms) }

  public mutating func run() {
    // The wall clocks stand so that now the earlier, now the later of two writes is displayed.
    for site in 0..<3 { field.sites[site].wall = SimulatedClock.start + Int64([0, 7, 3][site]) }
    extend()
  }

  private mutating func extend() {
    if authors.count == length {
      histories += 1
      return arrive(Reader())
    }
    // Sites are alike: a new one is always the lowest that has not written.
    for site in 0...min(2, (authors.max() ?? -1) + 1) {
      let own = authors.indices.reduce(UInt64(0)) { authors[$1] == site ? $0 | 1 << UInt64($1) : $0 }
      for seen in 0..<UInt64(1) << UInt64(authors.count) where seen & own == own {
        guard let reader = reader(of: seen) else { continue }
        for deed in deeds { choose(deed, site, reader, nil) }
        guard forms else { continue }
        for old in 0..<seen where old & ~seen == 0 {
          guard let form = self.reader(of: old) else { continue }
          for deed in deeds { choose(deed, site, reader, view(form)) }
        }
      }
    }
  }

  private mutating func choose(_ deed: RowField.Deed, _ site: Int, _ reader: Reader, _ form: RowField.View?) {
    if form != nil, case .settle = deed { return }
    let before = (field.sites[site], field.states[site])
    field.sites[site] = reader.site
    field.sites[site].own = before.0.own
    field.sites[site].wall = before.0.wall
    field.states[site] = reader.state
    defer { (field.sites[site], field.states[site]) = before }
    guard field.write(deed, value: Int64(authors.count % 2), at: site, through: form) != nil else { return }
    authors.append(site)
    extend()
    authors.removeLast()
    field.unwrite(at: site)
  }

  /// A site that has seen exactly these writes; nil when some of them need others.
  private mutating func reader(of seen: UInt64) -> Reader? {
    for number in Bits(seen) where field.writes[number].needs & ~seen != 0 { return nil }
    return withScratch(Reader()) { field in
      for number in Bits(seen) { _ = field.apply(number, to: Self.scratch) }
    }
  }

  private mutating func view(_ reader: Reader) -> RowField.View {
    (field.sites[Self.scratch], field.states[Self.scratch]) = (reader.site, reader.state)
    return field.view(at: Self.scratch)
  }

  /// Lets the rest of the writes arrive, in every order.
  private mutating func arrive(_ reader: Reader) {
    for number in 0..<length where reader.site.applied & 1 << UInt64(number) == 0 && field.writes[number].needs & ~reader.site.applied == 0
    {
      var wrong: String?
      let next = withScratch(reader) { field in
        wrong = field.apply(number, to: Self.scratch) ?? field.difference(at: Self.scratch)
      }
      steps += 1
      if let wrong, failures.count < 10 { failures.append("\(wrong), after \(field.changes)") }
      arrive(next)
    }
  }

  private mutating func withScratch(_ reader: Reader, _ body: (inout RowField) -> Void) -> Reader {
    (field.sites[Self.scratch], field.states[Self.scratch]) = (reader.site, reader.state)
    body(&field)
    return Reader(site: field.sites[Self.scratch], state: field.states[Self.scratch])
  }
}
