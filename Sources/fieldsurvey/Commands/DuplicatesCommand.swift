import ArgumentParser
import SurveyModel

/// Records that may be of one enterprise, and what the office makes of them.
struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates", abstract: Text("重复登记:查找、合并、撤销;同一照片用于多家", "Duplicates: find, merge, undo; one photograph for several").here,
    subcommands: [List.self, Preview.self, Merge.self, Unmerge.self, Apart.self, Merged.self, Evidence.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出可能重复的企业", "List what may be one enterprise").here)

    @OptionGroup var paging: Paging

    @OptionGroup var common: CommonOptions

    func run() throws {
      let page = try common.openSurvey().duplicates(after: paging.after, limit: paging.count(isJSON: common.json))
      let pairs = page.pairs
      try common.printer.show(pairs) { printer in
        if pairs.isEmpty { printer.note(Text("没有发现重复。", "No duplicates were found.")) }
        for pair in pairs {
          let grounds = pair.grounds.map { Text($0.label, $0.labelEn)(printer.language) }.joined(separator: "、")
          printer.say(Text(grounds + (pair.codesDiffer ? ";信用代码不同,不会自动合并" : ""), grounds + (pair.codesDiffer ? "; codes differ" : "")))
          for enterprise in [pair.first, pair.second] {
            printer.line("  \(enterprise.id)  \(enterprise.name)  \(enterprise.creditCode ?? "")  \(enterprise.address ?? "")")
          }
        }
        if let next = page.next { printer.rest(shown: pairs.count, total: page.total, next: "duplicates list --after \(next)") }
      }
    }
  }

  struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "preview", abstract: Text("合并之前先看", "What a merge would do").here)

    @Argument(help: DuplicatesCommand.retired)
    var retired: String

    @Argument(help: DuplicatesCommand.canonical)
    var canonical: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let preview = try common.openSurvey().mergePreview(retired, into: canonical)
      try common.printer.show(preview) { printer in
        printer.say(Text("保留:\(preview.canonical.name)", "Stays: \(preview.canonical.name)"))
        printer.say(Text("并入:\(preview.retired.name)", "Merged into it: \(preview.retired.name)"))
        for (table, count) in preview.children.sorted(by: { $0.key < $1.key }) {
          let name = Failure.name(of: table)
          printer.say(Text("  随之归入:\(name.zh) \(count) 条", "  follows: \(count) × \(name.en)"))
        }
        for (column, values) in preview.differing.sorted(by: { $0.key < $1.key }) {
          let name = Survey.describe(column: column, of: "enterprise")
          printer.say(
            Text("  不同:\(name.zh) \(values.joined(separator: " / "))", "  differs: \(name.en) \(values.joined(separator: " / "))"))
        }
        if preview.isEnrolledTwice { printer.say(Text("  ⚠ 两者都在名单上:合并后只计一家", "  ⚠ both are on the list: counted once after the merge")) }
        for rule in preview.paidTwice { printer.say(Text("  ⚠ 两者都领过 \(rule)", "  ⚠ both were paid under \(rule)")) }
        if preview.codesDiffer { printer.say(Text("  ⚠ 信用代码不同,可能是关联企业", "  ⚠ the credit codes differ: perhaps affiliates")) }
      }
    }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: Text("合并:一个编号代表两条记录,可撤销", "Merge: one record stands for both; it can be undone").here)

    @Argument(help: DuplicatesCommand.retired)
    var retired: String

    @Argument(help: DuplicatesCommand.canonical)
    var canonical: String

    @Option(help: Text("理由。", "Why.").help)
    var because: String

    @Flag(help: Text("信用代码不同也合并。", "Merge although the credit codes differ.").help)
    var althoughCodesDiffer = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let alias = try common.openSurvey().merge(retired, into: canonical, because: because, although: althoughCodesDiffer)
      try common.printer.show(alias) { printer in
        printer.say(Text("已合并:\(alias.retiredID) → \(alias.canonicalID)", "Merged: \(alias.retiredID) → \(alias.canonicalID)"))
        printer.note(
          Text("撤销:fieldsurvey duplicates unmerge \(alias.retiredID)", "To undo: fieldsurvey duplicates unmerge \(alias.retiredID)"))
      }
    }
  }

  struct Unmerge: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unmerge", abstract: Text("撤销合并", "Undo a merge").here)

    @Argument(help: DuplicatesCommand.retired)
    var retired: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let alias = try common.openSurvey().unmerge(retired)
      try common.printer.show(alias) { printer in printer.say(Text("已撤销:\(alias.retiredID)", "Undone: \(alias.retiredID)")) }
    }
  }

  struct Apart: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "apart", abstract: Text("确认是两家企业,不再提示", "Say that they are two enterprises; not suggested again").here)

    @Argument(help: Argued.enterprise)
    var first: String

    @Argument(help: Argued.enterprise)
    var second: String

    @Option(help: Text("理由。", "Why.").help)
    var because: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      try common.openSurvey().keepApart(first, second, because: because)
      try common.printer.show(["apart": [first, second]]) { printer in printer.say(Text("已记下:是两家企业。", "Recorded: they are two.")) }
    }
  }

  struct Merged: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "merged", abstract: Text("列出合并记录", "List the merges").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().aliases()
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有合并。", "No merges.")) }
        for alias in all {
          let state = alias.undoneAt == nil ? Text("", "") : Text("(已撤销)", " (undone)")
          printer.say(
            Text(
              "\(alias.retiredID) → \(alias.canonicalID)\(state.zh)  \(alias.decidedBy ?? ""):\(alias.reason ?? "")",
              "\(alias.retiredID) → \(alias.canonicalID)\(state.en)  \(alias.decidedBy ?? ""): \(alias.reason ?? "")"))
        }
      }
    }
  }

  struct Evidence: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "evidence", abstract: Text("同一文件用于多家企业(疑似虚假改造)", "One file used for several enterprises").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().sharedEvidence()
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有发现。", "None was found.")) }
        for shared in all {
          printer.say(Text("⚠ 文件 \(shared.sha256.prefix(16)) 用于多家企业:", "⚠ the file \(shared.sha256.prefix(16)) is used for several:"))
          for use in shared.uses { printer.line("  \(use.enterprise)  \(use.fileName ?? "")  \(use.id)") }
        }
      }
    }
  }

  static let retired = ArgumentHelp(Text("并入的企业(编号或信用代码)。", "The enterprise that is merged into the other.").here, valueName: "retired")
  static let canonical = ArgumentHelp(Text("保留的企业(编号或信用代码)。", "The enterprise that stands for both.").here, valueName: "canonical")
}
