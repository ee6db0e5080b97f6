/// What the core needs done that is not its own work: compression and digests, handed in by the platform.
public struct Codec: Sendable {
  /// Compresses bytes as one zstd frame.
  public let compress: @Sendable ([UInt8]) -> [UInt8]
  /// Inflates one zstd frame to exactly the given number of bytes; nil when it is not such a frame.
  public let inflate: @Sendable (ArraySlice<UInt8>, Int) -> [UInt8]?
  /// The SHA-256 of bytes.
  public let digest: @Sendable ([UInt8]) -> [UInt8]
  /// Whether a signature is a key's over a message: Ed25519 (RFC 8032).
  public let isSigned: @Sendable (_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool

  public init(
    compress: @escaping @Sendable ([UInt8]) -> [UInt8], inflate: @escaping @Sendable (ArraySlice<UInt8>, Int) -> [UInt8]?,
    digest: @escaping @Sendable ([UInt8]) -> [UInt8],
    isSigned: @escaping @Sendable (_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool = { _, _, _ in false }
  ) {
    self.compress = compress
    self.inflate = inflate
    self.digest = digest
    self.isSigned = isSigned
  }
}

/// One part of a changeset's body: groups of rows, their structure and their values in two sections compressed apart, so that
/// whoever looks for a key need not inflate the values.
public struct ChangePart: Sendable {
  /// The version of the part's format, its first byte.
  public static let version: UInt8 = 1
  /// A section shorter than this is left as it is: a frame's head would outweigh what is saved.
  public static let leastCompressed = 128

  public let groups: [ChangeGroup]

  /// Encodes groups as one part: their sections, compressed.
  public static func encode(_ groups: [ChangeGroupBuilder], codec: Codec, site: (UInt32) -> SiteID) -> [UInt8] {
    sections(groups, site: site).encoded(codec: codec)
  }

  /// Lays groups out as one part's two sections.
  /// - Parameters:
  ///   - groups: the rows.
  ///   - site: the site behind a local number.
  public static func sections(_ groups: [ChangeGroupBuilder], site: (UInt32) -> SiteID) -> Sections {
    var sites: [UInt32] = []
    var structure = ByteWriter(reserving: 1 << 8)
    var values = ByteWriter(reserving: groups.reduce(0) { $0 + $1.byteCount })
    var body = ByteWriter(reserving: 1 << 8)
    body.write(varint: UInt64(groups.count))
    for group in groups {
      group.write(structure: &body, values: &values) { number in
        if let known = sites.firstIndex(of: number) { return UInt64(known) }
        sites.append(number)
        return UInt64(sites.count - 1)
      }
    }
    structure.write(varint: UInt64(sites.count))
    for number in sites { structure.write(bytes: site(number).bytes) }
    structure.write(bytes: body.bytes)
    return Sections(structure: structure.bytes, values: values.bytes)
  }

  /// A part that is yet to be compressed, which needs nothing of the replica and may be done elsewhere.
  public struct Sections: Sendable {
    let structure: [UInt8]
    let values: [UInt8]

    /// The part as stored and sent.
    public func encoded(codec: Codec) -> [UInt8] {
      var out = ByteWriter(reserving: 64)
      out.write(byte: version)
      let sections = [structure, values].map { raw in (raw: raw, stored: ChangePart.stored(raw, codec)) }
      for section in sections {
        out.write(varint: UInt64(section.raw.count))
        out.write(varint: UInt64(section.stored.count))
      }
      for section in sections { out.write(bytes: section.stored) }
      return out.bytes
    }
  }

  fileprivate static func stored(_ raw: [UInt8], _ codec: Codec) -> [UInt8] {
    guard raw.count >= leastCompressed else { return raw }
    let compressed = codec.compress(raw)
    return compressed.count < raw.count ? compressed : raw
  }

  /// Decodes a part.
  /// - Parameters:
  ///   - bytes: the part as stored or sent.
  ///   - firstIndex: the place of its first row in the changeset.
  ///   - withValues: false reads the structure alone, which is much faster.
  ///   - restamps: the branches that the part speaks of by names they have lost: ``ChangesetHeader/restamps``.
  ///   - aliases: changesets that have several names here.
  ///   - codec: compression.
  ///   - number: the local number for a site.
  public init(
    decoding bytes: [UInt8], firstIndex: Int, withValues: Bool = true, restamps: [Restamp] = [], aliases: Aliases = Aliases(),
    codec: Codec, number: (SiteID) throws -> UInt32
  ) throws {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw SyncCoreError(.unsupportedVersion, "changeset part") }
    var lengths: [(raw: Int, stored: Int)] = []
    for _ in 0..<2 { lengths.append((try reader.count(upTo: Limits.sectionBytes), try reader.count(upTo: bytes.count))) }
    guard lengths[0].stored + lengths[1].stored == reader.remaining else { throw SyncCoreError(.malformed, "a part's lengths") }
    let structure = try Self.section(&reader, lengths[0], codec)
    let values = withValues ? try Self.section(&reader, lengths[1], codec) : []
    var structureReader = ByteReader(structure)
    var valuesReader = ByteReader(values)
    var numbers: [UInt32] = []
    for _ in 0..<(try structureReader.count(upTo: structure.count / SiteID.byteCount)) {
      guard let site = SiteID(bytes: try structureReader.take(SiteID.byteCount)) else { throw SyncCoreError(.malformed, "site") }
      numbers.append(try number(site))
    }
    let sites = PartSites(
      numbers: numbers, renamings: try restamps.map { .init(from: try number($0.from), after: $0.after, to: try number($0.to)) },
      aliases: aliases)
    var groups: [ChangeGroup] = []
    var index = firstIndex
    var room = PartRoom()
    for _ in 0..<(try structureReader.count(upTo: structure.count)) {
      let group = try ChangeGroup(
        reading: &structureReader, values: &valuesReader, withValues: withValues, sites: sites, firstIndex: index, room: &room)
      index += group.rowCount
      guard index - firstIndex <= Limits.partRows else { throw SyncCoreError(.tooLarge, "a part's rows") }
      groups.append(group)
    }
    guard structureReader.isAtEnd, !withValues || valuesReader.isAtEnd else {
      throw SyncCoreError(.malformed, "bytes after the last group")
    }
    self.groups = groups
  }

  private static func section(
    _ reader: inout ByteReader, _ length: (raw: Int, stored: Int), _ codec: Codec
  ) throws(SyncCoreError) -> [UInt8] {
    let stored = try reader.take(length.stored)
    guard length.raw != length.stored else { return Array(stored) }
    guard length.raw > length.stored, let raw = codec.inflate(stored, length.raw), raw.count == length.raw else {
      throw SyncCoreError(.malformed, "a section that does not inflate")
    }
    return raw
  }
}

/// What a part may still unfold to: a prefix or a dictionary makes much of little, and a column whose values are alike of nothing.
struct PartRoom {
  /// Bytes of strings.
  var bytes = Limits.sectionBytes
  var cells = Limits.partCells
}

extension ChangeGroup {
  /// - Parameter room: what the part may still unfold to.
  init(
    reading reader: inout ByteReader, values valuesReader: inout ByteReader, withValues: Bool, sites: PartSites, firstIndex: Int,
    room: inout PartRoom
  ) throws(SyncCoreError) {
    self.firstIndex = firstIndex
    table = try Self.identifier(&reader)
    let flags = try reader.byte()
    guard flags < 4 else { throw SyncCoreError(.malformed, "a group's flags") }
    isDeletion = flags & 1 != 0
    isSettlement = flags & 2 != 0
    var columns: [ColumnName] = []
    for _ in 0..<(try reader.count(upTo: Limits.columns)) {
      let name = try Self.identifier(&reader)
      let kind = try reader.byte()
      guard kind < 2 else { throw SyncCoreError(.malformed, "a column's kind") }
      columns.append(ColumnName(name: name, isIncrement: kind == 1))
    }
    self.columns = columns
    let count = try reader.count(upTo: Limits.partRows)
    rowCount = count
    // Columns whose values are not read, or are none, take room as well.
    if !withValues || count == 0 { room.cells -= columns.count * max(count, 1) }
    guard room.cells >= 0 else { throw SyncCoreError(.tooLarge, "a part's cells") }
    switch try reader.byte() {
    case 0:
      var names: [String] = []
      var keyColumns: [Column] = []
      for _ in 0..<(try reader.count(upTo: Limits.columns)) {
        names.append(try Self.identifier(&reader))
        keyColumns.append(try Self.column(&reader, count, &room))
      }
      guard !names.isEmpty else { throw SyncCoreError(.malformed, "rows without a key") }
      keys = .values(names: names, columns: keyColumns)
    case 1: keys = .names(try Self.names(&reader, count, sites))
    default: throw SyncCoreError(.malformed, "the form of the keys")
    }
    var contexts: [[LocalDot]] = []
    for _ in 0..<(try reader.count(upTo: max(count, 1))) {
      var context: [LocalDot] = []
      for _ in 0..<(try reader.count(upTo: sites.numbers.count)) { sites.join(try Self.dot(&reader, sites), to: &context) }
      contexts.append(context)
    }
    guard count == 0 || !contexts.isEmpty else { throw SyncCoreError(.malformed, "rows without a context") }
    self.contexts = contexts
    contextOfRow = contexts.count > 1 ? try Self.runs(&reader, count, limit: contexts.count) : []
    var spared: [Spared] = []
    for _ in 0..<(try reader.count(upTo: reader.remaining)) {
      let row = try reader.count(upTo: max(count - 1, 0))
      let column = try reader.count(upTo: columns.count)
      spared.append(Spared(row: row, column: column == 0 ? nil : column - 1, dot: sites.name(try Self.dot(&reader, sites))))
    }
    self.spared = spared
    var values: [Column] = []
    if withValues { for _ in columns { values.append(try Self.column(&valuesReader, count, &room)) } }
    self.values = values
  }

