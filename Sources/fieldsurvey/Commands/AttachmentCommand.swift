import ArgumentParser
import Foundation
import SurveyFiles
import SurveyModel
import SyncBlobs
import SyncCore
import SyncKit

struct AttachmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attachment", abstract: Text("照片和文件:添加、列出、取回、缩略图", "Photographs and files: add, list, get, thumbnail").here,
    discussion: Text(
      "手册:docs/使用手册.md。同步时先送文字,再送文件,小的在前;断在哪里都接着传。",
      "A sync sends words first, then files, the small ones first, and goes on wherever it was cut. See docs/attachments.md."
    ).here,
    subcommands: [Add.self, List.self, Get.self, Release.self, Thumbnail.self, Policy.self])

  static let argument = ArgumentHelp(
    Text("附件编号(可只写开头)。", "The attachment's identifier, or its beginning.").here, valueName: "attachment")

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Text("添加照片或文件", "Attach photographs or files").here)

    @Argument(help: ArgumentHelp(Text("照片或文件。", "The files.").here, valueName: "file"), completion: .file())
    var files: [String]

    @Option(
      help: ArgumentHelp(
        Text("归属:企业、走访、诊断或发现的编号(可只写开头)。", "What they belong to: an enterprise, a visit, a diagnosis or a finding.").here,
        valueName: "record"))
    var to: String

    @Option(help: Text("说明。", "What they show.").help)
    var caption: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let added = try files.map { try survey.attach($0, to: to, caption: caption) }
      try common.printer.show(added) { printer in
        printer.say(Text("已添加 \(added.count) 个,下次同步时送出。", "\(Format.count(added.count, "file")) attached, to be sent with the next sync."))
        for one in added { printer.line(one.id) }
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出附件及其送达情况", "List attachments, and how each stands").here)

    @Argument(
      help: ArgumentHelp(
        Text("企业、走访、诊断或发现的编号(可只写开头)。", "An enterprise, a visit, a diagnosis or a finding.").here, valueName: "record"))
    var owner: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let standing = try Standing(survey)
      let all = try survey.attachments(of: owner).map { Told($0, standing) }
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有附件。", "No attachments.")) }
        for one in all { printer.line(one.line(printer)) }
      }
    }
  }

  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get", abstract: Text("取回附件;本机没有的从中继下载", "Write an attachment to a file, fetching it where it is not here").here)

    @Argument(help: AttachmentCommand.argument)
    var attachment: String

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(Text("写到哪里;默认当前目录、原文件名。", "Where to; here and by its own name if left out.").here, valueName: "file"),
      completion: .file())
    var output: String?

    @Flag(help: Text("覆盖已有的文件。", "Replace a file that is there.").help)
    var force = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let survey = try home.survey()
      let evidence = try survey.attachment(attachment)
      let digest = try AttachmentCommand.fetched(evidence, home, survey, common.printer)
      let name = AttachmentRules.cleaned(evidence.fileName ?? "file")
      let target = URL(fileURLWithPath: output ?? name).standardizedFileURL
      try AttachmentCommand.requireFree(target, force)
      try survey.replica.attachments.folder.copy(digest, to: target.path)
      struct Told: Encodable {
        let file: String
        let sha256: String
      }
      try common.printer.show(Told(file: target.path, sha256: Hex.text(digest))) { $0.line(target.path) }
    }
  }

  struct Thumbnail: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "thumbnail", abstract: Text("生成照片的缩略图", "Make a small picture of a photograph").here)

    @Argument(help: AttachmentCommand.argument)
    var attachment: String

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(Text("写到哪里。", "Where to.").here, valueName: "file"), completion: .file())
    var output: String

    @Flag(help: Text("覆盖已有的文件。", "Replace a file that is there.").help)
    var force = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let survey = try home.survey()
      let evidence = try survey.attachment(attachment)
      let digest = try AttachmentCommand.fetched(evidence, home, survey, common.printer)
      let folder = survey.replica.attachments.folder
      let bytes = try folder.read(digest, at: 0, upTo: AttachmentRules.pictureBytes)
      let thumbnail = try SurveyFiles.Thumbnail(of: bytes)
      let target = URL(fileURLWithPath: output).standardizedFileURL
      try AttachmentCommand.requireFree(target, force)
      try PrivateFile.write(thumbnail.jpeg, to: target)
      struct Told: Encodable {
        let file: String
        let width, height: Int
      }
      try common.printer.show(Told(file: target.path, width: thumbnail.width, height: thumbnail.height)) { $0.line(target.path) }
    }
  }

  struct Policy: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "policy",
      abstract: Text("照片里的位置信息:去除或保留(由办公室定)", "Where photographs were taken: stripped or kept, as the office decides").here)

    @Option(help: Choices.help(LocationPolicy.self, Text("位置信息", "What becomes of places")))
    var location: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      if let location { try survey.decide(try LocationPolicy.parse(location, field: "location")) }
      struct Told: Encodable { let location: LocationPolicy }
      let policy = try survey.locationPolicy()
      try common.printer.show(Told(location: policy)) { printer in
        printer.say(Text("照片里的位置信息:\(policy.label)", "Places in photographs: \(policy.labelEn.lowercased())"))
      }
    }
  }
}

