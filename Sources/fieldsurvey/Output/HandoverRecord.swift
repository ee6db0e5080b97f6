import GRDB
import SurveyModel
import SyncKit

/// A case that was taken from this device's user, as they are told of it.
struct HandoverRecord: Encodable {
  let enterpriseID: String
  /// The name of the enterprise; nil where this replica knows none.
  let enterprise: String?
  /// To whom it went; nil while to nobody.
  let successor: String?
  let withdrawnAt: String?
  let withdrawnBy: String?
  private let handover: Handover

  private enum CodingKeys: CodingKey { case enterpriseID, enterprise, successor, withdrawnAt, withdrawnBy }

  init(_ handover: Handover, _ replica: Replica) throws {
    enterpriseID = handover.enterpriseID
    enterprise = try replica.read { db in
      try String.fetchOne(db, sql: "SELECT name FROM enterprise WHERE id = ?", arguments: [handover.enterpriseID])
    }
    successor = handover.successor
    withdrawnAt = handover.withdrawnAt
    withdrawnBy = handover.withdrawnBy
    self.handover = handover
  }

  func tell(_ printer: Printer) { printer.handover(handover, name: enterprise ?? enterpriseID) }
}

extension Printer {
  /// From whom a case was taken, when, and to whom it went.
  /// - Parameter name: of the enterprise, where it is not said already; then the one it was taken from is who reads.
  func handover(_ handover: Handover, name: String?) {
    let day = time(handover.withdrawnAt)
    guard let name else {
      let next = handover.successor.map { Text(",转给 \($0)", ", and went to \($0)") } ?? Text("", "")
      return say(Text("移交:\(handover.user) 于 \(day) 交出\(next.zh)", "handed over: by \(handover.user) on \(day)\(next.en)"))
    }
    let next = handover.successor.map { Text("转给 \($0)", "reassigned to \($0)") } ?? Text("收回", "withdrawn")
    say(
      Text(
        "移交  \(name):已于 \(day) \(next.zh);已送出的草稿已一并移交,未送出的保留在本机(fieldsurvey bundle export)",
        "Handed over \(name): \(next.en) on \(day); what you had sent of your drafts was handed over, the rest is kept here "
          + "(fieldsurvey bundle export)"))
  }
}
