import SyncCore
import Testing

@Suite struct ChangesetHeaderTests {
  static func header(
    scope: ScopeID = ScopeID(literal: "case-1"), seq: UInt64 = 3, time: UInt64 = 7 << 16, wall: Int64 = -5, author: String = "lin",
    note: String = "现场复核", rows: Int = 4, bytes: Int = 99
  ) -> ChangesetHeader {
    ChangesetHeader(
      scope: scope, dot: Dot(site: .number(1), seq: seq), time: HybridTime(rawValue: time), wallClock: wall, author: author,
      transaction: .init(id: Array(0..<16), part: 1, parts: 2), schema: 9, certificate: [1, 2], previous: [UInt8](repeating: 7, count: 32),
      needs: VersionVector([Dot(site: .number(2), seq: 8)]), ends: [1, 2, 3, 4], note: note,
      parts: [.init(rows: rows, bytes: bytes, digest: [UInt8](repeating: 5, count: 32))])
  }

  @Test func whatAHeaderSaysReturns() throws {
    let header = Self.header()
    let back = try ChangesetHeader(decoding: header.encoded)
    #expect(back == header)
    #expect(back.encoded == header.encoded)
  }

  @Test func whatIsEmptyTakesNoRoom() throws {
    let header = ChangesetHeader(
      scope: ScopeID(literal: "s"), dot: Dot(site: .number(1), seq: 1), time: HybridTime(rawValue: 0), wallClock: 0, author: "",
      transaction: .init(id: [UInt8](repeating: 0, count: 16), part: 0, parts: 1), schema: 0, certificate: [], previous: [],
      needs: VersionVector(), note: "", parts: [.init(rows: 0, bytes: 0, digest: [UInt8](repeating: 0, count: 32))])
    let map = try CBOR(decoding: header.encoded)
    for key in [9, 10, 11, 12, 14, 15] { #expect(map[UInt64(key)] == nil) }
    #expect(try ChangesetHeader(decoding: header.encoded) == header)
  }

  @Test func keysOfALaterVersionAreReadPast() throws {
    guard case .map(var entries) = try CBOR(decoding: Self.header().encoded) else { return }
    entries.append((99, .text("later")))
    #expect(try ChangesetHeader(decoding: CBOR.map(entries).encoded) == Self.header())
  }

  /// I-10, I-11: a header may stand in a header, but not so deep that reading it exhausts the stack.
  @Test func originsNestNoDeeperThanBranchesMayBeRenamed() throws {
    func site(_ life: Int) -> SiteID {
      SiteID(deviceHigh: 1, deviceLow: 1, incarnation: SiteID.leastDerivedIncarnation + UInt32(life))
    }
    var header = Self.header()
    for depth in 0...Limits.restamps + 1 {
      let origin = ChangesetHeader.Origin(
        header: header.encoded, restamps: [Restamp(from: header.dot.site, after: 0, to: site(depth + 1))])
      header = ChangesetHeader(
        scope: header.scope, dot: Dot(site: site(depth + 1), seq: header.dot.seq), time: header.time, wallClock: 0, author: header.author,
        transaction: header.transaction, schema: 1, certificate: [], previous: [], needs: VersionVector(), note: "", parts: header.parts,
        origin: depth == 0 ? nil : origin)
      let bytes = header.encoded
      #expect((SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: bytes) } == nil) == (depth <= Limits.restamps))
    }
  }

  /// A re-stamped header speaks of branches by the names that forks give, of the same device. Any other would call a row by another row's name.
  @Test func aBranchIsNamedAnewWithinItsDeviceAndAsNoLifeIs() throws {
    let first = Self.header()
    let device = first.dot.site
    func site(_ life: UInt32, device other: SiteID? = nil) -> SiteID {
      let of = other ?? device
      return SiteID(deviceHigh: of.deviceHigh, deviceLow: of.deviceLow, incarnation: life)
    }
    let derived = site(SiteID.leastDerivedIncarnation)
    func code(_ others: Restamp..., to name: SiteID? = nil) -> SyncCoreError.Code? {
      let own = Restamp(from: device, after: 0, to: name ?? derived)
      let header = ChangesetHeader(
        scope: first.scope, dot: Dot(site: own.to, seq: first.dot.seq), time: first.time, wallClock: first.wallClock, author: first.author,
        transaction: first.transaction, schema: first.schema, certificate: first.certificate, previous: first.previous, needs: first.needs,
        note: first.note, parts: first.parts, origin: .init(header: first.encoded, restamps: [own] + others))
      return SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: header.encoded) }
    }
    let stranger = SiteID(deviceHigh: 9, deviceLow: 9, incarnation: 1)
    #expect(code() == nil)
    #expect(code(Restamp(from: stranger, after: 3, to: site(SiteID.leastDerivedIncarnation, device: stranger))) == nil)
    #expect(code(to: site(SiteID.leastDerivedIncarnation - 1)) == .malformed)
    #expect(code(Restamp(from: stranger, after: 3, to: stranger)) == .malformed)
    #expect(code(Restamp(from: stranger, after: 3, to: site(2, device: stranger))) == .malformed)
    #expect(code(Restamp(from: stranger, after: 3, to: derived)) == .malformed)
  }

  @Test func eachRequiredKeyIsRequired() throws {
    guard case .map(let entries) = try CBOR(decoding: Self.header().encoded) else { return }
    for key in [0, 1, 2, 3, 4, 5, 6, 7, 8, 13] as [UInt64] {
      let bytes = CBOR.map(entries.filter { $0.key != key }).encoded
      #expect(SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: bytes) } == .malformed, "key \(key)")
    }
  }

  @Test func aHeaderOfALaterVersionIsRefusedAsSuch() throws {
    guard case .map(var entries) = try CBOR(decoding: Self.header().encoded) else { return }
    entries[0] = (0, .unsigned(2))
    let bytes = CBOR.map(entries).encoded
    #expect(SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: bytes) } == .unsupportedVersion)
  }

  @Test(
    arguments: [
      (3, CBOR.unsigned(0)), (3, .unsigned(UInt64(Int64.max) + 1)), (4, .unsigned(UInt64(Int64.max) + 1)), (5, .text("now")),
      (5, .negative(.max)), (7, .array([.bytes([1]), .unsigned(0), .unsigned(1)])),
      (7, .array([.bytes([UInt8](repeating: 0, count: 16)), .unsigned(1), .unsigned(1)])), (13, .array([])),
      (13, .array([.array([.unsigned(1), .unsigned(1), .bytes([1])])])), (11, .unsigned(1)), (2, .bytes([1])),
      // What is left out when it is empty is of its kind and not empty, or the same would have two encodings.
      (9, .text("x")), (9, .bytes([])), (10, .unsigned(1)), (10, .bytes([])), (11, .array([])), (12, .bytes([1])), (12, .text("")),
      (15, .text("x")),
      (15, .bytes([])), (15, .bytes([1, 2, 3])), (15, .bytes([1, 2, 3, 4, 5, 6, 7, 8])),
    ] as [(UInt64, CBOR)])
  func aFieldThatCannotBeIsRefused(_ key: UInt64, _ value: CBOR) throws {
    guard case .map(let entries) = try CBOR(decoding: Self.header().encoded) else { return }
    let bytes = CBOR.map(entries.map { $0.key == key ? (key, value) : $0 }).encoded
    #expect(SyncCoreError.Code.thrown { _ = try ChangesetHeader(decoding: bytes) } == .malformed)
  }
}
