import GRDB
import SyncCore
import SyncKit

/// A case that was withdrawn from this device's user: how it stands here.
struct WithdrawnRecord: Encodable {
  let scope: String
  /// What people call it; nil where it is not here.
  let enterprise: String?
  /// When this device was told.
  let toldAt: String
  /// When this device lets go of it at the earliest; nil where it keeps it.
  let removableAt: String?
  /// When this device let go of it.
  let removedAt: String?
  /// Granted again, and on its way back.
  let returning: Bool

  init(_ withdrawn: WithdrawnHere, _ replica: Replica) throws {
    scope = withdrawn.scope.name
    enterprise = try replica.read { db in
      try String.fetchOne(db, sql: "SELECT name FROM enterprise WHERE id = ?", arguments: [withdrawn.scope.name])
    }
    toldAt = Format.iso(withdrawn.at)
    removableAt = withdrawn.isRemoved ? Format.iso(withdrawn.at + Replica.removalGraceMilliseconds) : nil
    removedAt = withdrawn.removed.map(Format.iso)
    returning = withdrawn.isReturning
  }

  func tell(_ printer: Printer) { printer.say(Text("收回  ", "Withdrawn   ") + line) }

  /// How it stands, in a line.
  var line: Text {
    let name = enterprise ?? scope
    if returning {
      return Text("\(name):已重新分派,取回之后可继续填写", "\(name): assigned again; it can be written in once it has come back")
    }
    if removedAt != nil { return Text("\(name):已从本机移除,办公室仍有全部内容", "\(name): let go of here; the office holds all of it") }
    let line = Text(
      "\(name):只能查看,不能再填写;收回前填写的照常送达",
      "\(name): to be read, not written in; what was written before is delivered as ever")
    guard let day = removableAt?.prefix(10) else { return line }
    return line + Text(";全部送达后,自 \(day) 起从本机移除", "; let go of from \(day) on, once all of it has arrived")
  }
}
