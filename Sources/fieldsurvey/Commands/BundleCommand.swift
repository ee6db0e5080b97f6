import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit

struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: Text("数据包:没有网络时用 U 盘交换", "Bundles: exchange by a stick where there is no network").here,
    subcommands: [Export.self, Import.self])

  struct Told: Encodable {
    let file: String
    let changesets: Int
    let bytes: Int
    let scopes: [String]
    let refused: [Printed.Refused]
    let files, refusedFiles: Int
    /// Who can open what was written.
    var readers: [String]?

    init(_ file: String, _ report: BundleReport, _ replica: Replica, readers: [String]? = nil) throws {
      self.readers = readers
      self.file = file
      changesets = report.changesets
      bytes = report.bytes
      scopes = report.scopes.map(\.name)
      (files, refusedFiles) = (report.files, report.refusedFiles)
      refused = try report.refused.map { try Printed.Refused($0, replica) }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: Text("把本机的内容写成数据包", "Write what this home holds to a bundle").here,
      discussion: Text(
        "文件写完整后才出现。内容加密,只有写明的人和办公室的设备能打开;办公室导出时须用 --for 写明给谁。",
        "The file appears once it is whole. It is encrypted: only the devices of those whom you name, and the office's, can open it. At the office name them with --for."
      ).here)

    @Argument(help: ArgumentHelp(Text("要写的文件。", "The file to write.").here, valueName: "file"), completion: .file())
    var file: String

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(Text("只写这些企业(默认全部)。", "Only these enterprises (by default all).").here, valueName: "enterprise"))
    var enterprise: [String] = []

    @Option(
      name: .customLong("for"), parsing: .upToNextOption,
      help: ArgumentHelp(
        Text("给谁(用户名);笔记本导出的,办公室总能打开。", "For whom, by users' names; what a laptop writes the office can always open.").here,
        valueName: "user"))
    var recipients: [String] = []

    @Flag(help: Text("附件也写进去(本机有的)。", "Write the attached files that are here too.").help)
    var attachments = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let survey = try home.survey()
      let scopes = enterprise.isEmpty ? nil : try enterprise.compactMap { ScopeID(try survey.enterprise($0).enterprise.id) }
      try BundlePath.requireWritable(file)
      let readers = try BundleRecipients.of(recipients, home, survey.replica)
      let report = try survey.replica.exportBundle(
        to: file, scopes: scopes, attachments: attachments, for: readers.map(\.encryptionKey))
      let names = Set(readers.map(\.user)).sorted()
      try common.printer.show(Told(file, report, survey.replica, readers: names)) { printer in
        printer.say(
          Text(
            "已写出 \(file):\(report.scopes.count) 家企业,\(report.changesets) 条变更,\(report.files) 个附件,\(Format.bytes(report.bytes));能打开的:\(names.joined(separator: "、"))。",
            "Wrote \(file): \(Format.count(report.scopes.count, "enterprise")), \(Format.count(report.changesets, "changeset")), \(Format.count(report.files, "file")), \(Format.bytes(report.bytes)); for: \(names.joined(separator: ", "))."
          ))
      }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: Text("收下数据包;重复导入没有害处", "Take in a bundle; importing twice does no harm").here)

    @Argument(help: ArgumentHelp(Text("要读的文件。", "The file to read.").here, valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let replica = try home.replica()
      try BundlePath.requireReadable(file)
      let report = try replica.importBundle(from: file)
      try common.printer.show(Told(file, report, replica)) { printer in
        printer.say(
          Text(
            "已收下 \(report.changesets) 条新变更(\(report.scopes.count) 家企业)。",
            "Took in \(Format.count(report.changesets, "new changeset")) (\(Format.count(report.scopes.count, "enterprise")))."))
        if report.files > 0 { printer.say(Text("已收下 \(report.files) 个附件。", "Took in \(Format.count(report.files, "file")).")) }
        if report.refusedFiles > 0 {
          printer.say(
            Text(
              "有 \(report.refusedFiles) 个附件没有收下(没有记录用到、已损坏或磁盘空间不足)。",
              "\(Format.count(report.refusedFiles, "file")) not taken: no record names them, they are damaged, or there is no room."))
        }
        for refusal in report.refused {
          printer.say(Text("未收 \(refusal.dot):\(refusal.reason.zh)", "Not taken: \(refusal.dot): \(refusal.reason.en)"))
        }
      }
      if !report.refused.isEmpty { throw ExitCode(ExitStatus.badInput.rawValue) }
    }
  }
}
