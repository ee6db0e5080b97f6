import Crypto
public import Foundation
import SwiftASN1
import X509

/// An authority that a test makes for itself, and by which it certifies servers and clients.
public struct TestAuthority: Sendable {
  /// The authority's own certificate, as PEM.
  public let pem: String
  private let key: P256.Signing.PrivateKey
  private let name: DistinguishedName

  public init(_ name: String = "test authority") throws {
    key = P256.Signing.PrivateKey()
    self.name = try DistinguishedName { CommonName(name) }
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: Date() - 3600, notValidAfter: Date() + 86_400,
      issuer: self.name, subject: self.name,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      }, issuerPrivateKey: .init(key))
    pem = try certificate.serializeAsPEM().pemString
  }

  /// Certifies a new key.
  /// - Parameter host: the name for which it is valid; 127.0.0.1 comes with it where that is `localhost`.
  public func issue(_ host: String = "localhost", from: Date = Date() - 3600, until: Date = Date() + 86_400) throws -> TestCertificate {
    let own = P256.Signing.PrivateKey()
    var names = [GeneralName.dnsName(host)]
    if host == "localhost" { names.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))) }
    let alternatives = SubjectAlternativeNames(names)
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey), notValidBefore: from, notValidAfter: until, issuer: name,
      subject: try DistinguishedName { CommonName(host) },
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        alternatives
      }, issuerPrivateKey: .init(key))
    let digest = SHA256.hash(data: own.publicKey.derRepresentation)
    return TestCertificate(
      pem: try certificate.serializeAsPEM().pemString, key: own.pemRepresentation, pin: "sha256//" + Data(digest).base64EncodedString())
  }
}

/// A certificate and its key, both as PEM.
public struct TestCertificate: Sendable {
  public let pem: String
  public let key: String
  /// The key's digest as libcurl names it.
  public let pin: String

  /// Writes both into a folder, the key for its owner alone.
  /// - Returns: the paths.
  @discardableResult
  public func write(to folder: String, as name: String = "server") throws -> (certificate: String, key: String) {
    let (certificate, key) = ("\(folder)/\(name).pem", "\(folder)/\(name).key")
    try Data(pem.utf8).write(to: URL(fileURLWithPath: certificate), options: .atomic)
    try Data(self.key.utf8).write(to: URL(fileURLWithPath: key), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    return (certificate, key)
  }
}
