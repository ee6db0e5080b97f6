import Foundation

// The fuzzer compiles what it needs of all modules as one.
#if !FUZZING
  @testable import SurveyModel
  @testable import SyncCore
  @testable import SyncKit
#endif

/// What must hold of any bytes that reach a decoder (I-10, I-11): they end in an error with a code, or in something that encodes to the
/// same again. One law for each kind of bytes that comes from elsewhere; the fuzzer (`scripts/fuzz`) and the tests look for a breach.
enum DecoderLaw: String, CaseIterable, Sendable {
  case header, part, request, response, exchange, bundle, token, block, answers

  /// Holds the law against some bytes.
  /// - Returns: whether the decoder took them.
  /// - Throws: ``LawBroken``.
  func isTaken(_ bytes: [UInt8]) throws -> Bool {
    do {
      switch self {
      case .header: try Self.header(bytes)
      case .part: try Self.part(bytes)
      case .request: try Self.request(bytes)
      case .response: try Self.response(bytes)
      case .exchange: try Self.exchange(bytes)
      case .bundle: try Self.bundle(bytes)
      case .token: try Self.token(bytes)
      case .block: try Self.block(bytes)
      case .answers: try Self.answers(bytes)
      }
      return true
    } catch let broken as LawBroken {
      throw broken
    } catch {
      let hasCode = error is SyncCoreError || error is SyncKitError || error is SurveyError
      try Self.require(hasCode, "an error without a code: \(error)")
      return false
    }
  }

  static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw LawBroken(description: message()) }
  }
}

/// A decoder that did what none may.
struct LawBroken: Error, CustomStringConvertible {
  let description: String
}

extension DecoderLaw {
  // MARK: Headers and messages

  /// The keys of a header's version.
  private static let headerKeys: Range<UInt64> = 0..<15

  private static func header(_ bytes: [UInt8]) throws {
    let header = try ChangesetHeader(decoding: bytes)
    guard case .map(let entries) = try CBOR(decoding: bytes) else { throw LawBroken(description: "a header that is no map") }
    let again = header.encoded
    try require(try ChangesetHeader(decoding: again) == header, "a header that changes")
    // What a later version adds is kept with the bytes, and not in what is read of them.
    try require(!entries.allSatisfy { headerKeys.contains($0.key) } || again == bytes, "a header with two encodings")
  }

  private static func request(_ bytes: [UInt8]) throws {
    let request = try ExchangeRequest(decoding: bytes, codec: .standard)
    try require(try ExchangeRequest(decoding: request.encoded(codec: .standard), codec: .standard) == request, "a request that changes")
    try expectOneEncoding(bytes)
  }

  private static func response(_ bytes: [UInt8]) throws {
    let response = try ExchangeResponse(decoding: bytes, codec: .standard)
    try require(try ExchangeResponse(decoding: response.encoded(codec: .standard), codec: .standard) == response, "a response that changes")
    try expectOneEncoding(bytes)
  }

  /// A message that is not compressed has the one encoding of its CBOR.
  private static func expectOneEncoding(_ message: [UInt8]) throws {
    guard message.first == 0 else { return }
    let body = Array(message.dropFirst())
    try require(try CBOR(decoding: body).encoded == body, "CBOR with two encodings")
  }

  // MARK: Parts

  /// How many cells are compared: a few bytes may stand for millions.
  private static let mostCells = 20_000

  /// The bytes of a part; or, after a 1, a structure with its length before it and then values, so that no change of them has to hit the
  /// lengths of both.
  private static func part(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    guard try reader.byte() == 1 else { return try wholePart(Array(bytes.dropFirst())) }
    let structure = try reader.string(upTo: reader.remaining)
    let values = try reader.take(reader.remaining)
    var out = ByteWriter()
    out.write(byte: ChangePart.version)
    for section in [structure, values] {
      out.write(varint: UInt64(section.count))
      out.write(varint: UInt64(section.count))
    }
    out.write(bytes: structure)
    out.write(bytes: values)
    try wholePart(out.bytes)
  }

