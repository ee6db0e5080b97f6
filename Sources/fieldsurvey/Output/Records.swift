import SyncCore

/// What `--json` prints of things that several commands tell of.
enum Record {
  /// A changeset that the other side would not take.
  struct Refused: Encodable {
    let scope: String
    let changeset: String
    let code: String

    init(_ refusal: Refusal) {
      scope = refusal.scope.name
      changeset = refusal.dot.description
      code = refusal.code
    }
  }

  /// A value of the database, as JSON has it: text, a number or null. Bytes become hexadecimal.
  struct Cell: Encodable {
    let value: Value

    init(_ value: Value) { self.value = value }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch value {
      case .null: try container.encodeNil()
      case .integer(let number): try container.encode(number)
      // JSON has no word for what is not a finite number.
      case .real(let number): if number.isFinite { try container.encode(number) } else { try container.encode(String(number)) }
      case .text(let bytes): try container.encode(String(decoding: bytes, as: UTF8.self))
      case .blob: try container.encode(value.plainText)
      }
    }
  }
}

extension Value {
  /// The value on one line, for people.
  var plainText: String {
    switch self {
    case .null: "—"
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let bytes): String(decoding: bytes, as: UTF8.self)
    case .blob(let bytes): "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    }
  }
}

extension Refusal {
  /// The reason in words.
  var reason: Text {
    switch code {
    case Code.notGranted: Text("本机用户没有这家企业的权限", "this user may not hold the enterprise")
    case Code.notTheAuthor: Text("不是由本设备写的", "not written by this device")
    case Code.gap: Text("缺少之前的变更", "an earlier changeset is missing")
    case Code.fork: Text("同一编号已有另一份内容(设备被复制或恢复过?)", "another changeset has its name (a cloned or restored device?)")
    case Code.malformed: Text("内容不符合格式", "its bytes are not what the format says")
    case Code.tooLarge: Text("过大", "too large")
    default: Text(verbatim: code)
    }
  }
}
