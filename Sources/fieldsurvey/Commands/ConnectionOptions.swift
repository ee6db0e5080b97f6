import ArgumentParser
import Foundation

/// How the relay is recognised and reached, where the system's own way will not do. None of it is secret.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      Text("办公室自己的 CA 证书(PEM);会复制到数据目录。", "The office's own authority, as PEM; it is copied into the home.").here, valueName: "file"),
    completion: .file())
  var caFile: String?

  @Option(
    name: .customLong("pin"),
    help: ArgumentHelp(
      Text("中继的公钥指纹,如 sha256//…;可写多个。", "The digest of the relay's key, as sha256//…; may be repeated.").here, valueName: "digest"))
  var pins: [String] = []

  @Option(
    help: ArgumentHelp(
      Text("这台笔记本的客户端证书(PEM),与 --client-key 同用。", "This laptop's own certificate, as PEM; with --client-key.").here, valueName: "file"),
    completion: .file())
  var clientCertificate: String?

  @Option(
    help: ArgumentHelp(
      Text("客户端证书的私钥(PEM,不加密,仅本人可读)。", "Its key, as PEM, not encrypted, readable by you alone.").here, valueName: "file"),
    completion: .file())
  var clientKey: String?

  @Option(
    help: ArgumentHelp(
      Text("代理地址(默认取环境变量 https_proxy)。", "The proxy's address (by default that of https_proxy).").here, valueName: "url"))
  var proxy: String?

  func validate() throws {
    guard (clientCertificate == nil) == (clientKey == nil) else {
      throw ValidationError(Text("--client-certificate 与 --client-key 要同时给出。", "--client-certificate and --client-key go together.").here)
    }
  }

  /// What was chosen, over what the home has already: what is not named stays.
  func settings(over earlier: ConnectionSettings?) -> ConnectionSettings {
    func path(_ name: String) -> String { URL(fileURLWithPath: name).standardizedFileURL.path }
    var settings = earlier ?? ConnectionSettings()
    if let caFile { settings.authorityFile = path(caFile) }
    if !pins.isEmpty { settings.pinnedKeys = pins }
    if let clientCertificate { settings.clientCertificateFile = path(clientCertificate) }
    if let clientKey { settings.clientKeyFile = path(clientKey) }
    if let proxy { settings.proxy = proxy }
    return settings
  }
}
