import GRDB
import SyncCore
import SyncKit

/// What an author saw of a row.
struct Sight {
  let id: RowID
  /// Of a form that stayed open; nil for whoever writes what is there now.
  let token: ReadToken?
  let read: VersionVector
  let isVisible: Bool
  let values: [String: Value]
  let shown: [String: Set<Dot>]
}

extension World {
  /// Looks at a row as an author does.
  /// - Parameter asText: whether a form opens, and whether its token goes through text; nil when none does.
  func look(_ device: SimulatedReplica, _ id: RowID, asText: Bool? = nil) throws -> Sight {
    let table = FieldTable.all[id.table]
    let (oracle, applied) = (oracle(scope(id), at: device), applied(device, id))
    let row = try device.replica.read { db in try fetch(db, id) }
    var shown: [String: Set<Dot>] = [:]
    for column in table.columns where column.policy != .counter {
      let value = oracle.shown(name(id), column.name, column.policy, applied: applied)
      shown[column.name] = Set(oracle.candidates(name(id), column.name, applied: applied).filter { $0.value == value }.map(\.dot))
    }
    let existence = oracle.candidates(name(id), MergeOracle.existence, applied: applied)
    shown[MergeOracle.existence] = Set(existence.filter { $0.value == .integer(row == nil ? 0 : 1) }.map(\.dot))
    var token = asText == nil ? nil : try device.replica.readToken(for: [reference(id)])
    if asText == true, let text = token?.text { token = try ReadToken(text: text) }
    return Sight(
      id: id, token: token, read: oracle.read(name(id), applied: applied), isVisible: row != nil, values: row ?? [:], shown: shown)
  }

  /// A row's values beside its key, as they stand in the table; nil when it is not there.
  func fetch(_ db: Database, _ id: RowID) throws -> [String: Value]? {
    let table = FieldTable.all[id.table]
    let key = table.keyCells(id, scope(id))
    let find = try db.cachedStatement(
      sql: "SELECT * FROM \(table.name) WHERE \(key.map { "\($0.name) = ?" }.joined(separator: " AND "))")
    guard let row = try Row.fetchOne(find, arguments: StatementArguments(key.map(\.value.stored))) else { return nil }
    let names = Set(table.columns.map(\.name))
    var out: [String: Value] = [:]
    for (name, value) in row where names.contains(name) { out[name] = Value(value) }
    return out
  }
}
