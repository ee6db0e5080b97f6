import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

struct EnrolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: Text("用办公室给的登记码登记这台笔记本", "Enrol this laptop with a code from the office").here,
    discussion: Text(
      "建立数据目录。令牌存入目录中的 token 文件(仅本人可读),不会显示。再次登记会换新令牌,数据不变。在终端上还会询问口令,用它加密数据。",
      "Makes the home. The token goes into its file token, readable by you alone, and is never shown. Enrolling again changes the token only. On a terminal a passphrase is asked for, by which the data is encrypted."
    ).here)

  @Argument(
    help: ArgumentHelp(
      Text(
        "中继地址,如 https://relay.example.org;扫描二维码时不写",
        "The relay's address, as https://relay.example.org; left out where the QR code is scanned"
      ).here, valueName: "url"))
  var url: String?

  @Argument(
    help: ArgumentHelp(
      Text("登记码,如 7K3QM-9WX2T;不写则从标准输入读", "The code, as 7K3QM-9WX2T; read from stdin where it is left out").here, valueName: "code"))
  var code: String?

  @Option(
    help: ArgumentHelp(
      Text("含登记码或二维码内容的文件。", "A file with the code, or with what the QR code says.").here, valueName: "file"),
    completion: .file())
  var codeFile: String?

  @Option(help: Text("这台设备的名称(默认为主机名)。", "What this device is called (by default the host's name).").help)
  var label: String?

  @Flag(help: Text("不加密数据:这台机器已有整盘加密。", "Leave the data in clear: this machine has full-disk encryption.").help)
  var unprotected = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var unlocking: UnlockingOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let folder = common.homeFolder
    let before = try earlierProfile(folder)
    var settings = connection.settings(over: before?.connection)
    let invitation = try invitation()
    // The address is judged before anything is made.
    let transport = try CurlTransport(baseURL: invitation.relay, token: nil, options: try settings.options(in: folder))
    // So is the passphrase: the code is used up by asking.
    let chosen = try newPassphrase(folder)
    try Home.make(folder)
    // The replica has the device's identifier, so it comes first; it is kept if the code turns out wrong.
    let device = DeviceID(of: try Home.replica(in: folder).site)
    let key = try Home.key(Home.deviceKeyFile(folder))
    let enrolled = try ask(transport, invitation.code, device, key)
    guard enrolled.certifies(device, key, issuer: invitation.issuer) else {
      throw Failure(TransportError(.notOurServer, detail: "certificate"))
    }
    if let before, before.user != enrolled.user {
      throw Failure(
        "other-user", .notPermitted,
        Text(
          "这个目录属于 \(before.user),登记码却是给 \(enrolled.user) 的。", "This home belongs to \(before.user), but the code is for \(enrolled.user)."),
        kept: Failure.allKept, next: Text("请用 --home 指定另一个目录,并要一个新的登记码。", "Name another folder with --home, and ask for a new code."))
    }
    try settings.keepAuthorities(in: folder)
    let profile = Profile(
      role: .laptop, user: enrolled.user, name: enrolled.name, work: WorkRole(rawValue: enrolled.role), relay: invitation.relay,
      connection: settings == ConnectionSettings() ? nil : settings, device: device.description, certificate: enrolled.issued,
      office: enrolled.officeCertificates())
    let home = Home(folder: folder, profile: profile)
    try Home.writeSecret(Array(enrolled.token.utf8) + [UInt8(ascii: "\n")], to: home.tokenFile)
    try profile.write(Home.profileFile(folder))
    let recovery = try chosen.map { chosen in try Protection(home).run { _ in chosen } }
    if recovery != nil { _ = try unlocking.keep(home) }
    try tell(home, enrolled, recovery: recovery)
  }

  /// What the office has told, from wherever it is handed over.
  private func invitation() throws -> Invitation {
    if let url, url.hasPrefix(Invitation.scheme) {
      throw Failure.badInput(
        Text("二维码的内容含登记码,请不要写在命令行里。", "What the QR code says holds the code, and does not belong into an argument."),
        code: "bad-invitation",
        next: Text("请运行 fieldsurvey enrol,再扫描或粘贴。", "Run fieldsurvey enrol, then scan or paste it."))
    }
    if let url, let code { return Invitation(relay: url, code: code, issuer: nil) }
    if codeFile == nil, Terminal.isTerminal(STDIN_FILENO) {
      common.printer.note(Text("请扫描办公室显示的二维码,或输入登记码:", "Scan the QR code that the office shows, or type the code:"))
    }
    return try Invitation(file: codeFile, relay: url)
  }

  /// The passphrase by which the home is to be encrypted, where somebody can be asked for one, or has named a file with it.
  /// - Returns: nil where the home was encrypted before, or stays in clear.
  private func newPassphrase(_ folder: URL) throws -> Passphrase? {
    guard try KeyFile.read(folder) == nil, !unprotected else { return nil }
    guard passphrase.passphraseFile != nil || Terminal.isTerminal(STDIN_FILENO) else { return nil }
    return try passphrase.new()
  }

  private func earlierProfile(_ folder: URL) throws -> Profile? {
    let file = Home.profileFile(folder)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let profile = try Profile.read(file)
    guard profile.role == .laptop else {
      throw Failure(
        "office-home", .notPermitted, Text("\(folder.path) 是办公室的目录。", "\(folder.path) is the office's home."),
        kept: Failure.nothingChanged, next: Text("请用 --home 指定另一个目录。", "Name another folder with --home."))
    }
    return profile
  }

  private struct Question: Encodable {
    let code: String
    let device: String
    let label: String
    let key: String
    let encryptionKey: String
  }

  private struct Enrolled: Decodable {
    let token: String
    let user: String
    let name: String
    let role: String
    let grants: [String]
    let certificate: String
    let certificateSignature: String
    let office: [[String]]?

    /// The certificates of the office's devices that the device's own issuer has signed.
    func officeCertificates() -> [IssuedCertificate] {
      guard let issuer = issued.read?.certificate.issuer else { return [] }
      return (office ?? []).filter { $0.count == 2 }.map { IssuedCertificate(bytes: $0[0], signature: $0[1]) }.filter { issued in
        issued.read.flatMap { Trust(issuers: [issuer]).certificate($0.signed, codec: .standard) } != nil
      }
    }

    var issued: IssuedCertificate { IssuedCertificate(bytes: certificate, signature: certificateSignature) }

    /// Whether the certificate is this device's and its user's, and signed by the issuer that it names: the one that was told, where one was.
    func certifies(_ device: DeviceID, _ key: SigningKey, issuer: [UInt8]?) -> Bool {
      guard let (signed, said) = issued.read, said.issuer == issuer ?? said.issuer else { return false }
      return said.device == device.bytes && said.key == key.publicKey && said.user == user
        && said.encryptionKey == key.encryptionKey.publicKey
        && Trust(issuers: [said.issuer]).certificate(signed, codec: .standard) != nil
    }
  }

  private func ask(_ transport: CurlTransport, _ code: String, _ device: DeviceID, _ key: SigningKey) throws -> Enrolled {
    let question = Question(
      code: code, device: device.description, label: label ?? ProcessInfo.processInfo.hostName, key: Hex.text(key.publicKey),
      encryptionKey: Hex.text(key.encryptionKey.publicKey))
    let answer = try post(Array(try JSONEncoder().encode(question)), by: transport)
    guard let enrolled = try? JSONDecoder().decode(Enrolled.self, from: Data(answer)) else {
      throw Failure(TransportError(.notOurServer, detail: "JSON"))
    }
    return enrolled
  }

  private func post(_ body: [UInt8], by transport: CurlTransport) throws -> [UInt8] {
    do {
      return try transport.post(path: "/v1/enrol", body: body, contentType: "application/json", accept: "application/json")
    } catch {
      throw Self.told(error)
    }
  }

  /// Enrolling is not syncing: what stops on the way is mended by enrolling again, perhaps with another code.
  private static func told(_ error: TransportError) -> Failure {
    let failure = Failure(error)
    switch error.code {
    case .unreachable, .timedOut, .cutShort, .serverFailed: break
    default: return failure
    }
    return Failure(
      failure.code, failure.status, failure.what, kept: failure.kept,
      next: Text(
        "有网络时用同一个登记码再试;若提示已被用过,请向办公室要一个新的。",
        "Try again with the same code when there is a network; if it is said to be used, ask the office for a new one."),
      details: failure.details)
  }

  private struct Told: Encodable {
    let home: String
    let user: String
    let name: String
    let device: String
    /// The fingerprint of the device's public key, as the office's `device list` shows it.
    let fingerprint: String?
    let relay: String
    let grants: [String]
    let isProtected: Bool
    let recoveryKey: String?
  }

  private func tell(_ home: Home, _ enrolled: Enrolled, recovery: String?) throws {
    let isProtected = try KeyFile.read(home.folder) != nil
    let told = Told(
      home: home.folder.path, user: enrolled.user, name: enrolled.name, device: home.profile.device,
      fingerprint: (enrolled.issued.read?.certificate.key).map(Format.fingerprint), relay: home.profile.relay ?? "",
      grants: enrolled.grants,
      isProtected: isProtected, recoveryKey: recovery)
    try common.printer.show(told) { printer in
      printer.say(
        Text(
          "已登记:\(enrolled.name)(\(enrolled.user)),数据目录 \(home.folder.path)",
          "Enrolled: \(enrolled.name) (\(enrolled.user)), home \(home.folder.path)"))
      if let fingerprint = told.fingerprint {
        printer.note(
          Text(
            "密钥指纹(与办公室 device list 所列核对):\(fingerprint)",
            "The key, to be compared with the office's device list: \(fingerprint)"))
      }
      if let recovery { Protection.tell(recovery, printer) }
      if !isProtected {
        printer.note(
          Text(
            "数据未加密:除非已有整盘加密,请运行 fieldsurvey protect。",
            "The data lies in clear: unless the whole disk is encrypted, run fieldsurvey protect."))
      }
      printer.note(Text("下一步:fieldsurvey sync", "Next: fieldsurvey sync"))
    }
  }
}
