import ArgumentParser
import Foundation
import Logging
import SyncCore
import SyncKit
import SyncRelay
import SyncServer

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: Text(
      "办公室:运行中继,旁边是办公室自己的副本",
      "At the office: run the relay, with the office's own replica beside it"
    ).here,
    discussion: Text(
      "第一次加 --init 建立办公室的数据目录。监听地址打印在标准输出。SIGTERM 正常结束,退出码 0。",
      "With --init, makes the office's home where there is none. Prints the address it listens at on stdout. SIGTERM ends it gracefully, with exit code 0."
    ).here)

  @Flag(name: .customLong("init"), help: Text("还没有办公室目录时先建立。", "Make the office's home first, if there is none.").help)
  var initialize = false

  @Option(help: Text("办公室用户名(只用于 --init)。", "The office's user (for --init).").help)
  var user: String = "office"

  @Option(help: Text("办公室显示名(只用于 --init)。", "The office's name for people (for --init).").help)
  var name: String?

  @Option(
    help: ArgumentHelp(
      Text(
        "中继的记录放在这个 PostgreSQL 库里:postgres://用户@主机/库名(密码放在 PGPASSFILE 文件里)。不给则放在目录里的 relay.sqlite。",
        "Keep the relay's log in this PostgreSQL database: postgres://USER@HOST/NAME (the password is in PGPASSFILE's file). Without it, in the home's relay.sqlite."
      ).here, valueName: "address"))
  var store: String?

  @Option(help: Text("监听的地址。", "The address to bind.").help)
  var host: String = "127.0.0.1"

  @Option(help: Text("监听的端口;0 为任意空闲端口。", "The port to bind; 0 for any free one.").help)
  var port: Int = 8473

  @Option(
    help: ArgumentHelp(
      Text(
        "开始监听后把端口号写入此文件。",
        "Write the port to this file once it listens."
      ).here, valueName: "file"), completion: .file())
  var portFile: String?

  @Option(
    name: .customLong("tls-certificate"),
    help: ArgumentHelp(
      Text("TLS 证书链(PEM);换了文件自动生效。", "The TLS certificate and its chain, as PEM; a new file is taken up by itself.").here,
      valueName: "file"), completion: .file())
  var tlsCertificate: String?

  @Option(
    name: .customLong("tls-key"),
    help: ArgumentHelp(Text("TLS 证书的密钥(PEM)。", "The certificate's key, as PEM.").here, valueName: "file"), completion: .file())
  var tlsKey: String?

  @Option(
    name: .customLong("client-ca"),
    help: ArgumentHelp(
      Text(
        "只接受出示由此文件中的 CA(PEM)签发的客户端证书的连接。",
        "Let only those in who show a certificate that an authority of this file (PEM) has issued."
      ).here, valueName: "file"), completion: .file())
  var clientCA: String?

  @Flag(
    name: .customLong("behind-tls-proxy"), inversion: .prefixedNo, exclusivity: .chooseLast,
    help: Text(
      "前面有 TLS 代理,允许监听其他地址。",
      "A proxy with TLS stands before it: other addresses may be bound."
    ).help)
  var behindTLSProxy = false

  @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: Text("在标准错误上记录每个请求。", "Log each request on stderr.").help)
  var verbose = false

  @Option(
    help: Text(
      "标准错误上日志的格式:text,或 json(每行一个 JSON 对象)。", "How the log on stderr is written: text, or json for one JSON object a line."
    ).help)
  var logFormat = LogFormat.text

  @Option(
    help: Text(
      "收到停止信号后,/readyz 立即答 503,再接受连接这么多秒(前面有负载均衡时用)。",
      "Once told to stop, /readyz says 503, and connections are taken for so many seconds still: for a load balancer to notice."
    ).help)
  var drainSeconds = 0

  @Option(
    help: Text(
      "磁盘剩余少于这么多 MiB 时,/readyz 答 503。", "With less than so many MiB free on the disk, /readyz says 503."
    ).help)
  var leastFreeMib = Int(RelayServerConfiguration.defaultLeastFreeBytes >> 20)

  @Option(
    help: ArgumentHelp(
      Text(
        "内有令牌的文件;凭此令牌可读取 /metrics(Prometheus)。不给则没有 /metrics。",
        "The file with the token by which /metrics (Prometheus) may be read; without it there is no /metrics."
      ).here, valueName: "file"), completion: .file())
  var metricsTokenFile: String?

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (0...Self.longestDrain).contains(drainSeconds) else {
      throw ValidationError(Text("--drain-seconds 应在 0 到 \(Self.longestDrain) 之间。", "--drain-seconds is 0 to \(Self.longestDrain).").here)
    }
    guard (0...Self.mostFreeMiB).contains(leastFreeMib) else {
      throw ValidationError(Text("--least-free-mib 应在 0 到 \(Self.mostFreeMiB) 之间。", "--least-free-mib is 0 to \(Self.mostFreeMiB).").here)
    }
    guard (0...65_535).contains(port) else { throw ValidationError(Text("端口应在 0 到 65535 之间。", "A port is 0 to 65535.").here) }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError(Text("--tls-certificate 与 --tls-key 要同时给出。", "--tls-certificate and --tls-key go together.").here)
    }
    guard clientCA == nil || tlsCertificate != nil else {
      throw ValidationError(Text("--client-ca 要与 --tls-certificate 同用。", "--client-ca goes with --tls-certificate.").here)
    }
  }

  func run() async throws {
    let printer = common.printer
    let folder = common.homeFolder
    if initialize { try OfficeHome.make(folder, user: user, name: name ?? Text("办公室", "Office").here, store: store) }
    let opened = try common.openHome()
    try opened.requireOffice()
    let home = try opened.choosing(store: store)
    let serving = try SyncLock(home, .serve, wait: 0)
    defer { withExtendedLifetime(serving) {} }
    let relay = try home.relay()
    // A relay that was restored from a backup has forgotten what was rejected since; the office's replica has not.
    try relay.restore(try home.replica().rejections())
    let desk = try OfficeDesk(home, relay)
    let server = try RelayServer(
      relay: relay,
      configuration: .init(
        host: host, port: port, tls: tls, behindTLSProxy: behindTLSProxy, drainSeconds: drainSeconds,
        leastFreeBytes: Int64(leastFreeMib) << 20, metricsToken: try metricsToken()), logger: logger,
      onStored: { _ in desk.wake() }, onPin: { pin in Self.keep(pin, home, logger) })
    if tls == nil { Self.keep(nil, home, logger) }
    desk.start { failure in
      if logFormat == .text { return Printer(language: printer.language, isJSON: false).report(failure) }
      logger.error("the office's exchange failed", metadata: ["code": "\(failure.code)", "error": "\(failure.what(printer.language))"])
    }
    defer { desk.stop() }
    let packer = Packer(relay)
    packer.start { failure in
      logger.error("packing failed", metadata: ["code": "\(failure.code)", "error": "\(failure.what(printer.language))"])
    }
    defer { packer.stop() }
    do {
      try await server.run { bound in announce(bound, home.relayPin, printer) }
    } catch {
      throw Self.explained(error, host: host, port: port)
    }
  }

  private static let longestDrain = RelayServerConfiguration.longestDrainSeconds
  private static let mostFreeMiB = 1 << 30

  private var logger: Logger { logFormat.logger(verbose ? .info : .warning) }

  /// The token stands in a file: arguments and the environment are shown to others.
  private func metricsToken() throws -> String? {
    guard let metricsTokenFile else { return nil }
    guard let data = FileManager.default.contents(atPath: metricsTokenFile) else {
      throw Failure(posix: errno, path: metricsTokenFile)
    }
    let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard token.utf8.count >= RelayServerConfiguration.metricsTokenBytes else {
      throw Failure.badInput(
        Text(
          "\(metricsTokenFile) 中的令牌太短(至少 \(RelayServerConfiguration.metricsTokenBytes) 个字符)。",
          "The token in \(metricsTokenFile) is too short (at least \(RelayServerConfiguration.metricsTokenBytes) characters)."),
        code: "bad-token", next: Text("例如:openssl rand -hex 32 > 文件", "For example: openssl rand -hex 32 > FILE"),
        details: ["path": metricsTokenFile])
    }
    return token
  }

  private var tls: TLSFiles? {
    guard let tlsCertificate, let tlsKey else { return nil }
    return TLSFiles(certificate: tlsCertificate, key: tlsKey, clientAuthorities: clientCA)
  }

  /// Writes down what laptops may pin, for whoever tells them their codes; it is removed where there is no TLS.
  private static func keep(_ pin: String?, _ home: Home, _ logger: Logger) {
    do {
      try home.write(relayPin: pin)
    } catch {
      logger.error("the pin cannot be written down", metadata: ["error": "\(error)"])
    }
  }

  private func announce(_ bound: Int, _ pin: String?, _ printer: Printer) {
    struct Listening: Encodable {
      let url: String
      let port: Int
      let pid: Int32
      /// The digest of the certificate's key, which `enrol --pin` takes.
      let pin: String?
    }
    let shownHost = host.contains(":") ? "[\(host)]" : host
    let url = "\(tls == nil ? "http" : "https")://\(shownHost):\(bound)"
    do {
      if let portFile { try PrivateFile.write(Array("\(bound)\n".utf8), to: URL(fileURLWithPath: portFile)) }
      try printer.show(Listening(url: url, port: bound, pid: getpid(), pin: pin)) { $0.line(url) }
    } catch {
      printer.report(Failure(error))
    }
    // A log that programs read has nothing beside its lines.
    guard logFormat == .text else { return }
    if let pin { printer.note(Text("公钥指纹:\(pin)", "The key's digest, to be pinned: \(pin)")) }
    printer.note(Text("中继已启动。登记设备:fieldsurvey device code 用户名", "The relay is up. To enrol a device: fieldsurvey device code USER"))
  }

  /// A port in use is the one mishap everybody meets. The server's own error is not public; its text holds the kernel's number.
  private static func explained(_ error: any Error, host: String, port: Int) -> any Error {
    guard let match = "\(error)".firstMatch(of: /bind.*errno: (\d+)/), let number = Int32(match.output.1) else { return error }
    let reason = String(cString: strerror(number))
    return Failure(
      "cannot-listen", .unreachable, Text("无法监听 \(host):\(port)(\(reason))。", "Cannot listen on \(host):\(port) (\(reason))."),
      next: Text("端口可能已被占用,请换一个:--port。", "The port may be in use; choose another with --port."), details: ["errno": String(number)])
  }
}

/// Makes the office's home.
enum OfficeHome {
  static func make(_ folder: URL, user: String, name: String, store: String? = nil) throws {
    try Home.make(folder)
    let file = Home.profileFile(folder)
    guard !FileManager.default.fileExists(atPath: file.path) else { return }
    let device = DeviceID(of: try Home.replica(in: folder).site)
    _ = try Home.key(Home.issuerKeyFile(folder))
    let relay = try Home.relay(in: folder, store: store, creating: true)
    let certificate = try Home.certificate(folder, device: device, user: user, by: relay)
    try relay.close()
    // Last, because it is what makes the folder a home.
    let profile = Profile(
      role: .office, user: user, name: name, relay: nil, store: store, device: device.description, certificate: certificate)
    try profile.write(file)
  }
}