  private static func wholePart(_ bytes: [UInt8]) throws {
    var sites: [SiteID] = []
    func number(_ site: SiteID) -> UInt32 {
      if let known = sites.firstIndex(of: site) { return UInt32(known) }
      sites.append(site)
      return UInt32(sites.count - 1)
    }
    let part = try ChangePart(decoding: bytes, firstIndex: 0, codec: .standard, number: number)
    let bare = try ChangePart(decoding: bytes, firstIndex: 0, withValues: false, codec: .standard, number: number)
    try require(bare.groups.map(\.rowCount) == part.groups.map(\.rowCount), "a structure that is another without its values")
    guard part.groups.reduce(0, { $0 + $1.rowCount * ($1.columns.count + $1.keyColumns.count + 1) }) <= mostCells else { return }
    let again = ChangePart.encode(try part.groups.map(builder), codec: .standard) { sites[Int($0)] }
    let read = try ChangePart(decoding: again, firstIndex: 0, codec: .standard, number: number)
    try require(read.groups.count == part.groups.count, "groups are lost")
    for (a, b) in zip(part.groups, read.groups) { try require(isSame(a, b), "a group that changes") }
  }

  /// The group as its author would write it.
  private static func builder(_ group: ChangeGroup) throws -> ChangeGroupBuilder {
    var names: [String] = []
    if case .values(let keyNames, _) = group.keys { names = keyNames }
    var builder = ChangeGroupBuilder(
      table: group.table, isDeletion: group.isDeletion, isSettlement: group.isSettlement, columns: group.columns, keyNames: names)
    for row in 0..<group.rowCount {
      for (at, column) in group.keyColumns.enumerated() { builder.keys[at].append(column.value(row)) }
      for (at, column) in group.values.enumerated() { builder.values[at].append(column.value(row)) }
      builder.endRow(
        name: group.name(ofRow: row), context: group.context(ofRow: row),
        spared: group.spared.filter { $0.row == row }.map { ($0.column, $0.dot) })
    }
    return builder
  }

  private static func isSame(_ a: ChangeGroup, _ b: ChangeGroup) -> Bool {
    guard a.table == b.table, a.isDeletion == b.isDeletion, a.isSettlement == b.isSettlement, a.columns == b.columns,
      a.rowCount == b.rowCount, a.firstIndex == b.firstIndex, a.keyColumns.count == b.keyColumns.count
    else { return false }
    return (0..<a.rowCount).allSatisfy { row in
      a.context(ofRow: row) == b.context(ofRow: row) && a.name(ofRow: row) == b.name(ofRow: row)
        && zip(a.keyColumns, b.keyColumns).allSatisfy { $0.value(row) == $1.value(row) }
        && zip(a.values, b.values).allSatisfy { $0.value(row) == $1.value(row) }
        && a.spared.filter { $0.row == row } == b.spared.filter { $0.row == row }
    }
  }

  // MARK: The exchange

  /// What a relay answers, one answer after the other with its length before it: the asking side ends, whatever they are.
  private static func exchange(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    var machine = ExchangeInitiator(scopesForPacks: 1)
    let scopes = ["a", "b"].compactMap { ScopeID($0) }
    let site = SiteID(deviceHigh: 1, deviceLow: 2, incarnation: 1)
    let mine = Holdings(vector: VersionVector([Dot(site: site, seq: 3)]))
    let fragment = Fragment(header: [1], signature: [], firstPart: 0, parts: [[2]])
    var events: [ExchangeInitiator.Event] = [.begin(epoch: [1], token: [2], unsent: scopes)]
    while let event = events.popLast() {
      for action in try machine.handle(event) {
        switch action {
        case .send:
          guard !reader.isAtEnd else {
            events.append(.cut)
            continue
          }
          events.append(.answered(try ExchangeResponse(decoding: [0] + reader.string(upTo: reader.remaining), codec: .standard)))
        case .look(let asked):
          let held = asked.map { ScopeHoldings(scope: $0.scope, holdings: scopes.contains($0.scope) ? mine : Holdings()) }
          events.append(.holds(held, acknowledged: held))
        case .load(_, let budget): events.append(.loaded([fragment], hasMore: budget > 0))
        case .store(let fragments, _, _, _):
          events.append(.stored(fragments.isEmpty ? [] : [ScopeHoldings(scope: scopes[0], holdings: mine)]))
        case .fetch: events.append(.fetched([]))
        case .forget: events.append(.begin(epoch: [], token: [], unsent: scopes))
        case .resolve, .acknowledge, .remember, .adapt, .despair, .take, .finish: break
        }
      }
    }
  }

