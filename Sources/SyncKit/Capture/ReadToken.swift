import Foundation
import SyncCore

/// What an author was shown when a form opened: handed back when the form is saved, so that the merge judges by what was read,
/// however late the save and whatever arrived meanwhile (rule 7).
///
/// A token travels as text, in forms, in `--json` output and in answer files. It is good on the replica that issued it.
public struct ReadToken: Hashable, Sendable {
  /// One row as it was shown.
  struct Row: Hashable, Sendable {
    let scope: ScopeID
    let table: String
    let key: [UInt8]
    /// What the row had seen.
    var context: [Dot]
    /// The dots behind the shown value of each column that was in conflict; the rest of the candidates were not shown.
    var shown: [String: [Dot]]
    /// The dots behind the shown existence, when deletion stood against edit.
    var shownExistence: [Dot]?
    /// The shown values; empty for a row that was not there.
    let values: [String: Value]
    /// How many incidents the replica had had by then: dots that were given other names since are still called by their old ones.
    var incidents: Int64 = 0

    /// The row by the names that its dots have now.
    func renamed(_ restamp: Restamp) -> Row {
      var row = self
      row.context =
        VersionVector(
          context.flatMap { dot in restamp.renamed(dot).map { [Dot(site: restamp.from, seq: restamp.after), $0] } ?? [dot] }
        ).entries
      row.shown = shown.mapValues { $0.map { restamp.renamed($0) ?? $0 } }
      row.shownExistence = shownExistence?.map { restamp.renamed($0) ?? $0 }
      return row
    }
  }

  var rows: [Row]

  /// Whether the form showed a row, or that it was not there. A save that is about another row belongs to another form.
  public func covers(_ row: RowReference) -> Bool { self.row(row.table, row.scope, row.keyBytes) != nil }

  func row(_ table: String, _ scope: ScopeID, _ key: [UInt8]) -> Row? {
    rows.first { $0.table == table && $0.key == key && $0.scope == scope }
  }
}

extension ReadToken {
  /// The token as text: base64url of compressed CBOR.
  public var text: String {
    let body = CBOR.array(
      rows.map { row in
        .map([
          1: .text(row.scope.name), 2: .text(row.table), 3: .bytes(row.key), 4: Self.encode(row.context),
          5: row.shown.isEmpty
            ? nil : .array(row.shown.sorted { $0.key < $1.key }.map { .array([.text($0.key), Self.encode($0.value)]) }),
          6: row.shownExistence.map(Self.encode),
          7: .array(row.values.sorted { $0.key < $1.key }.map { .array([.text($0.key), Self.encode($0.value)]) }),
          8: row.incidents > 0 ? .unsigned(UInt64(row.incidents)) : nil,
        ])
      }
    ).encoded
    var out = ByteWriter()
    out.write(varint: UInt64(body.count))
    out.write(bytes: Zstd.compress(body))
    return Data(out.bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }

  /// Reads a token's text.
  /// - Throws: ``SyncKitError/Code/badToken``.
  public init(text: String) throws {
    let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)) else {
      throw SyncKitError(.badToken)
    }
    do {
      var reader = ByteReader(Array(data))
      let count = try reader.count(upTo: Limits.messageBytes)
      guard let body = Zstd.inflate(try reader.take(reader.remaining), to: count) else { throw SyncKitError(.badToken) }
      rows = try CBOR.require(CBOR(decoding: body).array, "rows").map(Self.row)
    } catch is SyncCoreError {
      throw SyncKitError(.badToken)
    }
  }

  private static func row(_ map: CBOR) throws -> Row {
    guard let scope = ScopeID(try CBOR.require(map[1]?.text, "scope")) else { throw SyncKitError(.badToken) }
    var shown: [String: [Dot]] = [:]
    for pair in map[5]?.array ?? [] {
      guard let fields = pair.array, fields.count == 2, let column = fields[0].text else { throw SyncKitError(.badToken) }
      shown[column] = try dots(fields[1])
    }
    var values: [String: Value] = [:]
    for pair in try CBOR.require(map[7]?.array, "values") {
      guard let fields = pair.array, fields.count == 2, let column = fields[0].text else { throw SyncKitError(.badToken) }
      values[column] = try value(fields[1])
    }
    return Row(
      scope: scope, table: try CBOR.require(map[2]?.text, "table"), key: try CBOR.require(map[3]?.bytes, "key"),
      context: try dots(CBOR.require(map[4], "context")), shown: shown, shownExistence: try map[6].map(dots), values: values,
      incidents: Int64(clamping: map[8]?.unsigned ?? 0))
  }

  private static func encode(_ dots: [Dot]) -> CBOR { .array(dots.map { .array([.bytes($0.site.bytes), .unsigned($0.seq)]) }) }

  private static func dots(_ cbor: CBOR) throws -> [Dot] {
    try CBOR.require(cbor.array, "dots").map { entry in
      guard let fields = entry.array, fields.count == 2, let bytes = fields[0].bytes, let site = SiteID(bytes: bytes),
        let seq = fields[1].unsigned
      else { throw SyncKitError(.badToken) }
      return Dot(site: site, seq: seq)
    }
  }

  private static func encode(_ value: Value) -> CBOR {
    switch value {
    case .null: .null
    case .integer(let n): n < 0 ? .negative(UInt64(-1 - n)) : .unsigned(UInt64(n))
    case .real(let x): .array([.unsigned(x.bitPattern)])
    case .text(let bytes): .array([.unsigned(0), .bytes(bytes)])
    case .blob(let bytes): .bytes(bytes)
    }
  }

  private static func value(_ cbor: CBOR) throws -> Value {
    switch cbor {
    case .null: .null
    case .unsigned(let n) where n <= UInt64(Int64.max): .integer(Int64(n))
    case .negative(let n) where n <= UInt64(Int64.max): .integer(-1 - Int64(n))
    case .bytes(let bytes): .blob(bytes)
    case .array(let fields) where fields.count == 1: .real(Double(bitPattern: try CBOR.require(fields[0].unsigned, "real")))
    case .array(let fields) where fields.count == 2: .text(try CBOR.require(fields[1].bytes, "text"))
    default: throw SyncKitError(.badToken)
    }
  }
}