extension AttachmentCommand {
  /// How the files stand with the relay, by their digests.
  struct Standing {
    private var byDigest: [String: Attachment] = [:]

    init(_ survey: Survey) throws {
      for file in try survey.replica.attachments.list(peer: Exchange.peer) { byDigest[Hex.text(file.name.digest)] = file }
    }

    subscript(_ digest: String?) -> Attachment? { digest.flatMap { byDigest[$0.lowercased()] } }
  }

  struct Told: Encodable {
    let attachment: Evidence
    /// `queued`, `sent`, `verified`, `refused`, or `elsewhere` for one that is not on this device.
    let state: String
    let reason: String?

    init(_ attachment: Evidence, _ standing: Standing) {
      self.attachment = attachment
      let file = standing[attachment.sha256]
      var reason: String?
      switch file?.state {
      case .verified: state = "verified"
      case .sent: state = "sent"
      case .refused(let code):
        state = "refused"
        reason = code
      case .queued, nil: state = file?.isHere == true ? "queued" : "elsewhere"
      }
      self.reason = reason
    }

    func line(_ printer: Printer) -> String {
      let state =
        switch self.state {
        case "verified": Text("已核验", "verified")
        case "sent": Text("已送,待核验", "sent")
        case "refused": Text("被拒收(\(reason ?? "?"))", "refused (\(reason ?? "?"))")
        case "queued": Text("待送", "queued")
        default: Text("不在本机", "not here")
        }
      return [
        attachment.id, state(printer.language), attachment.fileName.map { AttachmentRules.cleaned($0) } ?? "?",
        attachment.bytes.map(Format.bytes) ?? "", attachment.caption ?? "",
      ].filter { !$0.isEmpty }.joined(separator: "  ")
    }
  }

  /// The digest of a file that is on this device, after it was fetched where it was not.
  static func fetched(_ evidence: Evidence, _ home: Home, _ survey: Survey, _ printer: Printer) throws -> [UInt8] {
    let names = try survey.replica.attachments.named().filter { Hex.text($0.digest) == evidence.sha256?.lowercased() }
    guard let name = names.first else {
      throw Failure("no-file", .notFound, Text("这条记录没有文件。", "This record names no file."), kept: Failure.nothingChanged)
    }
    if survey.replica.attachments.folder.size(of: name.digest) == name.bytes { return name.digest }
    let summary = try Exchange(home: home, replica: survey.replica).fetch([name]) { state in
      printer.progress(Text("已收 \(Format.bytes(state.bytesMoved))…", "received \(Format.bytes(state.bytesMoved))…"))
    }
    printer.endProgress()
    guard summary.fetched == 1 else {
      if summary.withoutRoom > 0 { throw Failure.diskFull(details: [:]) }
      throw Failure(
        "not-there", .tryLater,
        Text("中继上还没有这个文件:添加它的人还没有送出。", "The relay does not have this file yet: whoever attached it has not sent it."),
        kept: Failure.allKept, next: Text("过一会儿再试。", "Try again later."), details: ["code": summary.refused.first?.code ?? ""])
    }
    return name.digest
  }

  static func requireFree(_ target: URL, _ force: Bool) throws {
    guard force || !FileManager.default.fileExists(atPath: target.path) else {
      throw SurveyError(.fileExists, ["path": target.path])
    }
  }
}
