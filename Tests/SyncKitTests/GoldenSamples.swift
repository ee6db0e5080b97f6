@testable import SyncCore
@testable import SyncKit

/// What the golden files hold.
enum Sample {
  /// Leaves everything as it is, so that the bytes do not depend on the version of zstd; any reader takes them.
  static let plain = Codec(compress: { $0 }, inflate: { Zstd.inflate($0, to: $1) }, digest: { Codec.standard.digest($0) })

  static let sites = [
    SiteID(deviceHigh: 0, deviceLow: 1, incarnation: 1), SiteID(deviceHigh: 0x0190_0000_0000_7000, deviceLow: 2, incarnation: 3),
    SiteID(deviceHigh: 0, deviceLow: 3, incarnation: 1),
  ]

  static func site(_ number: UInt32) -> SiteID { number == 2 ? sites[1] : SiteID(deviceHigh: 0, deviceLow: UInt64(number), incarnation: 1) }

  // MARK: Headers

  static let firstHeader = ChangesetHeader(
    scope: ScopeID(literal: "case-1"), dot: Dot(site: sites[0], seq: 1), time: HybridTime(rawValue: 1_760_000_000_000 << 16),
    wallClock: 1_760_000_000_000, author: "lin", transaction: .init(id: Array(0..<16), part: 0, parts: 1), schema: 1, certificate: [],
    previous: [], needs: VersionVector(), note: "", parts: [.init(rows: 2, bytes: 64, digest: [UInt8](repeating: 0xd1, count: 32))])

  static let header = ChangesetHeader(
    scope: ScopeID(literal: "91440300MA5D1234XX"), dot: Dot(site: sites[1], seq: 300),
    time: HybridTime(rawValue: 1_760_000_000_000 << 16 + 5),
    wallClock: -86_400_000, author: "王工", transaction: .init(id: [UInt8](repeating: 0xee, count: 16), part: 1, parts: 2), schema: 70_000,
    certificate: [0xc0, 0xc1], previous: [UInt8](repeating: 0xab, count: 32),
    needs: VersionVector([Dot(site: sites[0], seq: 24), Dot(site: sites[2], seq: 1)]), ends: [0xe0, 0xe1, 0xe2, 0xe3, 0, 0, 0, 0],
    note: "现场复核",
    parts: [
      .init(rows: 8192, bytes: 1_048_576, digest: [UInt8](repeating: 0xd1, count: 32)),
      .init(rows: 1, bytes: 23, digest: [UInt8](repeating: 0xd2, count: 32)),
    ])

  /// What the device of ``firstHeader`` would cite.
  static let certificate = Certificate(
    device: Array(sites[0].bytes.prefix(16)), key: SigningKey.test("lin").publicKey, user: "lin", role: "specialist",
    from: 1_759_000_000_000, issuer: SigningKey.test("issuer").publicKey)

  /// The same of a user whose say has limits.
  static let limitedCertificate = Certificate(
    device: certificate.device, key: certificate.key, user: "lin", role: "specialist",
    authority: Authority(withheld: ["payment": [], "chain_link": ["note", "attributed"]], only: ["chain_link", "visit"], settles: []),
    from: certificate.from, issuer: certificate.issuer)

  /// The same after it has lost its name.
  static let restamped: ChangesetHeader = {
    let branches = [
      Restamp(from: sites[1], after: 298, hash: [0x12, 0x34, 0x56, 0x78, 0x9a]), Restamp(from: sites[0], after: 20, hash: [0xff, 0, 0, 1]),
      Restamp(from: sites[2], after: 1, hash: [1, 2, 3, 4]),
    ]
    let hashes = [
      Dot(site: branches[0].to, seq: 1): [UInt8](repeating: 0xac, count: 32),
      Dot(site: sites[1], seq: 298): [UInt8](repeating: 0xad, count: 32),
      Dot(site: branches[1].to, seq: 4): [UInt8](repeating: 0xae, count: 32),
    ]
    return header.restamped(branches, encoded: header.encoded, hashes: hashes) ?? header
  }()

  // MARK: Files

  static let blobNames = [
    BlobName(scope: ScopeID(literal: "case-1"), digest: [UInt8](repeating: 0xd1, count: 32), bytes: 3_145_728),
    BlobName(scope: ScopeID(literal: "91440300MA5D1234XX"), digest: [UInt8](repeating: 0xd2, count: 32), bytes: 1),
  ].compactMap { $0 }

