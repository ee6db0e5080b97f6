import ArgumentParser
import Foundation
import SyncCore
import SyncKit

extension DeviceCommand {
  /// Gives this laptop another key.
  struct RotateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-key",
      abstract: Text("在笔记本上:换一把设备密钥,不必重新登记", "On a laptop: take another device key, without enrolling again").here,
      discussion: Text(
        """
        需要网络。新密钥由旧密钥和新密钥共同向中继证明;尚未送出的内容照常有效。中途断开时,再运行一次即可接着做完。
        旧密钥可能已泄露时,光换密钥不够:请办公室停用这台设备(device revoke)。
        """,
        """
        Needs a network. The relay is shown the new key by both keys; what has not been sent yet stays good. Where it is cut, run it again and it
        goes on. Where somebody may have the old key this is not enough: have the office revoke the device (device revoke).
        """
      ).here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      guard home.profile.role == .laptop, let (signed, own) = home.profile.certificate.read else { throw Self.notALaptop }
      let lock = try SyncLock(home, wait: 5)
      defer { withExtendedLifetime(lock) {} }
      // What was cut after the relay had answered is done already.
      try home.settleKeys()
      let key = try Home.key(of: own, in: home.folder)
      let next = try Home.key(Home.nextKeyFile(home.folder))
      let rotation = try KeyRotation(
        device: own.device, former: Codec.standard.digest(signed.bytes), key: next.publicKey, encryptionKey: next.encryptionKey.publicKey)
      let question = Question(
        former: Hex.text(rotation.former), key: Hex.text(rotation.key), encryptionKey: Hex.text(rotation.encryptionKey),
        formerSignature: Hex.text(try rotation.signature(by: key.signer)), keySignature: Hex.text(try rotation.signature(by: next.signer)))
      let connection = try Exchange(home: home, replica: try home.replica()).connection()
      let answer = try connection.post(
        path: "/v1/key", body: Array(try JSONEncoder().encode(question)), contentType: "application/json", accept: "application/json")
      let issued = (try? JSONDecoder().decode(Answer.self, from: Data(answer))).map {
        IssuedCertificate(bytes: $0.certificate, signature: $0.certificateSignature)
      }
      guard let issued, home.isSuccessor(issued, of: own, key: next) else {
        throw Failure(TransportError(.notOurServer, detail: "certificate"))
      }
      _ = try home.take(issued)
      let fingerprint = Format.fingerprint(next.publicKey)
      try common.printer.show(["device": home.profile.device, "fingerprint": fingerprint]) { printer in
        printer.say(Text("设备密钥已更换,新的指纹:\(fingerprint)", "The device has another key now: \(fingerprint)"))
      }
    }

    private struct Question: Encodable {
      let former: String
      let key: String
      let encryptionKey: String
      let formerSignature: String
      let keySignature: String
    }

    private struct Answer: Decodable {
      let certificate: String
      let certificateSignature: String
    }

    private static let notALaptop = Failure(
      "laptop-only", .notPermitted, Text("这条命令只能在笔记本的数据目录中使用。", "This command works in a laptop's home only."),
      kept: Failure.nothingChanged, next: Text("请在那台笔记本上运行。", "Run it on the laptop."))
  }
}
