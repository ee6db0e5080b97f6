import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

/// The home's secret keys, each in a file of its own that only its owner may read: never in an argument, the environment or a log.
extension Home {
  /// By it the device signs what is written on it.
  static func deviceKeyFile(_ folder: URL) -> URL { folder.appendingPathComponent("device.key") }
  /// By it the office issues certificates.
  static func issuerKeyFile(_ folder: URL) -> URL { folder.appendingPathComponent("issuer.key") }

  /// Reads a key, or makes one where there is none yet.
  static func key(_ file: URL) throws -> SigningKey {
    if FileManager.default.fileExists(atPath: file.path) { return try keptKey(file) }
    let key = SigningKey()
    try writeSecret(Array(Hex.text(key.bytes).utf8) + [UInt8(ascii: "\n")], to: file)
    return key
  }

  /// Reads a key that has to be there.
  static func keptKey(_ file: URL) throws -> SigningKey {
    let text = try secret(file).map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
    guard let bytes = text.flatMap(Hex.bytes), let key = SigningKey(bytes: bytes) else {
      throw Failure(
        "no-key", .notConfigured, Text("密钥文件不见了或已损坏:\(file.path)", "The key is gone, or damaged: \(file.path)"), kept: Failure.allKept,
        next: Text(
          "请把原来的文件放回;笔记本找不回时,移开它,再用新的登记码登记:fieldsurvey enrol URL CODE。",
          "Put the file back; on a laptop where it is lost, move it away and enrol with a new code: fieldsurvey enrol URL CODE."),
        details: ["path": file.path])
    }
    return key
  }

  /// By what the home's replica signs and reads what was encrypted for it, and whom it believes: the office that issued its own certificate.
  static func keys(_ folder: URL, _ profile: Profile) throws -> (signing: Signing, trust: Trust, encryption: [EncryptionKey]) {
    guard let (signed, certificate) = profile.certificate.read else { throw Profile.damaged(profileFile(folder)) }
    let key = try key(of: certificate, in: folder)
    let former = FileManager.default.fileExists(atPath: formerKeyFile(folder).path) ? try keptKey(formerKeyFile(folder)) : nil
    return (
      Signing(certificate: signed, signer: key.signer), Trust(issuers: [certificate.issuer]),
      [key.encryptionKey] + (former.map { [$0.encryptionKey] } ?? [])
    )
  }

  /// Takes up the certificate that the office has stated to stand in the place of the one the home has: its user's role has changed, or its
  /// key has and the relay's answer was lost. What is written from the next opening on cites it.
  func takeUpCertificate(of replica: Replica) throws {
    guard profile.role == .laptop, let said = try replica.supersession(), let (_, own) = profile.certificate.read,
      case let issued = IssuedCertificate(said.successor), issued != profile.certificate,
      try [Self.key(of: own, in: folder), Self.nextKey(folder)].contains(where: { key in
        key.map { isSuccessor(issued, of: own, key: $0) } ?? false
      })
    else { return }
    _ = try take(issued)
  }

  /// Whether a certificate is the same device's and user's as the one that the home has, of a key that is here, and not older.
  func isSuccessor(_ issued: IssuedCertificate, of own: Certificate, key: SigningKey) -> Bool {
    guard let (signed, said) = issued.read else { return false }
    return said.device == own.device && said.user == own.user && said.key == key.publicKey && said.issuer == own.issuer
      && said.from >= own.from && Trust(issuers: [own.issuer]).certificate(signed, codec: .standard) != nil
  }

  /// Certifies a device whose home lies with the office: its own replica, and an archive beside it.
  static func certificate(
    _ folder: URL, device: DeviceID, user: String, by relay: Relay, role: String = WorkRole.office.rawValue, authority: Authority? = nil
  ) throws -> IssuedCertificate {
    let key = try key(deviceKeyFile(folder))
    guard
      let issued = try relay.certificate(
        of: device, key: key.publicKey, user: user, role: role, authority: authority, encryptionKey: key.encryptionKey.publicKey)
    else {
      throw SyncKitError(.otherCertificate, ["device": device.description, "user": user])
    }
    return IssuedCertificate(issued)
  }

  /// The office's home where invented data are written, which tell what every role said: under a certificate that says so.
  func forSample() throws -> Home {
    let device = DeviceID(of: try replica().site)
    var profile = profile
    profile.certificate = try Self.certificate(folder, device: device, user: profile.user, by: try relay(), role: "sample", authority: .all)
    return Home(folder: folder, profile: profile)
  }
}
