import Foundation
import SyncCore

/// What a laptop has to know to enrol, as a QR code has it: `fieldsurvey:enrol?relay=…&code=…&issuer=…` (docs/wire-protocol.md §8). It holds the
/// one-time code, and so is taken from a file, from stdin or from a scanner, and never from an argument.
struct Invitation {
  static let scheme = "fieldsurvey:"
  /// The most bytes that are read of one.
  static let mostBytes = 2048

  let relay: String
  let code: String
  /// The public key of who issues the office's certificates; nil where it was not told.
  let issuer: [UInt8]?

  init(relay: String, code: String, issuer: [UInt8]?) {
    (self.relay, self.code, self.issuer) = (relay, code, issuer)
  }

  /// - Returns: nil for a text that is none.
  init?(_ text: String) {
    guard let parts = URLComponents(string: text), parts.scheme == "fieldsurvey", parts.path == "enrol" else { return nil }
    let items = Dictionary((parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    guard let relay = items["relay"], !relay.isEmpty, let code = items["code"], !code.isEmpty else { return nil }
    let issuer = items["issuer"].map { Hex.bytes($0) ?? [] }
    // One that is cut must not look like one without.
    guard issuer.map({ $0.count == Certificate.keyBytes }) ?? true else { return nil }
    self.init(relay: relay, code: code, issuer: issuer)
  }

  var text: String {
    // What has a meaning in a query is escaped, and nothing that a scanner's keyboard might turn into something else is left.
    let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/")
    func escaped(_ value: String) -> String { value.addingPercentEncoding(withAllowedCharacters: plain) ?? value }
    return "\(Self.scheme)enrol?relay=\(escaped(relay))&code=\(escaped(code))" + (issuer.map { "&issuer=\(Hex.text($0))" } ?? "")
  }

  /// Reads an invitation, or a code for a relay that is known, from a file or from stdin.
  /// - Parameters:
  ///   - path: the file; nil for stdin.
  ///   - relay: the relay's address, where the text is a code alone.
  init(file path: String?, relay: String?) throws {
    let file: FileHandle
    if let path {
      guard let opened = FileHandle(forReadingAtPath: path) else { throw Failure(posix: errno, path: path) }
      file = opened
    } else {
      file = .standardInput
    }
    var bytes = Data()
    while bytes.count <= Self.mostBytes, !bytes.contains(UInt8(ascii: "\n")), let more = try file.read(upToCount: 1), !more.isEmpty {
      bytes += more
    }
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if bytes.count <= Self.mostBytes, let read = Invitation(text) {
      guard relay == nil || relay == read.relay else { throw Self.unlike(read.relay) }
      self = read
    } else if bytes.count <= Self.mostBytes, let relay, !text.isEmpty, !text.hasPrefix(Self.scheme) {
      self.init(relay: relay, code: text, issuer: nil)
    } else {
      throw Failure.badInput(
        Text("读到的不是登记码,也不是登记二维码的内容。", "This is neither a code nor what an enrolment's QR code says."), code: "bad-invitation",
        next: Text(
          "请重新扫描;或运行 fieldsurvey enrol URL CODE。", "Scan it again, or run fieldsurvey enrol URL CODE."))
    }
  }

  private static func unlike(_ relay: String) -> Failure {
    Failure.badInput(
      Text("二维码里是另一个中继地址:\(relay)", "The QR code names another relay: \(relay)"), code: "bad-invitation",
      next: Text("请不要再写 URL。", "Leave the URL out."))
  }
}
