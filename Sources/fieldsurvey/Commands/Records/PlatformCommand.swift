import ArgumentParser
import SurveyModel

/// Platforms that the city has registered, and what they earned.
struct PlatformCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "platform", abstract: Text("备案平台及其年度数据", "Registered platforms, and their figures of a year").here,
    subcommands: RecordCommand<PlatformNoun>.subcommands + [RecordCommand<PlatformYearNoun>.self])
}

enum PlatformNoun: RecordNoun {
  static let type = RecordType.platform
  static let path = "platform"
}

enum PlatformYearNoun: RecordNoun {
  static let type = RecordType.platformYear
  static let path = "platform year"
}
