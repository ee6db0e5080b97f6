#if PostgreSQL
  import ArgumentParser
  import Foundation
  import SyncCore
  import SyncKit
  import SyncRelay

  extension RelayCommand {
    /// Moves the log into a database, while the relay serves.
    struct Migrate: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: Text("把中继的记录迁到 PostgreSQL,不必停止服务", "Move the relay's log to PostgreSQL, while it serves").here,
        discussion: Text(
          """
          先在服务中复制,最后暂停几秒(各笔记本收到 503,会自己重试),再由数据库接着服务;serve 不必重启。设备、授权、纪元都不变。
          中途断了就再运行一次,会接着做。原来的 relay.sqlite 留在原处,不再使用。运维手册:docs/operating/postgres.md。
          """,
          """
          It copies while the relay serves, and pauses it for a few seconds at the end: laptops are told 503 and try again by themselves; serve
          goes on in the database and need not be started again. Devices, grants and the epoch stay. Where it was cut off it goes on when it is
          run again. relay.sqlite stays where it was, and is used no more. For operators: docs/operating/postgres.md.
          """
        ).here)

      @Option(
        help: ArgumentHelp(
          Text(
            "数据库的地址:postgres://用户@主机/库名(密码放在 PGPASSFILE 文件里)。",
            "The database: postgres://USER@HOST/NAME (the password is in PGPASSFILE's file)."
          )
          .here,
          valueName: "address"))
      var to: String

      @OptionGroup var common: CommonOptions

      func run() throws {
        let home = try common.openHome()
        try home.requireOffice()
        let address = try PostgresAddress(to)
        try home.requireFile()
        guard let status = FileStatus(Home.relayFile(home.folder).path), status.size > 0 else {
          _ = try home.relay()
          return
        }
        let alone = try SyncLock(home, .migrate, wait: 0)
        defer { withExtendedLifetime(alone) {} }
        let migration = RelayMigration(
          from: Home.relayFile(home.folder).path, to: address, codec: .standard,
          issuer: try Home.keptKey(Home.issuerKeyFile(home.folder)).signer,
          clock: Environment.clock, random: Environment.random)
        var told = 0
        let report = try migration.run { copied, all in
          let percent = all == 0 ? 100 : copied * 100 / all
          guard percent / 10 > told / 10 else { return }
          told = percent
          common.printer.note(Text("已复制 \(copied)/\(all) 条", "\(copied) of \(all) changesets copied"))
        }
        // Last: from here on everybody goes on in the database.
        _ = try home.remembering(store: to)
        struct Told: Encodable {
          let changesets: Int
          let bytes: Int64
          let pausedSeconds: Double
        }
        try common.printer.show(Told(changesets: report.changesets, bytes: report.bytes, pausedSeconds: report.pausedSeconds)) { printer in
          let paused = String(format: "%.1f", report.pausedSeconds)
          printer.say(
            Text(
              "已迁移 \(report.changesets) 条变更,\(Format.bytes(Int(clamping: report.bytes)));暂停了 \(paused) 秒。",
              "\(Format.count(report.changesets, "changeset")) moved, \(Format.bytes(Int(clamping: report.bytes))); paused for \(paused) s."
            ))
        }
      }
    }
  }
#endif
