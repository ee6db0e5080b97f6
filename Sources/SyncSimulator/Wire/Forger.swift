import SyncCore
import SyncKit

/// Changes changesets and repairs whatever would give it away: lengths, digests, compression, the chain of hashes. What is wrong is then
/// for the merge to find, or it is another valid changeset.
struct Forger {
  var random: SeededGenerator
  /// The sites that changesets know.
  let sites: [SiteID]
  /// What has been done, for reading a failure.
  private(set) var deeds: [String] = []

  init(seed: Int, sites: [SiteID]) { (random, self.sites) = (SeededGenerator(seed: seed), sites) }

  /// Forges one of some fragments, or their order.
  mutating func forged(_ fragments: [Fragment]) throws -> [Fragment] {
    var out = fragments
    let at = random.number(0...out.count - 1)
    let kind = random.pick([(30, "sections"), (35, "groups"), (20, "header"), (10, "field"), (5, "list")])
    deeds.append("\(kind) of \(at)")
    switch kind {
    case "sections": out[at] = try withPart(of: out[at]) { part, random in try Self.changedSections(part, &random) }
    case "groups":
      let sites = sites
      out[at] = try withPart(of: out[at]) { part, random in try Self.changedGroups(part, sites, &random) }
    case "header": out[at] = Self.with(out[at], header: Mutation.tree(try CBOR(decoding: out[at].header), &random))
    case "field": out[at] = try withField(of: out[at])
    default: out = list(out, at)
    }
    if random.chance(0.9) { try chain(&out) }
    return out
  }

  private static func with(_ fragment: Fragment, header: CBOR, parts: [[UInt8]]? = nil) -> Fragment {
    Fragment(header: header.encoded, signature: fragment.signature, firstPart: fragment.firstPart, parts: parts ?? fragment.parts)
  }

  private static func setting(_ key: UInt64, of map: CBOR, to value: CBOR) -> CBOR {
    guard case .map(let entries) = map else { return map }
    return .map((entries.filter { $0.key != key } + [(key, value)]).sorted { $0.key < $1.key })
  }

  // MARK: Headers

  /// Links each changeset to the one before of its site, as its author would have.
  private func chain(_ fragments: inout [Fragment]) throws {
    var hashes: [Dot: [UInt8]] = [:]
    for at in fragments.indices {
      guard let header = try? ChangesetHeader(decoding: fragments[at].header) else { continue }
      let before = Dot(site: header.dot.site, seq: header.dot.seq - 1)
      if let hash = hashes[before], hash != header.previous {
        fragments[at] = Self.with(fragments[at], header: Self.setting(10, of: try CBOR(decoding: fragments[at].header), to: .bytes(hash)))
      }
      hashes[header.dot] = Codec.standard.digest(fragments[at].header)
    }
  }

  /// Gives a header's field another value that could stand there.
  private mutating func withField(of fragment: Fragment) throws -> Fragment {
    let map = try CBOR(decoding: fragment.header)
    let old = try ChangesetHeader(decoding: fragment.header)
    let (key, value): (UInt64, CBOR) =
      switch random.number(0...8) {
      case 0: (2, .bytes(random.pick(sites).bytes))
      case 1: (3, .unsigned(random.chance(0.5) ? old.dot.seq + 1 : max(1, random.pick(Mutation.numbers))))
      case 2: (4, .unsigned(random.pick(Mutation.numbers) & UInt64(Int64.max)))
      case 3: (5, .negative(random.pick(Mutation.numbers) & UInt64(Int64.max)))
      case 4: (6, .text(random.pick(["", "user0", "user1", "mallory"])))
      case 5: (11, VersionVector([Dot(site: random.pick(sites), seq: random.pick([1, 2, 3, 1 << 63 - 1]))]).cbor)
      case 6:
        (
          13,
          .array(
            old.parts.map { .array([.unsigned(UInt64($0.rows + random.number(0...2))), .unsigned(UInt64($0.bytes)), .bytes($0.digest)]) })
        )
      case 7: (15, .bytes([UInt8](repeating: UInt8(random.number(0...1)), count: old.needs.entries.count * ChangesetHeader.endBytes)))
      default: (random.pick([12, 40]), .text("x"))
      }
    return Self.with(fragment, header: Self.setting(key, of: map, to: value))
  }

