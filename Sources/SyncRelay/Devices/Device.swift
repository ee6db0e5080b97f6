public import SyncCore

/// A device as the relay knows it.
public struct Device: Hashable, Sendable {
  public let id: DeviceID
  /// The user it belongs to.
  public let user: String
  /// What its user called it when it enrolled.
  public let label: String
  /// Milliseconds since 1970.
  public let enrolled: Int64
  /// When it was last in contact, within ``RelayLimits/lastSeenMilliseconds``; milliseconds since 1970.
  public let lastSeen: Int64
  /// When it was revoked; nil while it may take part.
  public let revoked: Int64?
  /// Its public key, by which it signs; nil where it enrolled with a relay that issues no certificates.
  public let key: [UInt8]?
}

/// What a device is told when it enrols.
public struct Enrolment: Hashable, Sendable {
  /// The device's secret, which the relay does not keep: it cannot be told again.
  public let token: String
  /// The user's name, which is the author of what the device writes.
  public let user: String
  /// The user's name for people.
  public let name: String
  /// The user's role, as the office words it.
  public let role: String
  /// The relay's epoch.
  public let epoch: [UInt8]
  /// What the user may hold now.
  public let grants: [Grant]
  /// What the device's changesets are to cite; nil where the relay issues no certificates.
  public let certificate: SignedCertificate?
  /// The certificates of the office's own devices, for whom the device can encrypt what it hands over.
  public let office: [SignedCertificate]
}

/// Who asks: a device's user, or the office itself.
public struct Principal: Hashable, Sendable {
  /// The user's name.
  public let user: String
  /// The user's name for people.
  public let name: String
  /// The user's role, as the office words it.
  public let role: String
  /// The device that asks; nil for the office's replica in this process.
  public let device: DeviceID?

  /// The office's replica: it may hold every scope, and it brings what others wrote.
  static let office = Principal(user: "office", name: "", role: "office", device: nil)

  /// What stands for the device in the log's columns; empty for the office.
  var deviceBytes: [UInt8] { device?.bytes ?? [] }
}