  static let blobAnswer = BlobAnswer(
    states: [.missing(received: 0), .missing(received: 1_048_576), .held, .refused(code: "quota")], losses: [0, 1, 2, 3])

  // MARK: A part

  /// A column in each of the forms, 32 rows of each.
  static let columns: [(name: String, values: [Value])] = [
    ("null", rows { _ in .null }),
    ("integers", rows { .integer([0, 1, -1, .max, .min][$0 % 5]) }),
    ("reals", rows { .real([0.1 + 0.2, -0.0, .infinity, -.infinity][$0 % 4]) }),
    ("decimals", rows { .real(Double($0) / 4) }),
    ("texts", rows { .text("q\($0)") }),
    ("equal-lengths", rows { .text("item-\($0 + 10)") }),
    ("blobs", rows { .blob([UInt8](repeating: UInt8($0), count: $0 % 3)) }),
    ("uuids", rows { .text("01890a5d-ac96-774b-bcce-b302099a80\($0 + 10)") }),
    ("dictionary", rows { .text($0 % 3 == 0 ? "A" : "无") }),
    ("mixed", rows { [.null, .integer(7), .real(-0.0), .text([0xff]), .blob([])][$0 % 5] }),
    ("nullable", rows { $0 % 4 == 0 ? .integer(Int64($0)) : .null }),
  ]

  private static func rows(_ value: (Int) -> Value) -> [Value] { (0..<32).map(value) }

  static let names = [
    RowState.Name(dot: LocalDot(site: 1, seq: 1), index: 5), RowState.Name(dot: LocalDot(site: 1, seq: 1), index: 3),
    RowState.Name(dot: LocalDot(site: 3, seq: 2), index: 0),
  ]
  static let contexts: [[LocalDot]] = [
    [LocalDot(site: 1, seq: 1)], [LocalDot(site: 1, seq: 1)], [LocalDot(site: 1, seq: 4), LocalDot(site: 3, seq: 2)],
  ]
  static let spared = [
    ChangeGroup.Spared(row: 2, column: 0, dot: LocalDot(site: 1, seq: 4)),
    ChangeGroup.Spared(row: 2, column: nil, dot: LocalDot(site: 3, seq: 2)),
  ]

  static func part(codec: Codec) -> [UInt8] {
    var forms = ChangeGroupBuilder(
      table: "form", isDeletion: false, isSettlement: false, columns: columns.map { .init(name: $0.name, isIncrement: false) },
      keyNames: ["id"])
    for row in 0..<32 {
      forms.keys[0].append(.text("01890a5d-ac96-774b-bcce-b302099a80\(row < 10 ? "0" : "")\(row)"))
      for at in columns.indices { forms.values[at].append(columns[at].values[row]) }
      forms.endRow(context: [])
    }
    var edits = ChangeGroupBuilder(
      table: "note", isDeletion: false, isSettlement: true,
      columns: [.init(name: "a", isIncrement: false), .init(name: "visits", isIncrement: true)], keyNames: [])
    for row in 0..<3 {
      edits.values[0].append(.text("值"))
      edits.values[1].append(.integer(2))
      edits.endRow(
        name: names[row], context: contexts[row], spared: spared.filter { $0.row == row }.map { ($0.column, $0.dot) })
    }
    var gone = ChangeGroupBuilder(table: "note", isDeletion: true, isSettlement: false, columns: [], keyNames: [])
    gone.endRow(name: names[2], context: contexts[2])
    return ChangePart.encode([forms, edits, gone], codec: codec, site: site)
  }

  /// A part's two sections as they are before compression.
  static func sections(_ part: [UInt8]) throws -> [[UInt8]] {
    var reader = ByteReader(part)
    _ = try reader.byte()
    let lengths = try (0..<4).map { _ in Int(try reader.varint()) }
    return try [0, 2].map { at in
      let stored = try reader.take(lengths[at + 1])
      return lengths[at] == lengths[at + 1] ? Array(stored) : Zstd.inflate(stored, to: lengths[at]) ?? []
    }
  }

  // MARK: Messages and a bundle

  static let holdings = ScopeHoldings(
    scope: ScopeID(literal: "case-1"),
    holdings: Holdings(
      vector: VersionVector([Dot(site: sites[0], seq: 3), Dot(site: sites[1], seq: 300)]),
      partial: [.init(dot: Dot(site: sites[2], seq: 1), parts: 4)]))