  private mutating func list(_ fragments: [Fragment], _ at: Int) -> [Fragment] {
    var out = fragments
    let other = random.number(0...out.count - 1)
    switch random.number(0...5) {
    case 0: out.swapAt(at, other)
    case 1: out.insert(out[at], at: other)
    case 2: out.remove(at: at)
    case 3:
      out[at] = Fragment(header: out[at].header, signature: [1, 2], firstPart: out[at].firstPart, parts: out[at].parts)
    case 4:
      out[at] = Fragment(header: out[at].header, signature: [], firstPart: random.pick([1, 2, 1 << 31]), parts: out[at].parts)
    default:
      out[at] = Fragment(
        header: out[at].header, signature: [], firstPart: out[at].firstPart, parts: random.chance(0.5) ? [] : out[at].parts + [[]])
    }
    return out
  }

  // MARK: Parts

  /// Replaces one part, and what the header says of it.
  private mutating func withPart(
    of fragment: Fragment, _ change: ([UInt8], inout SeededGenerator) throws -> (part: [UInt8], rows: Int?)
  ) throws -> Fragment {
    let map = try CBOR(decoding: fragment.header)
    guard !fragment.parts.isEmpty, var entries = map[13]?.array else { return fragment }
    var parts = fragment.parts
    let at = random.number(0...parts.count - 1)
    var chance = SeededGenerator(seed: random.number(0...1 << 40))
    let (part, rows) = try change(parts[at], &chance)
    parts[at] = part
    let known = entries[fragment.firstPart + at].array?.first ?? .unsigned(0)
    entries[fragment.firstPart + at] = .array([
      rows.map { .unsigned(UInt64($0)) } ?? known, .unsigned(UInt64(part.count)), .bytes(Codec.standard.digest(part)),
    ])
    return Self.with(fragment, header: Self.setting(13, of: map, to: .array(entries)), parts: parts)
  }

  /// A part's structure and its values, as they are before compression.
  private static func sections(_ part: [UInt8]) throws -> [[UInt8]] {
    var reader = ByteReader(part)
    _ = try reader.byte()
    let lengths = try (0..<4).map { _ in try reader.count(upTo: Limits.sectionBytes) }
    return try [0, 2].map { at in
      let stored = try reader.take(lengths[at + 1])
      return lengths[at] == lengths[at + 1] ? Array(stored) : Codec.standard.inflate(stored, lengths[at]) ?? []
    }
  }

  private static func part(_ sections: [[UInt8]], lying: (inout [UInt64]) -> Void = { _ in }) -> [UInt8] {
    let stored = sections.map { raw in
      let packed = Codec.standard.compress(raw)
      return raw.count >= ChangePart.leastCompressed && packed.count < raw.count ? packed : raw
    }
    var lengths = [sections[0].count, stored[0].count, sections[1].count, stored[1].count].map { UInt64($0) }
    lying(&lengths)
    var out = ByteWriter()
    out.write(byte: ChangePart.version)
    for length in lengths { out.write(varint: length) }
    for section in stored { out.write(bytes: section) }
    return out.bytes
  }

  private static func changedSections(_ part: [UInt8], _ random: inout SeededGenerator) throws -> (part: [UInt8], rows: Int?) {
    var sections = try Self.sections(part)
    switch random.number(0...99) {
    case 0:
      // Few bytes that unfold to as many as a section may have.
      sections[random.number(0...1)] = [UInt8](repeating: random.pick([0, 1, 0x80]), count: Limits.sectionBytes)
      return (self.part(sections), nil)
    case 1...10:
      let (at, other) = (random.number(0...3), random.pick(Mutation.numbers))
      return (self.part(sections) { $0[at] = other }, nil)
    case 11...15: return (Mutation.bytes(part, &random), nil)
    default:
      let at = sections[1].isEmpty ? 0 : random.number(0...1)
      sections[at] = Mutation.bytes(sections[at], &random)
      return (self.part(sections), nil)
    }
  }

  /// Reads a part, changes something of one group, and writes it as an author would.
  private static func changedGroups(
    _ part: [UInt8], _ sites: [SiteID], _ random: inout SeededGenerator
  ) throws -> (part: [UInt8], rows: Int?) {
    var known = sites
    let read = try ChangePart(decoding: part, firstIndex: 0, codec: .standard) { site in
      if let at = known.firstIndex(of: site) { return UInt32(at) }
      known.append(site)
      return UInt32(known.count - 1)
    }
    guard !read.groups.isEmpty else { return (part, nil) }
    var drafts = read.groups.map(GroupDraft.init)
    let at = random.number(0...drafts.count - 1)
    drafts[at].change(&random, sites: known.count)
    if random.chance(0.1) { drafts.append(drafts[at]) }
    let rows = drafts.reduce(0) { $0 + $1.rows.count }
    return (ChangePart.encode(drafts.map(\.builder), codec: .standard) { known[Int($0)] }, rows)
  }
}

