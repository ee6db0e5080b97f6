import ArgumentParser
import SyncCore
import SyncKit
import SyncRelay

extension RelayCommand {
  /// Packs now what `serve` packs by and by.
  struct Pack: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "pack",
      abstract: Text("把各企业的记录预先打包,供首次同步下载", "Pack cases beforehand, for laptops that begin with nothing").here,
      discussion: Text(
        "serve 每十分钟自行打包一次;大批笔记本首次同步之前可以先运行这一条。没有打包的照常逐条同步。",
        "`serve` does so every ten minutes; run this before many laptops begin at once. What is not packed is synced as ever."
      ).here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      try home.requireOffice()
      let report = try home.relay().pack(with: .packing) ?? PackReport()
      try common.printer.show(Told(report)) { printer in
        printer.say(
          Text(
            "已打包 \(report.scopes) 个范围,共 \(report.packs) 个包,\(Format.bytes(report.bytes))。",
            "\(Format.count(report.scopes, "scope")) in \(Format.count(report.packs, "pack")), \(Format.bytes(report.bytes))."))
        guard report.unbelieved > 0 else { return }
        printer.say(
          Text(
            "\(report.unbelieved) 个范围含有无法验证的变更,未打包,照常逐条同步。",
            "\(Format.count(report.unbelieved, "scope")) not packed, for something in them cannot be verified: synced as ever."))
      }
    }

    private struct Told: Encodable {
      let packs, scopes, bytes, replaced, unverifiedScopes: Int

      init(_ report: PackReport) {
        (packs, scopes, bytes) = (report.packs, report.scopes, report.bytes)
        (replaced, unverifiedScopes) = (report.replaced, report.unbelieved)
      }
    }
  }
}
