public import SyncCore

/// A row by its scope, its table and the values of its key.
public struct RowReference: Hashable, Sendable {
  public let scope: ScopeID
  public let table: String
  public let key: [Value]

  public init(scope: ScopeID, table: String, key: [Value]) {
    self.scope = scope
    self.table = table
    self.key = key
  }

  var keyBytes: [UInt8] {
    var bytes: [UInt8] = []
    for value in key { KeyCode.append(value, to: &bytes) }
    return bytes
  }
}
