import Foundation
import SurveyModel
import SyncCore
import SyncKit

/// How a laptop gives itself another key. Each step is durable before the next, and whatever is cut is gone on with by asking once more, or by
/// the next exchange: the new key lies beside the old one before the relay is asked, and `home.json` says which of them is in use.
extension Home {
  /// The key that the device is about to take.
  static func nextKeyFile(_ folder: URL) -> URL { folder.appendingPathComponent("device.key.next") }
  /// The key that it had before: bundles that were written for it can still be read.
  static func formerKeyFile(_ folder: URL) -> URL { folder.appendingPathComponent("device.key.former") }

  /// The key that a certificate is of: the device's, or the one that it was about to take when it was cut.
  static func key(of certificate: Certificate, in folder: URL) throws -> SigningKey {
    let key = try keptKey(deviceKeyFile(folder))
    if key.publicKey == certificate.key { return key }
    guard let next = try nextKey(folder), next.publicKey == certificate.key else { return key }
    return next
  }

  /// The key that the device was about to take; nil where there is none.
  static func nextKey(_ folder: URL) throws -> SigningKey? {
    let file = nextKeyFile(folder)
    return FileManager.default.fileExists(atPath: file.path) ? try keptKey(file) : nil
  }

  /// Has the device use its new key, under the certificate that the office issued for it.
  func take(_ issued: IssuedCertificate) throws -> Home {
    guard let (_, certificate) = issued.read else { throw Profile.damaged(Self.profileFile(folder)) }
    var profile = profile
    (profile.certificate, profile.work) = (issued, WorkRole(rawValue: certificate.role))
    // From here on the new key is the one that counts, wherever it lies.
    try profile.write(Self.profileFile(folder))
    let home = Home(folder: folder, profile: profile)
    try home.settleKeys()
    return home
  }

  /// Puts the key that the home's certificate is of in its place, where that was cut.
  func settleKeys() throws {
    guard let next = try Self.nextKey(folder), let (_, own) = profile.certificate.read, own.key == next.publicKey else { return }
    let key = try Self.keptKey(Self.deviceKeyFile(folder))
    if key.publicKey != next.publicKey {
      try Self.write(key, to: Self.formerKeyFile(folder))
      try Self.write(next, to: Self.deviceKeyFile(folder))
    }
    try FileManager.default.removeItem(at: Self.nextKeyFile(folder))
  }

  private static func write(_ key: SigningKey, to file: URL) throws {
    try writeSecret(Array(Hex.text(key.bytes).utf8) + [UInt8(ascii: "\n")], to: file)
  }
}
