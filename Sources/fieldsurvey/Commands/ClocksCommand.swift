import ArgumentParser
import SurveyModel

/// Devices whose clocks were wrong.
struct ClocksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clocks", abstract: Text("时间可疑的设备和记录", "Devices whose clocks were wrong, and what they wrote").here,
    discussion: Text(
      "快慢都以本机收到的时间为据,只列确定有错的;记录不因此改动。走访日期有误时:fieldsurvey visit amend。",
      "Judged by when things came to this machine: only what is wrong for certain, and nothing is changed by it. Of a visit with a wrong day: fieldsurvey visit amend."
    ).here)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let all = try common.openSurvey().suspiciousClocks()
    try common.printer.show(all) { printer in
      guard !all.isEmpty else { return printer.note(Text("没有发现。", "None was found.")) }
      for clock in all {
        let (fault, off) = (printer.name(Stored(clock.fault)), Format.duration(clock.seconds))
        printer.say(
          Text(
            "⚠ \(clock.user)(设备 \(clock.device)):\(fault),至少约 \(off.zh),涉及 \(clock.writes.count) 次写入",
            "⚠ \(clock.user) (device \(clock.device)): \(fault) by at least about \(off.en), \(Format.count(clock.writes.count, "write"))"))
        for write in clock.writes {
          printer.say(
            Text(
              "    \(write.changeset)  \(write.enterprise ?? "")  其时钟 \(printer.time(write.clock)),到达 \(printer.time(write.arrived))",
              "    \(write.changeset)  \(write.enterprise ?? "")  own clock \(printer.time(write.clock)), arrived \(printer.time(write.arrived))"
            ))
        }
      }
    }
  }
}
