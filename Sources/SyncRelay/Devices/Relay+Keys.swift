import Foundation
public import SyncCore

extension Relay {
  /// Certifies the key that a device takes in the place of the one it has. What it signed by the former and has not sent yet is taken as
  /// ever. Asking once more, after an answer that was lost, gives the same certificate.
  /// - Parameters:
  ///   - rotation: what is asked for.
  ///   - signatures: of `rotation`, by the key that the device has and by the one that it takes.
  ///   - principal: the device that asks.
  /// - Throws: ``RelayError`` with `badArgument` where it is not signed by both, or `otherKey` where the device has another key by now.
  public func rotate(
    _ rotation: KeyRotation, signatures: (former: [UInt8], key: [UInt8]), by principal: Principal
  ) throws -> SignedCertificate {
    guard let device = principal.device, device.bytes == rotation.device else { throw RelayError(.badArgument, "device") }
    guard rotation.isSigned(signatures.key, by: rotation.key, codec: codec) else { throw RelayError(.badArgument, "signature") }
    let now = clock()
    return try store.write { db in
      try Self.requireCurrent(principal, in: db)
      let known = try issued(db) { $0.device == device.bytes && $0.user == principal.user }
      guard let former = known.first(where: { codec.digest($0.signed.bytes) == rotation.former })?.certificate,
        rotation.isSigned(signatures.former, by: former.key, codec: codec)
      else { throw RelayError(.badArgument, "signature") }
      let current: [UInt8]? = try db.value("SELECT key FROM device WHERE id = ?", [device.bytes])
      if current == rotation.key, let given = known.first(where: { $0.certificate.key == rotation.key }) { return given.signed }
      guard current == former.key else { throw RelayError(.otherKey, device.description) }
      try db.execute("UPDATE device SET key = ? WHERE id = ?", [rotation.key, device.bytes])
      let signed = try succeed(
        device, key: rotation.key, user: principal.user, role: principal.role, encryptionKey: rotation.encryptionKey, in: db)
      guard let signed else { throw RelayError(.badArgument, "key") }
      try Audit.record(.keyChanged, at: now, device: device.bytes, user: principal.user, detail: "", in: db)
      return signed
    }
  }
}
