import SyncCore
import Testing

/// What a certificate says of its user's say is read as it was written, and judged by nothing else.
@Suite struct AuthorityTests {
  private static let authority = Authority(
    withheld: ["payment": [], "chain_link": ["attributed", "because"]], only: ["chain_link", "note", "payment"], settles: ["note"])

  private static func certificate(_ authority: Authority) -> Certificate {
    Certificate(
      device: [UInt8](repeating: 1, count: 16), key: [UInt8](repeating: 2, count: 32), user: "li", role: "specialist", authority: authority,
      from: 1, issuer: [UInt8](repeating: 3, count: 32))
  }

  /// The certificate's fields with one of them replaced.
  private static func code(_ key: UInt64, _ value: CBOR) throws -> SyncCoreError.Code? {
    guard case .map(let entries) = try CBOR(decoding: certificate(authority).encoded) else { return nil }
    let bytes = CBOR.map((entries.filter { $0.key != key } + [(key, value)]).sorted { $0.key < $1.key }).encoded
    return SyncCoreError.Code.thrown { _ = try Certificate(decoding: bytes) }
  }

  @Test func itIsReadAsItWasWritten() throws {
    for authority in [Self.authority, .all, Authority(only: []), Authority(settles: []), Authority(withheld: ["payment": ["fen"]])] {
      let certificate = Self.certificate(authority)
      #expect(try Certificate(decoding: certificate.encoded) == certificate)
    }
  }

  /// One thing said has one form, or two certificates that say the same would have two hashes.
  @Test func whatIsOutOfOrderOrOfAnotherFormIsRefused() throws {
    func names(_ names: String...) -> CBOR { .array(names.map { .text($0) }) }
    #expect(try Self.code(7, .array([.array([.text("a"), names("x", "y")]), .array([.text("b"), names()])])) == nil)
    #expect(try Self.code(7, .array([.array([.text("b"), names()]), .array([.text("a"), names()])])) == .malformed)
    #expect(try Self.code(7, .array([.array([.text("a"), names()]), .array([.text("a"), names()])])) == .malformed)
    #expect(try Self.code(7, .array([.array([.text("a"), names("y", "x")])])) == .malformed)
    #expect(try Self.code(7, .array([.array([.text("a")])])) == .malformed)
    #expect(try Self.code(7, .array([.text("a")])) == .malformed)
    #expect(try Self.code(7, .text("a")) == .malformed)
    for key: UInt64 in [8, 9] {
      #expect(try Self.code(key, names()) == nil)
      #expect(try Self.code(key, names("a", "b")) == nil)
      #expect(try Self.code(key, names("b", "a")) == .malformed)
      #expect(try Self.code(key, names("a", "a")) == .malformed)
      #expect(try Self.code(key, .array([.unsigned(1)])) == .malformed)
      #expect(try Self.code(key, .bool(true)) == .malformed)
    }
  }

  /// A row of a table.
  private static func group(
    _ table: String, _ columns: [(String, Value)], isDeletion: Bool = false, isSettlement: Bool = false
  ) -> ChangeGroupBuilder {
    var group = ChangeGroupBuilder(
      table: table, isDeletion: isDeletion, isSettlement: isSettlement, columns: columns.map { .init(name: $0.0, isIncrement: false) },
      keyNames: ["id"])
    group.keys[0].append(.text(Array("x".utf8)))
    for (at, column) in columns.enumerated() { group.values[at].append(column.1) }
    group.endRow(context: [])
    return group
  }

  @Test func aTableOfOthersIsNotWrittenAtAllNotEvenToDelete() {
    let authority = Authority(withheld: ["payment": []])
    #expect(authority.excess(of: Self.group("payment", [("fen", .null)])) == Excess(table: "payment", column: nil))
    #expect(authority.excess(of: Self.group("payment", [], isDeletion: true)) == Excess(table: "payment", column: nil))
    #expect(authority.excess(of: Self.group("note", [("fen", .integer(1))])) == nil)
    #expect(Authority.all.excess(of: Self.group("payment", [("fen", .integer(1))], isSettlement: true)) == nil)
  }

  /// Not even as NULL, nor in a new row: of two who make one row, the one without a say would take the other's word away.
  @Test func aColumnOfOthersIsNotNamedAtAll() {
    let authority = Authority(withheld: ["link": ["attributed"]])
    for value in [Value.null, .integer(1)] {
      let group = Self.group("link", [("note", .integer(1)), ("attributed", value)])
      #expect(authority.excess(of: group) == Excess(table: "link", column: "attributed"))
    }
    #expect(authority.excess(of: Self.group("link", [("note", .integer(1))])) == nil)
    // Nor does the row go, with what others said in it.
    #expect(authority.excess(of: Self.group("link", [], isDeletion: true)) == Excess(table: "link", column: nil))
  }

  @Test func whoMayWriteSomeTablesWritesNoOthersThatComeLater() {
    let authority = Authority(only: ["receipt"])
    #expect(authority.excess(of: Self.group("receipt", [("a", .integer(1))])) == nil)
    #expect(authority.excess(of: Self.group("later", [("a", .integer(1))])) == Excess(table: "later", column: nil))
  }

  @Test func conflictsAreSettledWhereTheCertificateSaysSo() {
    let authority = Authority(settles: ["payment"])
    #expect(authority.excess(of: Self.group("payment", [("a", .integer(1))], isSettlement: true)) == nil)
    #expect(authority.excess(of: Self.group("note", [("a", .integer(1))], isSettlement: true)) == Excess(table: "note", column: nil))
    #expect(authority.excess(of: Self.group("note", [("a", .integer(1))])) == nil)
  }
}
