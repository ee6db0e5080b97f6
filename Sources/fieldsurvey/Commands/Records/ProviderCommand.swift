import ArgumentParser
import SurveyModel

/// Providers, and how they stand in the pool.
struct ProviderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: Text("服务商及其在库状态", "Providers, and how they stand in the pool").here,
    subcommands: RecordCommand<ProviderNoun>.subcommands + [RecordCommand<ProviderStateNoun>.self])
}

enum ProviderNoun: RecordNoun {
  static let type = RecordType.provider
  static let path = "provider"
}

enum ProviderStateNoun: RecordNoun {
  static let type = RecordType.providerState
  static let path = "provider state"
}
