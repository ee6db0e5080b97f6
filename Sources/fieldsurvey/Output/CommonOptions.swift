import ArgumentParser
import Foundation

/// What every command takes.
///
/// ```swift
/// @OptionGroup var common: CommonOptions
///
/// func run() throws {
///   let home = try common.openHome()
///   let list = try home.survey().enterprises()
///   try common.printer.show(list) { printer in printer.table(…) }
/// }
/// ```
///
/// Errors are thrown as they are: `Main` makes a ``Failure`` of each and ends with its exit code.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      Text(
        "数据目录(也可用环境变量 FIELDSURVEY_HOME;默认 ~/.local/share/fieldsurvey)。",
        "The folder with the data (or the environment variable FIELDSURVEY_HOME; by default ~/.local/share/fieldsurvey)."
      ).here, valueName: "dir"))
  var home: String?

  @Flag(name: .long, help: Text("在标准输出打印一个 JSON 值;错误以 JSON 写到标准错误。", "Print one JSON value on stdout; errors as JSON on stderr.").help)
  var json = false

  @Option(
    name: .long,
    help: Text("界面语言:zh 或 en(默认中文;LANG 为英语时用英语)。", "Language, zh or en (Chinese, unless LANG is English).").help)
  var lang: Language?

  /// Where this command's results and messages go.
  var printer: Printer { Printer(language: lang ?? .current, isJSON: json) }

  /// The folder that the flag, the environment or the XDG base directories name, in this order.
  var homeFolder: URL {
    let environment = ProcessInfo.processInfo.environment
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let path = home ?? set("FIELDSURVEY_HOME") { return URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL }
    // The specification has relative paths ignored.
    let data = set("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (set("HOME") ?? NSHomeDirectory()) + "/.local/share"
    return URL(fileURLWithPath: data, isDirectory: true).appendingPathComponent("fieldsurvey", isDirectory: true)
  }
}
