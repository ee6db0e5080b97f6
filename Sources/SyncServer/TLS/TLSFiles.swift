import Foundation
import NIOSSL
public import SyncRelay

/// Where the server's certificate and its key stand, both as PEM.
public struct TLSFiles: Hashable, Sendable {
  /// The certificate, and behind it those that lead to the authority.
  public var certificate: String
  /// The certificate's key, not encrypted. Others than its owner and its group may not read it.
  public var key: String
  /// The authorities, as PEM, one of which has to have issued the certificate that whoever connects shows; nil where nobody has to show one.
  public var clientAuthorities: String?
  /// How often the files are looked at: a new certificate is shown to whoever connects after that.
  public var period: Duration

  public init(certificate: String, key: String, clientAuthorities: String? = nil, period: Duration = .seconds(30)) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
    self.period = period
  }
}

extension RelayError.Code {
  /// The certificate's file cannot be read, or holds no certificate as PEM.
  public static let certificateUnreadable = Self(rawValue: "certificate-unreadable")
  /// The key's file cannot be read, or holds no key as PEM that is not encrypted.
  public static let keyUnreadable = Self(rawValue: "key-unreadable")
  /// Others than the key's owner and its group may read it, or others than its owner may write it.
  public static let keyExposed = Self(rawValue: "key-exposed")
  /// The key is not the certificate's.
  public static let keyMismatch = Self(rawValue: "key-mismatch")
  /// The file of the authorities by which clients are known cannot be read, or holds no certificate as PEM.
  public static let clientAuthoritiesUnreadable = Self(rawValue: "client-authorities-unreadable")
  /// The certificate has expired or is not valid yet: nobody would connect.
  public static let certificateDate = Self(rawValue: "certificate-date")
}

/// A certificate with its key, as read from files and found fit to be shown.
struct TLSIdentity {
  /// The files' bytes, by which a change is seen.
  let read: [[UInt8]]
  /// What connections are made with.
  let context: NIOSSLContext
  /// Until when the certificate is valid, in seconds since 1970.
  let validUntil: Int
  /// The certificate's public key with its kind, in DER: what a client may pin by its digest.
  let publicKey: [UInt8]

  /// Reads what the files hold.
  ///
  /// - Parameter now: in seconds since 1970.
  /// - Returns: nil where the files hold what is known already.
  /// - Throws: `RelayError`, with the path in its details and nothing of what the key's file holds.
  init?(_ files: TLSFiles, known: TLSIdentity?, now: Int) throws(RelayError) {
    read = [
      try Self.bytes(files.certificate, .certificateUnreadable), try Self.bytes(files.key, .keyUnreadable, isKey: true),
      try files.clientAuthorities.map { path throws(RelayError) in try Self.bytes(path, .clientAuthoritiesUnreadable) } ?? [],
    ]
    if let known, known.read == read { return nil }
    guard let chain = try? NIOSSLCertificate.fromPEMBytes(read[0]), let own = chain.first else {
      throw RelayError(.certificateUnreadable, "\(files.certificate): no certificate as PEM")
    }
    guard let key = try? NIOSSLPrivateKey(bytes: read[1], format: .pem) else {
      throw RelayError(.keyUnreadable, "\(files.key): no unencrypted key as PEM")
    }
    // The certificate's own dates alone: a chain may rightly end in an authority's older certificate.
    guard now >= own.notValidBefore, now < own.notValidAfter else { throw RelayError(.certificateDate, files.certificate) }
    validUntil = own.notValidAfter
    guard let shown = try? own.extractPublicKey().toSPKIBytes() else { throw RelayError(.certificateUnreadable, files.certificate) }
    publicKey = shown
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    if let path = files.clientAuthorities {
      guard let authorities = try? NIOSSLCertificate.fromPEMBytes(read[2]), !authorities.isEmpty else {
        throw RelayError(.clientAuthoritiesUnreadable, "\(path): no certificate as PEM")
      }
      // Whoever shows none, or another's, does not come so far as to ask anything.
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(authorities)
    }
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw RelayError(.keyMismatch, files.key)
    }
  }

  /// Reads a small file, and judges a key's permissions by the very file that is read.
  private static func bytes(_ path: String, _ code: RelayError.Code, isKey: Bool = false) throws(RelayError) -> [UInt8] {
    func failed() -> RelayError { RelayError(code, "\(path): \(String(cString: strerror(errno)))") }
    // A pipe that nobody writes to would be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failed() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failed() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw RelayError(code, "\(path): not a file") }
    guard !isKey || status.st_mode & 0o027 == 0 else { throw RelayError(.keyExposed, path) }
    // One byte more than is allowed, so that what grew meanwhile is noticed as well.
    var buffer = [UInt8](repeating: 0, count: ServerLimits.tlsFileBytes + 1)
    var count = 0
    while count < buffer.count {
      let more = buffer[count...].withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if more == 0 { break }
      if more > 0 { count += more } else if errno != EINTR { throw failed() }
    }
    guard count <= ServerLimits.tlsFileBytes else { throw RelayError(code, "\(path): larger than \(ServerLimits.tlsFileBytes) bytes") }
    return Array(buffer[..<count])
  }
}
