import Foundation
import SyncCore
import SyncKit
import SyncRelay
import Synchronization

/// A relay in a folder of its own, with a clock that stands until it is moved.
final class TestRelay: Sendable {
  let folder: String
  let relay: Relay
  /// The file, or the database's address.
  let place: String
  private let time = Mutex<Int64>(1_800_000_000_000)

  var path: String { folder + "/relay.db" }
  /// Where attached files are kept.
  var blobFolder: String { Relay.blobFolder(beside: path) }
  var now: Int64 {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }

  init(limits: RelayLimits = RelayLimits(), at url: String? = nil) throws {
    folder = NSTemporaryDirectory() + "relay-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let box = ClockBox()
    place = try url ?? (StoreKind.current == .sqlite ? folder + "/relay.db" : StoreKind.emptyDatabase())
    relay = try Self.open(place, blobs: Relay.blobFolder(beside: folder + "/relay.db"), limits: limits, clock: { box.now() })
    box.owner.withLock { $0 = Weak(self) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func reopen() throws -> Relay { try Self.open(place, blobs: blobFolder) }

  /// For relays to which nobody brings a file.
  static let noBlobs = "/nonexistent"

  static func open(
    _ place: String, blobs: String = noBlobs, limits: RelayLimits = RelayLimits(), issuer: Signer? = nil,
    authority: @escaping @Sendable (String) -> Authority = { _ in .all },
    clock: @escaping @Sendable () -> Int64 = { 1_800_000_000_000 }
  ) throws -> Relay {
    switch StoreKind.current {
    case .sqlite:
      try Relay(
        path: place, blobFolder: blobs == noBlobs ? nil : blobs, codec: .standard, limits: limits, issuer: issuer, authority: authority,
        clock: clock, random: random)
    case .postgres:
      try Relay(
        postgres: PostgresAddress(place.hasPrefix("/") ? StoreKind.emptyDatabase() : place), blobFolder: blobs, codec: .standard,
        limits: limits,
        issuer: issuer, authority: authority, clock: clock, random: random)
    }
  }

  /// A device of a user, enrolled and with grants.
  func device(_ number: UInt64, user: String, grants: [GrantedScope] = []) throws -> TestDevice {
    let code = try relay.createCode(user: user, name: user, role: "specialist", grants: grants)
    let id = DeviceID(high: 7, low: number)
    let enrolment = try relay.enrol(code: code, device: id, label: "laptop \(number)")
    return TestDevice(id: id, user: user, token: enrolment.token, world: self)
  }

  static let random: @Sendable (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// What the clock's closure needs before the test relay is whole.
  private final class ClockBox: Sendable {
    let owner = Mutex(Weak(nil))

    func now() -> Int64 { owner.withLock { $0.value?.now } ?? 1_800_000_000_000 }
  }

  private struct Weak: Sendable {
    weak let value: TestRelay?

    init(_ value: TestRelay?) { self.value = value }
  }
}

/// An enrolled device.
struct TestDevice {
  let id: DeviceID
  let user: String
  let token: String
  /// Kept, because its folder goes with it.
  let world: TestRelay

  var relay: Relay { world.relay }
  var site: SiteID { SiteID(deviceHigh: id.high, deviceLow: id.low, incarnation: 1) }

  /// The log as this device sees it now.
  func access() throws -> RelayAccess {
    guard let principal = try relay.authenticate(token) else { throw RelayError(.revoked, "test") }
    return RelayAccess(relay, principal)
  }

  func author(in scope: ScopeID) -> Author { Author(scope: scope, site: site, user: user) }
}

/// Writes a chain of changesets as a device would.
struct Author {
  let scope: ScopeID
  let site: SiteID
  var user: String
  var seq: UInt64 = 0
  var previous: [UInt8] = []

  init(scope: ScopeID, site: SiteID, user: String) {
    self.scope = scope
    self.site = site
    self.user = user
  }

  /// The next changeset, by default of one small part.
  mutating func write(_ parts: [[UInt8]] = [[1, 2, 3]], declaring: [ChangesetHeader.Part]? = nil) -> Written {
    seq += 1
    let header = ChangesetHeader(
      scope: scope, dot: Dot(site: site, seq: seq), time: HybridTime(rawValue: seq << 16), wallClock: 1_800_000_000_000, author: user,
      transaction: .init(id: [UInt8](repeating: 9, count: 16), part: 0, parts: 1), schema: 1, certificate: [], previous: previous,
      needs: VersionVector(), note: "",
      parts: declaring ?? parts.map { .init(rows: 1, bytes: $0.count, digest: Codec.standard.digest($0)) })
    let bytes = header.encoded
    previous = Codec.standard.digest(bytes)
    return Written(header: bytes, dot: header.dot, hash: previous, parts: parts)
  }

  mutating func write(count: Int) -> [Fragment] { (0..<count).map { _ in write().whole } }
}

/// A changeset as its author has it.
struct Written {
  let header: [UInt8]
  let dot: Dot
  let hash: [UInt8]
  let parts: [[UInt8]]

  var whole: Fragment { some(0..<parts.count) }

  func some(_ range: Range<Int>) -> Fragment {
    Fragment(header: header, signature: [5], firstPart: range.lowerBound, parts: Array(parts[range]))
  }
}

extension Fragment {
  /// Whose changeset it is.
  var dot: Dot? { try? ChangesetHeader(decoding: header).dot }
}

func hold(_ scope: ScopeID, _ dots: Dot..., partial: [Holdings.Partial] = []) -> ScopeHoldings {
  ScopeHoldings(scope: scope, holdings: Holdings(vector: VersionVector(dots), partial: partial))
}

/// Bytes that no compression shortens, the same for the same seed.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state)
  }
}
