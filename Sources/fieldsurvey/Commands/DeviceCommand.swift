import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

struct DeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: Text("登记码与设备", "Enrolment codes and devices").here,
    subcommands: [Code.self, List.self, Role.self, Revoke.self, Recover.self, RotateKey.self])

  /// Issues a code.
  struct Code: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "code", abstract: Text("发一个一次性登记码(10 分钟内有效)", "Issue a one-time enrolment code (good for ten minutes)").here,
      discussion: Text(
        "登记码单独一行打印在标准输出,只显示这一次。", "The code stands alone on a line of stdout, and is shown this once."
      ).here)

    @Argument(help: ArgumentHelp(Text("用户名,即此人所写内容的作者。", "The user's name: the author of what is written there.").here, valueName: "user"))
    var user: String

    @Option(help: Text("显示给人看的姓名(默认同用户名)。", "The name for people (by default the user's name).").help)
    var name: String?

    @Option(help: Choices.help(WorkRole.self, Text("角色(默认数字专员)", "What the user works as (a specialist by default)")))
    var role = WorkRole.specialist.rawValue

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        Text("用码登记时即授权的企业:编号(可只写开头)或信用代码。", "Enterprises granted with the code: identifiers (the beginning will do) or credit codes.").here,
        valueName: "enterprise"))
    var grant: [String] = []

    @Option(
      help: ArgumentHelp(
        Text("笔记本访问中继的地址;写了它,在终端上会同时显示登记二维码。", "The address at which laptops reach the relay; with it a terminal shows the QR code too.")
          .here,
        valueName: "url"))
    var relay: String?

    @Flag(help: Text("不在终端上也显示二维码(需要 --relay)。", "Show the QR code where there is no terminal, too (needs --relay).").help)
    var qr = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let address = relay
      guard address != nil || !qr else {
        throw Failure.badInput(
          Text("二维码里要写中继地址。", "The QR code has to name the relay."), code: "no-relay",
          next: Text("请加上 --relay URL。", "Add --relay URL."))
      }
      // The address is judged before anything is made.
      if let address { _ = try CurlTransport(baseURL: address, token: nil) }
      let relay = try home.relay()
      let grants = try scopes(home)
      let shown = name ?? user
      let role = try WorkRole.parse(role, field: "role")
      let code = try relay.createCode(
        user: user, name: shown, role: role.rawValue, grants: (grants + [SurveySchema.catalogue]).map { GrantedScope.one($0) })
      let until = Environment.clock() + relay.limits.codeMilliseconds
      struct Told: Encodable {
        let code: String
        let user: String
        let name: String
        let grants: [String]
        let expiresAt: String
        /// What the QR code says; null where the relay's address was not given.
        let invitation: String?
        /// What the laptop may pin; missing where the relay does not speak TLS by itself.
        let pin: String?
      }
      let issuer = try Home.keptKey(Home.issuerKeyFile(home.folder)).publicKey
      let invitation = address.map { Invitation(relay: $0, code: code, issuer: issuer).text }
      let pin = home.relayPin
      let told = Told(
        code: code, user: user, name: shown, grants: grants.map(\.name), expiresAt: Format.iso(until), invitation: invitation,
        pin: pin)
      try common.printer.show(told) { printer in
        printer.line(code)
        if let invitation, qr || Terminal.isTerminal(STDOUT_FILENO), let picture = QRCode(invitation) {
          for line in picture.lines { printer.line(printer.style(line, .print)) }
        }
        printer.note(
          Text(
            "\(shown) 的登记码,\(Format.time(until)) 前有效。在笔记本上运行:fieldsurvey enrol URL \(code)",
            "The code of \(shown), good until \(Format.time(until)). On the laptop: fieldsurvey enrol URL \(code)"))
        guard let pin else { return }
        printer.note(Text("要固定中继的公钥,加上:--pin \(pin)", "To pin the relay's key add: --pin \(pin)"))
      }
    }

    private func scopes(_ home: Home) throws -> [ScopeID] {
      guard !grant.isEmpty else { return [] }
      let survey = try home.survey()
      return try grant.compactMap { ScopeID(try survey.enterprise($0).enterprise.id) }
    }
  }

  /// Lists the devices.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出登记过的设备", "List the devices that ever enrolled").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let relay = try common.openHome().relay()
      let devices = try relay.devices()
      struct Told: Encodable {
        let id: String
        let user: String
        let label: String
        /// The fingerprint of its public key; null where it has none.
        let fingerprint: String?
        let enrolledAt: String
        let lastSeenAt: String
        let revokedAt: String?
        let grants: [String]
      }
      let told = try devices.map { device in
        Told(
          id: device.id.description, user: device.user, label: device.label, fingerprint: device.key.map(Format.fingerprint),
          enrolledAt: Format.iso(device.enrolled),
          lastSeenAt: Format.iso(device.lastSeen), revokedAt: device.revoked.map(Format.iso),
          grants: try relay.grants(of: device.user).map(\.scope.description).filter { $0 != SurveySchema.catalogue.name })
      }
      try common.printer.show(told) { printer in
        guard !devices.isEmpty else { return printer.note(Text("还没有设备登记。", "No device has enrolled yet.")) }
        let now = Environment.clock()
        printer.table(
          [
            Text("设备", "device"), Text("用户", "user"), Text("名称", "label"), Text("密钥指纹", "key"), Text("最近联系", "last seen"),
            Text("授权企业", "grants"), Text("状态", "state"),
          ],
          zip(devices, told).map { device, told in
            [
              device.id.description, device.user, device.label, told.fingerprint ?? "—",
              Format.ago(device.lastSeen, now: now)(printer.language),
              String(told.grants.count), (device.revoked == nil ? Text("有效", "active") : Text("已停用", "revoked"))(printer.language),
            ]
          }, right: [5])
      }
    }
  }

  /// Gives a user another role.
  struct Role: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "role", abstract: Text("变更一位用户的角色,不必重新登记", "Change what a user works as, without enrolling again").here,
      discussion: Text(
        """
        此人的每台设备在下次同步时换用新证书。此后送达的内容一律按新角色判断:原角色才能决定、变更之后才送达的内容会被退回,
        原文保留在作者的设备上(fieldsurvey doctor)。收窄角色之前,请让此人先同步一次。
        """,
        """
        Each of the user's devices takes up a new certificate at its next sync. What arrives from now on is judged by the new role: what was the
        former one's to decide and arrives later is rejected, and its text kept on its author's device (fieldsurvey doctor). Before a role
        becomes narrower, have the user sync.
        """
      ).here)

    @Argument(help: ArgumentHelp(Text("用户名。", "The user's name.").here, valueName: "user"))
    var user: String

    @Argument(help: Choices.help(WorkRole.self, Text("新的角色", "What the user works as from now on")))
    var role: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let role = try WorkRole.parse(role, field: "role")
      let devices = try common.openHome().relay().changeRole(of: user, to: role.rawValue)
      struct Told: Encodable {
        let user: String
        let role: String
        let devices: [String]
      }
      try common.printer.show(Told(user: user, role: role.rawValue, devices: devices.map(\.description))) { printer in
        printer.say(
          Text(
            "\(user) 的角色已改为 \(role.rawValue);\(devices.count) 台设备下次同步时换用新证书。",
            "\(user) is \(role.rawValue) now; \(Format.count(devices.count, "device")) will take up a new certificate at the next sync."))
      }
    }
  }

  /// Ends a device's part.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: Text("停用一台设备(下一次请求即生效)", "Revoke a device, from its next request on").here)

    @Argument(help: ArgumentHelp(Text("设备编号(可只写开头)。", "The device's identifier, or its beginning.").here, valueName: "device"))
    var device: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let relay = try common.openHome().relay()
      let wanted = device.lowercased().filter { $0 != "-" }
      let found = try relay.devices().filter { !wanted.isEmpty && $0.id.description.filter { $0 != "-" }.hasPrefix(wanted) }
      guard let first = found.first else {
        throw Failure.notFound(
          Text(
            "设备",
            "device"), id: device, next: Text("用 fieldsurvey device list 查看。", "See fieldsurvey device list."))
      }
      guard found.count == 1 else {
        throw Failure.badInput(
          Text(
            "“\(device)”对应 \(found.count) 台设备,请写长一些。",
            "\"\(device)\" fits \(found.count) devices; write more of it."), code: "ambiguous")
      }
      try relay.revoke(device: first.id)
      struct Told: Encodable {
        let id: String
        let user: String
        let revoked = true
      }
      try common.printer.show(Told(id: first.id.description, user: first.user)) { printer in
        printer.say(Text("已停用 \(first.user) 的设备 \(first.id)。", "Revoked \(first.user)'s device \(first.id)."))
      }
    }
  }
}
