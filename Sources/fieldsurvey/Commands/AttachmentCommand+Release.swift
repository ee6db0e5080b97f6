import ArgumentParser
import Foundation
import SyncCore
import SyncKit

extension AttachmentCommand {
  /// Makes room on this laptop.
  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "release", abstract: Text("让出本机空间:办公室已核验保存的附件不再留在本机", "Make room here: let go of files that the office holds").here,
      discussion: Text(
        """
        只让出中继核验过、现在仍然保存着的附件:不再有记录引用的,以及 30 天前就已核验的;需要时用 attachment get 再取回。磁盘快满时,sync 和
        daemon 会自动这样做,够用即止(--attachments all 的除外)。
        """,
        """
        Only what the relay has verified and holds now goes: files that no record names any more, and those that were verified 30 days ago or
        earlier; attachment get fetches them again. Where the disk is nearly full sync and the daemon do so by themselves, until there is room
        (but not with --attachments all).
        """
      ).here)

    @Flag(help: Text("只说明会让出什么,不改动任何东西。", "Say what would go, and change nothing.").help)
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      guard home.profile.role == .laptop else {
        throw Failure(
          "not-a-laptop", .notPermitted, Text("办公室用 fieldsurvey relay collect。", "At the office it is fieldsurvey relay collect."),
          kept: Failure.nothingChanged)
      }
      let replica = try home.replica()
      let lock = try SyncLock(home, wait: 10)
      defer { withExtendedLifetime(lock) {} }
      let exchange = Exchange(home: home, replica: replica)
      let release = try exchange.release(RemoteBlobs(exchange.connection()), keepingNamed: false, dryRun: dryRun) { false }
      struct Told: Encodable {
        let isDryRun: Bool
        let unnamed, fetchable: [String]
        let bytes: Int64
      }
      let told = Told(
        isDryRun: dryRun, unnamed: release.unnamed.map { Hex.text($0) }, fetchable: release.fetchable.map { Hex.text($0) },
        bytes: release.bytes)
      try common.printer.show(told) { printer in
        let (count, size) = (told.unnamed.count + told.fetchable.count, Format.bytes(Int(clamping: told.bytes)))
        printer.say(
          dryRun
            ? Text("会让出 \(count) 个附件,\(size)。", "\(Format.count(count, "file")) would go, \(size).")
            : Text("让出了 \(count) 个附件,\(size)。", "\(Format.count(count, "file")) let go of here, \(size)."))
      }
    }
  }
}