  // MARK: Bundles

  /// A bundle's bytes; or, after a 1, its frames without their digests, which are put there.
  private static func bundle(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    guard try reader.byte() == 1 else { return try read(bundle: Array(bytes.dropFirst())) }
    var (out, chain) = (BundleFormat.magic, BundleFormat.seed)
    while !reader.isAtEnd {
      let kind = try reader.byte()
      let payload = try reader.string(upTo: reader.remaining)
      let start = out.count
      out += BundleFormat.frame(BundleFormat.Kind(rawValue: kind) ?? .end, Array(payload), chain: &chain, codec: .standard)
      out[start] = kind
    }
    try read(bundle: out)
  }

  private static func read(bundle bytes: [UInt8]) throws {
    var rest = bytes[...]
    var reader = try BundleReader { count in
      let piece = rest.prefix(count)
      rest = rest.dropFirst(piece.count)
      return Array(piece)
    }
    while true {
      switch try reader.next() {
      case .envelope(let envelope):
        try require(try BundleEnvelope(decoding: envelope.encoded) == envelope, "an envelope that changes")
      case .header(let header): try require(try BundleHeader(decoding: header.encoded) == header, "a bundle's header that changes")
      case .changes: break
      case .file(let file): try require(try BundledFile(decoding: file.encoded) == file, "a bundle's file that changes")
      case .piece(let bytes): try require(bytes.count <= BundleFormat.pieceBytes, "a piece that is too large")
      case .end: return try require(rest.isEmpty, "bytes after a bundle's end")
      }
    }
  }

  // MARK: What comes from this machine

  /// A token's text; or, after a 1, what it says before it is compressed.
  private static func token(_ bytes: [UInt8]) throws {
    var text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    if bytes.first == 1 {
      var out = ByteWriter()
      out.write(varint: UInt64(bytes.count - 1))
      out.write(bytes: Zstd.compress(Array(bytes.dropFirst())))
      text = Data(out.bytes).base64EncodedString()
    }
    let token = try ReadToken(text: text)
    try require(try ReadToken(text: token.text) == token, "a token that changes")
  }

  /// A block of rows, after its first row's key with its length before it.
  private static func block(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let first = Array(try reader.string(upTo: reader.remaining))
    _ = try KeyCode.values(of: first)
    let block = try rows(Array(reader.take(reader.remaining)), first)
    let entries = try (0..<block.count).map { try block.entry($0) }
    var out = ByteWriter()
    try require(block.write(from: 0, upTo: .max, to: &out) == block.count, "rows that are not written")
    let again = try rows(out.bytes, first)
    try require(again.count == block.count, "rows are lost")
    for at in 0..<block.count {
      try require(try again.key(at) == block.key(at) && again.entry(at) == entries[at], "a row that changes")
    }
  }

  private static func rows(_ bytes: [UInt8], _ first: [UInt8]) throws -> RowBlock {
    let block = RowBlock()
    try bytes.withUnsafeBytes { bytes in try first.withUnsafeBytes { try block.read(bytes, first: $0) } }
    return block
  }

  private static let instrument: Instrument? = {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = sources.appendingPathComponent("Sources/SurveyModel/Resources/instrument-2024.json")
    return (try? Data(contentsOf: file)).flatMap { try? Instrument(json: $0) }
  }()

  private static func answers(_ bytes: [UInt8]) throws {
    guard let instrument else { throw LawBroken(description: "no instrument") }
    let answers = try Answers(json: Data(bytes), instrument: instrument)
    let again = try Answers(json: Data(answers.json.utf8), instrument: instrument)
    try require(again == answers && again.json == answers.json, "answers that change")
  }
}

extension ChangeGroup {
  fileprivate var keyColumns: [Column] {
    if case .values(_, let columns) = keys { columns } else { [] }
  }

  fileprivate func name(ofRow row: Int) -> RowState.Name? {
    if case .names(let names) = keys { names[row] } else { nil }
  }
}
