import ArgumentParser
import SyncCore
import SyncRelay

extension RelayCommand {
  /// Reads every attached file.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: Text("核对中继保存的全部附件", "Read every file that the relay keeps, and compute its digest").here,
      discussion: Text(
        "丢失或损坏的附件会记下来,有原件的设备下次同步时自动重送。可以在服务时运行。退出码:0 全部完好;1 有丢失。",
        "What is gone or damaged is noted, and sent again by whichever device has it, with its next sync. Exit codes: 0 all are whole; 1 some are lost."
      ).here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let check = try common.openHome().relay().checkBlobs()
      struct Told: Encodable {
        let intact: Int
        let bytes: Int64
        let lost: [String]
        let strays: Int
      }
      let lost = check.lost.map { Hex.text($0) }
      try common.printer.show(Told(intact: check.intact, bytes: check.bytes, lost: lost, strays: check.strays)) { printer in
        printer.say(
          Text(
            "附件完好 \(check.intact) 个,\(Format.bytes(Int(clamping: check.bytes)));丢失 \(lost.count) 个,无主 \(check.strays) 个。",
            "\(Format.count(check.intact, "file")) whole, \(Format.bytes(Int(clamping: check.bytes))); \(lost.count) lost, \(check.strays) that nothing names."
          ))
        for digest in lost { printer.line(digest) }
        if !lost.isEmpty { printer.note(Text("有原件的设备下次同步时会自动重送。", "Whichever device has them sends them again with its next sync.")) }
      }
      if !lost.isEmpty { throw ExitCode(ExitStatus.failure.rawValue) }
    }
  }
}
