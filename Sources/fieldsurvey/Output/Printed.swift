import GRDB
import SyncCore
import SyncKit

/// What `--json` prints of things that several commands tell of.
enum Printed {
  /// A changeset that the other side would not take.
  struct Refused: Encodable {
    let scope: String
    /// The name of the enterprise whose case the scope is; nil where this replica knows none.
    let enterprise: String?
    /// The first of its author's that is not taken: what follows it waits for it.
    let changeset: String
    let code: String
    private let refusal: Refusal

    private enum CodingKeys: CodingKey { case scope, enterprise, changeset, code }

    init(_ refusal: Refusal, _ replica: Replica) throws {
      scope = refusal.scope.name
      enterprise = try replica.read { db in
        try String.fetchOne(db, sql: "SELECT name FROM enterprise WHERE id = ?", arguments: [refusal.scope.name])
      }
      changeset = refusal.dot.description
      code = refusal.code
      self.refusal = refusal
    }

    /// What is not taken, why, and what to do.
    func tell(_ printer: Printer) {
      let name = enterprise ?? scope
      let (reason, next) = (refusal.reason, refusal.next)
      printer.say(
        Text(
          "      \(name):从 \(changeset) 起未被接收,\(reason.zh)。",
          "            \(name): not taken from \(changeset) on: \(reason.en)."))
      printer.say(Text("        \(next.zh)", "              \(next.en)"))
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
    case .blob(let bytes): "x'" + Hex.text(bytes) + "'"
    }
  }
}

extension Rejection {
  /// Why: the office's words, or ours where the relay did so by itself.
  var why: Text {
    switch reason {
    case Self.superseded:
      Text("角色变更之后才送达,其中有现在不由作者决定的内容", "it came after its author's role had changed, and writes what is the word of others now")
    case Self.revoked: Text("该设备停用之前没有送达中继", "the relay did not have it when its device was revoked")
    default: Text(verbatim: reason)
    }
  }
}

extension Refusal {
  /// Whether a code tells that a changeset is not believed.
  static func isOfSeal(_ code: String) -> Bool { [Code.notSigned, Code.badSignature, Code.notTrusted, Code.notAuthorised].contains(code) }

  /// The reason in words.
  var reason: Text { Self.reason(of: code) }

  static func reason(of code: String) -> Text {
    switch code {
    case Code.notGranted: Text("本机用户没有这家企业的权限", "this user may not hold the enterprise")
    case Code.notTheAuthor: Text("不是由本设备写的", "not written by this device")
    case Code.gap: Text("缺少之前的变更", "an earlier changeset is missing")
    case Code.fork: Text("同一编号已有另一份内容(设备被复制或恢复过?)", "another changeset has its name (a cloned or restored device?)")
    case Code.otherBranch:
      Text("它所依据的内容在这里是另一份(设备被复制或恢复过?)", "what it was based on is something else here (a cloned or restored device?)")
    case Code.malformed: Text("内容不符合格式", "its bytes are not what the format says")
    case Code.tooLarge: Text("过大", "too large")
    case Code.notSigned: Text("没有签名", "it is not signed")
    case Code.badSignature: Text("签名与所称的设备或作者不符", "its signature is not that of the device and author it names")
    case Code.notTrusted: Text("签发其证书的不是本办公室", "its certificate was issued by somebody else than this office")
    case Code.notAuthorised: Text("写了由其他单位决定的内容", "it writes what is the word of others")
    case Code.superseded:
      Text("作者的角色已变更,其中有现在不由其决定的内容", "its author's role has changed, and it writes what is the word of others now")
    case Code.revoked: Text("该设备已停用,停用之前没有送达中继", "its device was revoked, and the relay did not have it by then")
    default: Text(verbatim: code)
    }
  }

  /// What its author can do about it. Nothing of it is lost meanwhile.
  var next: Text {
    switch code {
    case Code.notGranted:
      Text(
        "请联系办公室重新分派;或用 fieldsurvey bundle export 把内容交给办公室。",
        "Ask the office to assign it again, or hand the content over by fieldsurvey bundle export.")
    case Code.revoked:
      Text(
        "内容仍在交来的人那里;需要时请办公室用新的登记码让该设备重新登记。",
        "Whoever brought it has it still. Where it is wanted, the office lets the device enrol again by a new code.")
    case Code.gap: Text("再运行一次 fieldsurvey sync。", "Run fieldsurvey sync again.")
    default: Text("请把这一编号告诉办公室。", "Tell the office this name.")
    }
  }
}
