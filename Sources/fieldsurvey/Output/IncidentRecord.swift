import SyncCore
import SyncKit

/// Something that happened to a replica's identity, as it is printed.
struct IncidentRecord: Encodable {
  let kind: String
  let at: String
  let scope: String?
  let changesets: Int
  let message: String
  private let incident: Incident

  private enum CodingKeys: CodingKey { case kind, at, scope, changesets, message }

  init(_ incident: Incident) {
    kind = incident.kind.rawValue
    at = Format.iso(incident.at)
    scope = incident.scope?.name
    changesets = incident.count
    message = incident.text.here
    self.incident = incident
  }

  /// When it was and what was done, on one line.
  var line: Text {
    let time = Format.time(incident.at)
    return Text("\(time)  \(incident.text.zh)", "\(time)  \(incident.text.en)")
  }
}

extension Incident {
  /// What happened and what was done, in plain words.
  var text: Text {
    switch kind {
    case .moved:
      Text(
        "发现数据库文件被复制或恢复过:已换新编号继续记录,已有内容全部保留。",
        "The database's file was found to be copied or restored: what is written from now on bears a new number; everything is kept.")
    case .wentBack:
      Text(
        "别处有本机写过而这里没有的内容,说明这是副本或旧备份:已换新编号继续记录,缺少的内容已取回,已有内容全部保留。",
        "Elsewhere there is something that this device wrote and that was missing here, so this is a copy or an old backup: what is written from "
          + "now on bears a new number, what was missing was fetched, and everything is kept.")
    case .restamped:
      Text(
        "\(scope?.name ?? "?"):\(count) 条变更与中继中同编号的另一份不同,已换新编号送出;两份都保留,不一致之处由办公室裁定。",
        "\(scope?.name ?? "?"): \(Format.count(count, "changeset")) here bore the numbers of others at the relay and \(count == 1 ? "has a new one" : "have new ones"); "
          + "both are kept, and where they differ the office settles.")
    case .relayRestored:
      Text(
        "中继曾从备份恢复:它缺少而本机还有的内容已重新送去。",
        "The relay was restored from a backup: what it lacks and this device still has is sent again.")
    case .longAway:
      Text(
        "\(scope?.name ?? "?"):本机离线期间,有 \(count) 条已不再起作用的变更从记录中略去;现有内容齐全,本机离线时所写的照常送出。",
        "\(scope?.name ?? "?"): while this device was away, \(Format.count(count, "changeset")) without effect \(count == 1 ? "was" : "were") left out of the records; "
          + "what stands is complete, and what was written here meanwhile is sent as ever.")
    case .rejected:
      Text(
        "\(scope?.name ?? "?"):办公室退回了 \(count) 条变更,它们不再起作用;原文保留在写它的设备上,见 fieldsurvey doctor,可改正后重新填写。",
        "\(scope?.name ?? "?"): the office rejected \(Format.count(count, "changeset")), without effect from now on; the text is kept where it was written: "
          + "see fieldsurvey doctor, and write it again as it should be.")
    case .rebuilt:
      Text(
        "\(scope?.name ?? "?"):表与同步状态已按变更记录重建。",
        "\(scope?.name ?? "?"): tables and sync state were made anew from the changesets.")
    }
  }
}
