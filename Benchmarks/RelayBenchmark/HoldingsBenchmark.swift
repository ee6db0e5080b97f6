import Foundation
import SyncCore
import SyncKit
import SyncRelay

/// What a first hello takes of the relay's processor: how far every scope has come, asked at once and one by one, in one run.
enum HoldingsBenchmark {
  private static let scopes = 10_000
  private static let perPush = 500

  static func run(_ relay: Relay, _ name: String) throws {
    let device = DeviceID(high: 7, low: 1000)
    let code = try relay.createCode(user: "li", name: "li", grants: [.all])
    guard let principal = try relay.authenticate(try relay.enrol(code: code, device: device, label: "laptop").token) else { return }
    let access = RelayAccess(relay, principal)
    let site = SiteID(deviceHigh: device.high, deviceLow: device.low, incarnation: 1)
    let names = (0..<scopes).compactMap { ScopeID("many/\($0)") }
    let work = Work.make(pushes: 1, changesets: 1, bytes: 100)
    let fragments = names.flatMap { work.fragments($0, site)[0] }
    for start in stride(from: 0, to: fragments.count, by: perPush) {
      guard try access.store(Array(fragments[start..<min(start + perPush, fragments.count)])).refused.isEmpty else { fatalError("refused") }
    }
    for _ in 1...3 {
      let together = try processor { _ = try access.holdings(of: names) }
      let apart = try processor { for scope in names { _ = try access.holdings(of: [scope]) } }
      print(
        "\(name): how far \(scopes) scopes have come, of this process: \(Int(together * 1000)) ms at once, \(Int(apart * 1000)) ms one by one, "
          + "ratio \((apart / together * 10).rounded() / 10)")
    }
  }

  /// The processor's time that this process takes, in seconds.
  private static func processor(_ body: () throws -> Void) rethrows -> Double {
    let start = clock()
    try body()
    return Double(clock() - start) / Double(CLOCKS_PER_SEC)
  }
}
