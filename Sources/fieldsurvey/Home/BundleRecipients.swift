import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

/// For whom a bundle is encrypted: the devices of some users, and from a laptop always the office's.
enum BundleRecipients {
  /// - Parameter users: the users' names.
  static func of(_ users: [String], _ home: Home, _ replica: Replica) throws -> [Certificate] {
    let known = try known(home, replica)
    let strangers = users.filter { user in !known.contains { $0.user == user } }
    guard strangers.isEmpty else {
      throw Failure(
        "recipient-unknown", .badInput,
        Text(
          "本机不知道这些人的密钥:\(strangers.joined(separator: "、"))。",
          "The keys of these people are not known here: \(strangers.joined(separator: ", "))."),
        kept: Failure.nothingChanged,
        next: home.isOffice
          ? Text("用 fieldsurvey device list 查看已登记的用户。", "See who has enrolled: fieldsurvey device list.")
          : Text(
            "先 sync(对方写过的内容到了本机才知道);没有网络时不加 --for 导出,交办公室转交。",
            "Sync first: a key is known once something that they wrote is here. Without a network leave --for out and let the office hand it on."
          ),
        details: ["users": strangers.joined(separator: "\n")])
    }
    let chosen = known.filter { users.contains($0.user) || !home.isOffice && $0.role == WorkRole.office.rawValue }
    guard !chosen.isEmpty else {
      throw Failure(
        "no-recipient", .usage,
        home.isOffice
          ? Text("请用 --for 写明给谁:只有他们的设备能打开。", "Name with --for whom it is for: only their devices can open it.")
          : Text("本机还没有办公室的密钥。", "The office's key is not known here yet."),
        kept: Failure.nothingChanged,
        next: home.isOffice
          ? Text("例:fieldsurvey bundle export FILE --for li chen。", "As in: fieldsurvey bundle export FILE --for li chen.")
          : Text("用新的登记码重新登记一次:fieldsurvey enrol URL CODE。", "Enrol again with a new code: fieldsurvey enrol URL CODE."))
    }
    // Of each device by its latest; a device may have another for something else.
    var seen: Set<[UInt8]> = []
    return chosen.filter { seen.insert($0.device).inserted }
  }

  /// The certificates of devices that can be written to, the latest first; of the office's relay those that still take part.
  private static func known(_ home: Home, _ replica: Replica) throws -> [Certificate] {
    var certificates = try replica.certificates() + (home.profile.office ?? []).compactMap { $0.read?.certificate }
    if home.isOffice {
      let relay = try home.relay()
      let revoked = Set(try relay.devices().filter { $0.revoked != nil }.map(\.id.bytes))
      certificates = try (certificates + relay.certificates().map(\.certificate)).filter { !revoked.contains($0.device) }
    }
    return certificates.filter { !$0.encryptionKey.isEmpty }.sorted { $0.from > $1.from }
  }
}
