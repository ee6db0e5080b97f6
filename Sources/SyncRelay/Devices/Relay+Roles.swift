import Foundation
import SyncCore

extension Relay {
  /// Gives a user another role: each of their devices gets a certificate that says what the role has a say in, which it takes up at its next
  /// exchange. From here on what comes to this relay is judged by that, whatever it cites; what was the former role's to write and comes later
  /// is rejected. So a user whose say becomes narrower should sync first.
  /// - Returns: the devices.
  /// - Throws: ``RelayError`` with `userUnknown` or `badArgument`.
  public func changeRole(of user: String, to role: String) throws -> [DeviceID] {
    try Self.check(role, upTo: RelayLimits.labelBytes, "role")
    let now = clock()
    return try store.write { db in
      guard try db.execute("UPDATE account SET role = ? WHERE name = ?", [role, user]) == 1 else { throw RelayError(.userUnknown, user) }
      try Audit.record(.roleChanged, at: now, device: nil, user: user, detail: role, in: db)
      var devices: [DeviceID] = []
      let known = try issued(db) { $0.user == user }
      for row in try db.rows("SELECT id, key FROM device WHERE account = ? AND revoked_ms IS NULL ORDER BY id", [user]) {
        guard let device = DeviceID(bytes: try row.bytes("id")) else { throw RelayError(.damaged, "device") }
        devices.append(device)
        let key: [UInt8]? = try row["key"]
        guard let key else { continue }
        let latest = known.first { $0.certificate.device == device.bytes }
        _ = try succeed(
          device, key: key, user: user, role: role, encryptionKey: latest?.certificate.encryptionKey ?? [], in: db)
      }
      return devices
    }
  }

  /// Issues a device's certificate, in the place of those that it had for the same user.
  /// - Returns: nil where this relay issues none.
  func succeed(
    _ device: DeviceID, key: [UInt8], user: String, role: String, encryptionKey: [UInt8], in db: any StoreTransaction
  ) throws -> SignedCertificate? {
    let former = try issued(db) { $0.device == device.bytes && $0.user == user }
    guard let signed = try issue(device, key: key, user: user, role: role, encryptionKey: encryptionKey, in: db) else { return nil }
    let hashes = former.map { codec.digest($0.signed.bytes) }.filter { $0 != codec.digest(signed.bytes) }
    try StatementLog(db: db, issuer: issuer).state(signed, of: device, insteadOf: hashes)
    return signed
  }
}