  static let requests: [(String, ExchangeRequest)] = [
    ("request-hello-first.hex", .hello(epoch: [], token: [], scopes: [])),
    ("request-hello.hex", .hello(epoch: Array(0..<16), token: [0, 0, 0, 0, 0, 0, 1, 2], scopes: [ScopeID(literal: "case-1")])),
    ("request-push.hex", .push([fragment])),
    ("request-pull.hex", .pull([holdings])), ("request-pull-budget.hex", .pull([holdings], budget: 16384)),
    ("request-push-omissions.hex", .push([fragment], omissions: [omission])),
    ("request-pull-omissions.hex", .pull([ScopeHoldings(scope: holdings.scope, holdings: Holdings(omitted: 0))])),
    ("request-push-statements.hex", .push([fragment], omissions: [omission], statements: [stated(.omitted(omission))])),
  ]

  // MARK: Statements

  /// As `Tests/Fixtures/statements.py` has them too, which knows the documents alone.
  static let statements: [(String, IssuerStatement.Content)] = [
    ("statement-omitted.hex", .omitted(omission)), ("statement-rejected.hex", .rejected(rejection)),
    ("statement-superseded.hex", .superseded(supersession)),
    ("statement-revoked.hex", .revoked(Revocation(device: certificate.device, arrival: 58, isRevoked: true))),
    (
      "statement-ended.hex",
      .ended(ChainEnd(scope: omission.scope, site: omission.site, seq: 7, hash: omission.run.hash, arrival: 59))
    ),
  ]

  static let rejection = Rejection(
    scope: omission.scope, dot: Dot(site: omission.site, seq: 7), hash: omission.run.hash, reason: "退回")

  static let supersession: Supersession = {
    let issuer = SigningKey.test("issuer").signer
    guard let successor = try? SignedCertificate(limitedCertificate, by: issuer) else { preconditionFailure("a key signs") }
    return Supersession(
      device: certificate.device, former: Codec.standard.digest(certificate.encoded), successor: successor, arrival: 57)
  }()

  static func stated(_ content: IssuerStatement.Content) -> SignedStatement {
    let issuer = SigningKey.test("issuer").signer
    guard let signed = try? SignedStatement(IssuerStatement(content, issuer: issuer.publicKey), by: issuer) else {
      preconditionFailure("a key signs")
    }
    return signed
  }

  static let omission = Omission(
    scope: ScopeID(literal: "case-1"), site: sites[1],
    run: Omission.Run(first: 2, last: 299, hash: [UInt8](repeating: 0xd4, count: Omission.hashBytes)))

  static let responses: [(String, ExchangeResponse)] = [
    ("response-heads.hex", .heads(epoch: Array(0..<16), token: [0, 0, 0, 0, 0, 0, 1, 3], scopes: [holdings])),
    (
      "response-heads-relay.hex",
      .heads(
        epoch: Array(0..<16), token: Array(0..<40),
        scopes: [
          ScopeHoldings(
            scope: holdings.scope,
            holdings: Holdings(
              vector: holdings.holdings.vector, partial: holdings.holdings.partial,
              ends: [UInt8(0xe0), 0xe1].map { [UInt8](repeating: $0, count: Holdings.endBytes) }))
        ], isRelay: true)
    ),
    (
      "response-heads-withdrawn.hex",
      .heads(
        epoch: Array(0..<16), token: Array(0..<40), scopes: [], isRelay: true,
        withdrawn: [
          WithdrawnScope(scope: ScopeID(literal: "case-1"), at: 1_760_000_000_000, isRemoved: false),
          WithdrawnScope(scope: ScopeID(literal: "case-2"), at: 1_760_000_000_001, isRemoved: true),
        ])
    ),
    (
      "response-receipt.hex",
      .receipt(
        [holdings], refused: [Refusal(scope: ScopeID(literal: "case-2"), dot: Dot(site: sites[0], seq: 9), code: Refusal.Code.notGranted)])
    ),
    ("response-changes.hex", .changes([fragment], isComplete: true)),
    (
      "response-changes-start.hex",
      .changes(
        [fragment], omissions: [Omission(scope: omission.scope, site: omission.site, run: omission.run, start: [0xe0, 0xe1, 0xe2, 0xe3])],
        isComplete: false)
    ),
    (
      "response-changes-rejections.hex",
      .changes(
        [], rejections: [rejection],
        isComplete: true)
    ),
    ("response-changes-omissions.hex", .changes([], omissions: [omission], isComplete: false)),
    (
      "response-changes-statements.hex",
      .changes([], statements: [stated(.omitted(omission)), stated(.rejected(rejection))], isComplete: true)
    ),
    (
      "response-heads-statements.hex",
      .heads(epoch: Array(0..<16), token: Array(0..<40), scopes: [], isRelay: true, statements: [stated(.superseded(supersession))])
    ),
    (
      "response-heads-omissions.hex",
      .heads(
        epoch: Array(0..<16), token: Array(0..<40),
        scopes: [
          ScopeHoldings(
            scope: holdings.scope,
            holdings: Holdings(
              vector: holdings.holdings.vector, ends: [UInt8(0xe0), 0xe1].map { [UInt8](repeating: $0, count: Holdings.endBytes) },
              omitted: 298))
        ], isRelay: true)
    ),
  ]