  private static func column(_ reader: inout ByteReader, _ count: Int, _ room: inout PartRoom) throws(SyncCoreError) -> Column {
    room.cells -= count
    guard room.cells >= 0 else { throw SyncCoreError(.tooLarge, "a part's cells") }
    let column = try Column(reading: &reader, count: count)
    room.bytes -= column.heap.count
    guard room.bytes >= 0 else { throw SyncCoreError(.tooLarge, "a part's strings") }
    return column
  }

  private static func identifier(_ reader: inout ByteReader) throws(SyncCoreError) -> String {
    let bytes = try reader.string(upTo: Limits.identifierBytes)
    guard !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw SyncCoreError(.malformed, "an identifier")
    }
    return text
  }

  private static func dot(_ reader: inout ByteReader, _ sites: PartSites) throws(SyncCoreError) -> LocalDot {
    let site = try reader.varint()
    let seq = try reader.varint()
    guard site < UInt64(sites.numbers.count), seq > 0, seq <= UInt64(Int64.max) else { throw SyncCoreError(.malformed, "a dot") }
    return LocalDot(site: sites.numbers[Int(site)], seq: seq)
  }

  private static func names(_ reader: inout ByteReader, _ count: Int, _ sites: PartSites) throws(SyncCoreError) -> [RowState.Name] {
    var dots: [(dot: LocalDot, count: Int)] = []
    var covered = 0
    for _ in 0..<(try reader.count(upTo: count)) {
      let length = try reader.count(upTo: count - covered)
      dots.append((sites.name(try Self.dot(&reader, sites)), length))
      covered += length
    }
    guard covered == count else { throw SyncCoreError(.malformed, "the names of rows") }
    var names: [RowState.Name] = []
    names.reserveCapacity(count)
    var last: Int64 = 0
    for run in dots {
      for _ in 0..<run.count {
        last &+= try reader.signed()
        guard let index = UInt32(exactly: last) else { throw SyncCoreError(.malformed, "a row's index") }
        names.append(RowState.Name(dot: run.dot, index: index))
      }
    }
    return names
  }

  private static func runs(_ reader: inout ByteReader, _ count: Int, limit: Int) throws(SyncCoreError) -> [Int32] {
    var values: [Int32] = []
    values.reserveCapacity(count)
    for _ in 0..<(try reader.count(upTo: count)) {
      let length = try reader.count(upTo: count - values.count)
      let value = try reader.count(upTo: limit - 1)
      values.append(contentsOf: repeatElement(Int32(value), count: length))
    }
    guard values.count == count else { throw SyncCoreError(.malformed, "the contexts of rows") }
    return values
  }
}
