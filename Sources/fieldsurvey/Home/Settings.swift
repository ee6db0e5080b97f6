import ArgumentParser
import Foundation

/// Options of long-running commands that are set elsewhere than on the command line.
///
/// | | |
/// |---|---|
/// | first | a flag: `--port 8473` |
/// | then | the environment: `FIELDSURVEY_SERVE_PORT=8473`, `FIELDSURVEY_DAEMON_INTERVAL=600` |
/// | then | the file of `--config`, of `FIELDSURVEY_SERVE_CONFIG`, or `/etc/fieldsurvey/serve.conf`: `port = 8473` |
/// | last | the option's default |
///
/// A setting is an option that somebody else has typed: it is put before what was typed here, unless that has it too. So each option of these
/// commands can be set, and is checked where options are. A file has one `name = value` on a line, empty lines, and lines that begin with `#`;
/// anything else, a name that is no option, and one that stands twice, is an error that names the line.
struct Settings {
  /// The commands whose options may be set.
  static let commands: [String: any ParsableCommand.Type] = ["serve": ServeCommand.self, "daemon": DaemonCommand.self]
  /// Where the file of each command is looked for: `serve.conf`, `daemon.conf`.
  static let folder = "/etc/fieldsurvey"
  /// How large a file may be, in bytes.
  static let fileBytes = 64 << 10
  /// The option that names the file, and so cannot stand in it.
  private static let config = "config"

  /// One option as it is set.
  struct Setting: Equatable {
    let key: String
    let value: String
    /// The file and the line, or the variable.
    let place: Text
  }

  private let name: String
  private let command: any ParsableCommand.Type

  /// The arguments with what the environment and the file set.
  /// - Parameters:
  ///   - typed: the arguments after the program's name.
  ///   - folder: where files lie that nobody names.
  static func arguments(
    _ typed: [String], environment: [String: String] = ProcessInfo.processInfo.environment, folder: String = folder
  ) throws -> [String] {
    guard let name = typed.first, let command = commands[name], !typed.contains("--help"), !typed.contains("-h") else { return typed }
    return try [name] + Settings(name: name, command: command).merge(Array(typed.dropFirst()), environment, folder)
  }

  private func merge(_ typed: [String], _ environment: [String: String], _ folder: String) throws -> [String] {
    var set = try variables(environment)
    let named = Self.value(of: Self.config, in: typed) ?? set.removeValue(forKey: Self.config)?.value
    set.merge(try file(named, in: folder)) { variable, _ in variable }
    let given = Self.keys(in: typed)
    let settings = set.values.filter { !given.contains($0.key) }.sorted { $0.key < $1.key }
    let all = try settings.flatMap(arguments) + typed
    // Each by itself only where together they fail: some options need another.
    if settings.isEmpty || (try? command.parse(all)) != nil { return all }
    for setting in settings {
      let alone = try arguments(setting)
      do { _ = try command.parse(alone) } catch { throw Self.refused(setting, ParserText.translate(command.message(for: error))) }
    }
    return all
  }

  /// How a setting would be typed: a flag is there or not, an option has a value.
  private func arguments(_ setting: Setting) throws -> [String] {
    guard (try? command.parse(["--\(setting.key)"])) != nil else { return ["--\(setting.key)=\(setting.value)"] }
    switch setting.value {
    case "yes", "true", "1": return ["--\(setting.key)"]
    case "no", "false", "0": return []
    default: throw Self.refused(setting, Text("应为 yes 或 no。", "It is yes or no."))
    }
  }

  // MARK: - The environment

  private func variables(_ environment: [String: String]) throws -> [String: Setting] {
    let prefix = "FIELDSURVEY_\(name.uppercased())_"
    let own = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
    return Dictionary(
      uniqueKeysWithValues: own.map { variable, value in
        let key = variable.dropFirst(prefix.count).lowercased().replacingOccurrences(of: "_", with: "-")
        return (key, Setting(key: key, value: value, place: Text("环境变量 \(variable)", "the environment variable \(variable)")))
      })
  }

  // MARK: - The file

  private func file(_ named: String?, in folder: String) throws -> [String: Setting] {
    let path = named ?? "\(folder)/\(name).conf"
    guard let status = FileStatus(path) else {
      guard named != nil || errno != ENOENT && errno != ENOTDIR else { return [:] }
      throw Failure(posix: errno, path: path)
    }
    guard status.isOrdinaryFile, status.size <= Self.fileBytes, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Self.refused(Text(verbatim: path), Text("不是可读的配置文件。", "This is no configuration file that can be read."))
    }
    return try Self.read(text, path)
  }

  /// Reads a file's text.
  static func read(_ text: String, _ path: String) throws -> [String: Setting] {
    var settings: [String: Setting] = [:]
    for (at, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = Text("\(path) 第 \(at + 1) 行", "\(path), line \(at + 1)")
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, (try? /[a-z][a-z0-9-]*/.wholeMatch(in: parts[0])) != nil, !parts[1].isEmpty else {
        throw refused(place, Text("应写成“名称 = 值”。", "It is written name = value."))
      }
      guard parts[0] != config else { throw refused(place, Text("配置文件里不能写 config。", "A file cannot name another.")) }
      let setting = Setting(key: parts[0], value: parts[1], place: place)
      guard settings.updateValue(setting, forKey: setting.key) == nil else {
        throw refused(place, Text("“\(parts[0])”写了两次。", "\"\(parts[0])\" stands twice."))
      }
    }
    return settings
  }

  // MARK: - What was typed

  /// The names of the options that were typed.
  private static func keys(in typed: [String]) -> Set<String> {
    Set(
      typed.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.flatMap { argument in
        let key = String(argument.dropFirst(2).prefix { $0 != "=" })
        return [key, key.hasPrefix("no-") ? String(key.dropFirst(3)) : key]
      })
  }

  private static func value(of key: String, in typed: [String]) -> String? {
    guard let at = typed.lastIndex(where: { $0 == "--\(key)" || $0.hasPrefix("--\(key)=") }) else { return nil }
    if typed[at].contains("=") { return String(typed[at].dropFirst(key.count + 3)) }
    return at + 1 < typed.count ? typed[at + 1] : nil
  }

  private static func refused(_ setting: Setting, _ reason: Text) -> Failure {
    refused(setting.place, Text(verbatim: "\(setting.key): ") + reason, key: setting.key)
  }

  private static func refused(_ place: Text, _ reason: Text, key: String = "") -> Failure {
    Failure(
      "bad-setting", .notConfigured, place + Text(":", ": ") + reason, kept: Failure.nothingChanged,
      next: Text(
        "改正后再运行;选项见 --help 和 docs/operating/relay.md。", "Mend it and run again; --help and docs/operating/relay.md tell the options."),
      details: key.isEmpty ? [:] : ["key": key])
  }
}

/// The option that names the file of settings. ``Settings`` reads it before the arguments are parsed; here it is declared.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      Text(
        "配置文件(默认 /etc/fieldsurvey/ 下的 serve.conf 或 daemon.conf);选项和环境变量优先。",
        "The file with settings (by default serve.conf or daemon.conf in /etc/fieldsurvey); flags and the environment come first."
      ).here, valueName: "file"), completion: .file())
  var config: String?
}
