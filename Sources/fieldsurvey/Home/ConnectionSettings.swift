import Foundation
import SyncKit

/// How a laptop recognises its relay, makes itself known and finds the way there, beyond the address: a part of `home.json`. It names
/// files and holds no secret; what it does not name is as the system has it.
struct ConnectionSettings: Codable, Hashable, Sendable {
  /// The certificates of the authorities that are trusted in place of the system's, as PEM: a path, or a name in the home.
  var authorityFile: String?
  /// The digests of the keys of which the relay has to show one, each as `sha256//…`.
  var pinnedKeys: [String]?
  /// The laptop's own certificate and its key, as PEM: paths, because whoever renews them does it there.
  var clientCertificateFile: String?
  var clientKeyFile: String?
  /// The proxy's address, in place of the environment's.
  var proxy: String?

  /// Under which name the authorities' file is kept in a home.
  private static let keptAuthorityFile = "ca.pem"
  /// How large that file may be, in bytes: the system's own has some 200 KiB.
  private static let authorityBytes = 1 << 20

  /// What a connection is made with.
  /// - Parameter folder: the home, by which names without a folder are found.
  func options(in folder: URL) throws -> CurlTransport.Options {
    var options = CurlTransport.Options()
    options.userAgent = "\(Program.name)/\(Program.version)"
    options.certificateAuthorityFile = authorityFile.map { path($0, in: folder) }
    options.pinnedKeys = pinnedKeys ?? []
    options.proxy = proxy
    if let clientCertificateFile, let clientKeyFile {
      let key = path(clientKeyFile, in: folder)
      if let status = FileStatus(key), status.isOpenToOthers { throw Self.exposed(key) }
      options.clientCertificate = .init(certificateFile: path(clientCertificateFile, in: folder), keyFile: key)
    }
    return options
  }

  /// Copies the authorities' file into the home: the one that was named may be on a stick.
  mutating func keepAuthorities(in folder: URL) throws {
    guard let authorityFile, authorityFile.hasPrefix("/") else { return }
    let data = try Data(contentsOf: URL(fileURLWithPath: authorityFile))
    guard data.count <= Self.authorityBytes else {
      throw TransportError(.badAuthorityFile, detail: "more than \(Self.authorityBytes) bytes")
    }
    try PrivateFile.write(Array(data), to: folder.appendingPathComponent(Self.keptAuthorityFile))
    self.authorityFile = Self.keptAuthorityFile
  }

  private func path(_ name: String, in folder: URL) -> String {
    name.hasPrefix("/") ? name : folder.appendingPathComponent(name).path
  }

  private static func exposed(_ path: String) -> Failure {
    Failure(
      "key-exposed", .notConfigured, Text("别人也能读这个密钥文件:\(path)", "Others can read this key: \(path)"), kept: Failure.allKept,
      next: Text("先运行 chmod 600 \(path);若可能已被复制,请换一把新的。", "Run chmod 600 \(path); replace the key if it may have been copied."),
      details: ["path": path])
  }
}