/// A group of rows that can be changed.
private struct GroupDraft {
  struct Row {
    var key: [Value]
    var name: RowState.Name?
    var values: [Value]
    var context: [LocalDot]
    var spared: [(column: Int?, dot: LocalDot)]
  }

  var table: String
  var isDeletion: Bool
  var isSettlement: Bool
  var columns: [ChangeGroup.ColumnName]
  var keyNames: [String] = []
  var rows: [Row] = []

  init(_ group: ChangeGroup) {
    (table, isDeletion, isSettlement, columns) = (group.table, group.isDeletion, group.isSettlement, group.columns)
    for row in 0..<group.rowCount {
      var draft = Row(
        key: [], name: nil, values: group.values.map { $0.value(row) }, context: group.context(ofRow: row),
        spared: group.spared.filter { $0.row == row }.map { ($0.column, $0.dot) })
      switch group.keys {
      case .values(let names, let columns): (keyNames, draft.key) = (names, columns.map { $0.value(row) })
      case .names(let names): draft.name = names[row]
      }
      rows.append(draft)
    }
  }

  var builder: ChangeGroupBuilder {
    var out = ChangeGroupBuilder(
      table: table, isDeletion: isDeletion, isSettlement: isSettlement, columns: columns, keyNames: keyNames)
    for row in rows {
      for (at, value) in row.key.enumerated() { out.keys[at].append(value) }
      for (at, value) in row.values.enumerated() { out.values[at].append(value) }
      out.endRow(name: row.name, context: row.context, spared: row.spared)
    }
    return out
  }

  mutating func change(_ random: inout SeededGenerator, sites: Int) {
    func dot(_ random: inout SeededGenerator) -> LocalDot {
      LocalDot(site: UInt32(random.number(0...sites - 1)), seq: random.pick([1, 2, 3, 4, 5, 1 << 63 - 1]))
    }
    let row = rows.isEmpty ? nil : random.number(0...rows.count - 1)
    let column = columns.isEmpty ? nil : random.number(0...columns.count - 1)
    switch (random.number(0...11), row, column) {
    case (0, _, _): table = random.pick(FieldTable.all.map(\.name) + Mutation.names.dropFirst())
    case (1, _, _): random.chance(0.5) ? isSettlement.toggle() : isDeletion.toggle()
    case (2, _, let column?):
      let name = random.pick(["a", "b", "c", "d", "n", "x", "m", "l", "u", "r", "scope", "id", "unheard-of"])
      columns[column] = .init(name: name, isIncrement: random.chance(0.3) != columns[column].isIncrement)
    case (3, _, let column?):
      columns.append(columns[column])
      for at in rows.indices { rows[at].values.append(rows[at].values[column]) }
    case (4, _, _) where !keyNames.isEmpty: keyNames[random.number(0...keyNames.count - 1)] = random.pick(["id", "scope", "kind", "a"])
    case (5, let row?, _): random.chance(0.5) ? rows.append(rows[row]) : { _ = rows.remove(at: row) }()
    case (6, let row?, _) where !rows[row].key.isEmpty:
      rows[row].key[random.number(0...rows[row].key.count - 1)] = random.pick(Mutation.values)
    case (7, let row?, _): rows[row].context = random.chance(0.3) ? [] : rows[row].context + [dot(&random)]
    case (8, let row?, _):
      rows[row].spared.append((column: column, dot: rows[row].context.last ?? dot(&random)))
    case (9, let row?, _) where rows[row].name != nil:
      rows[row].name = RowState.Name(dot: dot(&random), index: random.pick([0, 1, 2, 7, .max]))
    case (_, let row?, let column?): rows[row].values[column] = random.pick(Mutation.values)
    default: isSettlement.toggle()
    }
    // What has a context has it in order, one dot of each site; encoding does not ask.
    for at in rows.indices {
      var joined: [LocalDot] = []
      for dot in rows[at].context { joined.join(dot) }
      rows[at].context = joined
    }
  }
}