  /// A whole changeset: two rows of the table `note` that the tests of replicas use.
  static let fragment: Fragment = {
    var group = ChangeGroupBuilder(
      table: "note", isDeletion: false, isSettlement: false, columns: ["a", "b", "c"].map { .init(name: $0, isIncrement: false) },
      keyNames: ["id"])
    for (id, values) in [("1", [Value.text("甲"), .null, .integer(3)]), ("2", [.text("乙"), .text("z"), .null])] {
      group.keys[0].append(.text(id))
      for (at, value) in values.enumerated() { group.values[at].append(value) }
      group.endRow(context: [])
    }
    let part = ChangePart.encode([group], codec: plain, site: site)
    let header = ChangesetHeader(
      scope: firstHeader.scope, dot: firstHeader.dot, time: firstHeader.time, wallClock: firstHeader.wallClock, author: "lin",
      transaction: firstHeader.transaction, schema: 1, certificate: [], previous: [], needs: VersionVector(), note: "",
      parts: [.init(rows: 2, bytes: part.count, digest: plain.digest(part))])
    return Fragment(header: header.encoded, signature: [], firstPart: 0, parts: [part])
  }()

  static func bundle() -> [UInt8] {
    let to = VersionVector([firstHeader.dot])
    let header = BundleHeader(
      site: sites[0], wallClock: 1_760_000_000_000, scopes: [.init(scope: firstHeader.scope, from: VersionVector(), to: to)]
    )
    var chain = BundleFormat.seed
    var out = BundleFormat.magic
    out += BundleFormat.frame(.header, header.encoded, chain: &chain, codec: plain)
    out += BundleFormat.frame(
      .changes, ExchangeResponse.changes([fragment], isComplete: true).encoded(codec: plain), chain: &chain, codec: plain)
    return out + BundleFormat.frame(.end, [], chain: &chain, codec: plain)
  }

  // MARK: Storage

  static let keyValues: [Value] = [
    .null, .integer(0), .integer(-1), .integer(.max), .real(-0.5), .text("甲"), .blob([0, 255]), .integer(127), .integer(128),
    .integer(-128),
    .integer(-129), .integer(.min), .text("01890a5d-ac96-774b-bcce-b302099a8057"), .text("01890A5D-AC96-774B-BCCE-B302099A8057"), .text([]),
    .blob([]), .text([UInt8](repeating: 0x61, count: 130)),
  ]

  static let rows: [(key: [UInt8], entry: RowEntry)] = {
    let first = LocalDot(site: 1, seq: 1)
    let later = LocalDot(site: 2, seq: 300)
    let third = LocalDot(site: 3, seq: 2)
    func key(_ text: String) -> [UInt8] {
      var key: [UInt8] = []
      KeyCode.append(.text(text), to: &key)
      return key
    }
    return [
      (key("a1"), .untouched(.init(dot: first, index: 7))), (key("a2"), .untouched(.init(dot: first, index: 8))),
      (key("a3"), .untouched(.init(dot: later, index: 0))),
      // One column changed by another site.
      (
        key("a4"),
        .state(
          RowState(
            name: .init(dot: later, index: 1), base: later, context: [first, later], alive: [later], dead: [],
            cells: [.init(column: 3, dots: [first])]))
      ),
      // A conflict in a column, and deletion against edit.
      (
        key("a5"),
        .state(
          RowState(
            name: .init(dot: first, index: 9), base: first, context: [first, later, third], alive: [later], dead: [third],
            cells: [.init(column: 1, dots: [first, later]), .init(column: 200, dots: [later])]))
      ),
      // Deleted.
      (
        key("b"),
        .state(RowState(name: .init(dot: first, index: 10), base: first, context: [first, third], alive: [], dead: [third], cells: []))
      ),
    ]
  }()
}
