import SyncCore
import Synchronization

/// What a callback was told.
final class Heard: Sendable {
  private let told = Mutex<[[ScopeID]]>([])

  var scopes: [[ScopeID]] { told.withLock { $0 } }

  func note(_ scopes: [ScopeID]) { told.withLock { $0.append(scopes) } }
}
