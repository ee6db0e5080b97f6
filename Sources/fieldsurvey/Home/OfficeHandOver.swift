import SyncKit
import Synchronization

/// Hands to the relay what a command at the office has written, before the command ends: a laptop that syncs after `assign` returned
/// gets the case, also while the relay's own desk still sleeps.
enum OfficeHandOver {
  /// The office's home that this process works in, if any.
  private static let office = Mutex<Home?>(nil)
  /// How long to wait for another process that is at it, in seconds.
  private static let patience = 2.0

  /// Notes where the command works.
  static func note(_ home: Home) {
    if home.isOffice { office.withLock { $0 = home } }
  }

  /// Hands over what is unsent. The command has done its work and said so: where this does not succeed, the desk does it a little later.
  static func run() {
    guard let home = office.withLock({ $0 }) else { return }
    do {
      let replica = try home.replica()
      guard try replica.status(peer: Exchange.peer).unsentChangesets > 0 else { return }
      let lock = try SyncLock(home, wait: patience)
      defer { withExtendedLifetime(lock) {} }
      _ = try Exchange(home: home, replica: replica).run()
    } catch {
      return
    }
  }
}
