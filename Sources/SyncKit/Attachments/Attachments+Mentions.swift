public import SyncCore

extension Attachments {
  /// Which of some files anything here names still: a row, or what a row could show again, which is an open candidate, a deleted row's
  /// values, an earlier version that history tells, the text of what was rejected, what waits for something else, and what this version of the
  /// application has no column for.
  ///
  /// All of that stands in the log. It is looked through only for files that no row names now. A digest counts wherever it stands, in any
  /// column and within any text: another version of the application may name files otherwise.
  /// - Throws: where something of the log cannot be read; then nobody knows what is named.
  public func mentioned(among digests: Set<[UInt8]>) throws -> Set<[UInt8]> {
    let named = Set(try named().map(\.digest))
    var search = DigestSearch(for: digests.subtracting(named))
    if !search.isOver { try replica.look { snapshot in try snapshot.lookThroughLog(&search) } }
    return digests.intersection(named).union(search.found)
  }

  /// Whether everything is here that another side holds, and nothing that it does not: then this replica can answer for it.
  public func holds(exactly held: [ScopeHoldings]) throws -> Bool {
    try replica.look { snapshot in
      try held.allSatisfy { held in
        let here = try snapshot.holdings(of: held.scope, withEnds: true)
        return here.vector == held.holdings.vector && here.ends == held.holdings.ends
      }
    }
  }
}

extension Snapshot {
  fileprivate func lookThroughLog(_ search: inout DigestSearch) throws {
    for (scope, _) in try catalog.allScopes() {
      for entry in try log.entries(inScope: scope) {
        let header = try ChangesetHeader(decoding: entry.header)
        for part in header.parts.indices {
          try look(into: log.body(scope: scope, dot: entry.dot, part: part), of: header, scope, &search)
          if search.isOver { return }
        }
      }
    }
    let waiting = try connection.statement("SELECT scope, header, body FROM synckit_waiting ORDER BY id")
    while try waiting.step() {
      try look(into: waiting.blob(2), of: ChangesetHeader(decoding: waiting.blob(1)), UInt32(waiting.int(0)), &search)
    }
  }

  private func look(into body: [UInt8], of header: ChangesetHeader, _ scope: UInt32, _ search: inout DigestSearch) throws {
    // Whose contexts they are does not matter for what the values say, and of what waits the sites may not be known yet.
    let part = try ChangePart(
      decoding: body, firstIndex: 0, withValues: true, restamps: try header.restamps, aliases: try log.aliases(inScope: scope), codec: codec
    ) { _ in 0 }
    for group in part.groups {
      var columns = group.values
      if case .values(_, let keys) = group.keys { columns += keys }
      for column in columns {
        for row in 0..<group.rowCount { search.look(at: column.value(row)) }
      }
    }
  }
}

/// Looks for digests in values: as 32 bytes, or as 64 hexadecimal digits anywhere in a text.
struct DigestSearch {
  private(set) var found: Set<[UInt8]> = []
  private var wanted: Set<[UInt8]>
  private static let digestBytes = 32

  init(for digests: Set<[UInt8]>) { wanted = digests }

  /// Whether there is nothing left to be found.
  var isOver: Bool { wanted.isEmpty }

  mutating func look(at value: Value) {
    switch value {
    case .blob(let bytes): if bytes.count == Self.digestBytes { find(bytes) }
    case .text(let text): look(in: text)
    default: break
    }
  }

  private mutating func look(in text: [UInt8]) {
    var digits: [UInt8] = []
    for byte in text {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        digits.removeAll(keepingCapacity: true)
        continue
      }
      digits.append(UInt8(digit))
      guard digits.count >= 2 * Self.digestBytes else { continue }
      // The last 64 of a longer run, too.
      find(stride(from: digits.count - 2 * Self.digestBytes, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }
  }

  private mutating func find(_ digest: [UInt8]) {
    if wanted.remove(digest) != nil { found.insert(digest) }
  }
}
