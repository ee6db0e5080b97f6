import ArgumentParser
import SurveyModel

extension EnterpriseCommand {
  /// What is recorded of an enterprise beside its own facts.
  static let records: [any ParsableCommand.Type] = [
    RecordCommand<YearNoun>.self, RecordCommand<SiteNoun>.self, RecordCommand<NameNoun>.self, RecordCommand<TierNoun>.self,
    RecordCommand<HonourNoun>.self, RecordCommand<AchievementNoun>.self, ChainCommand.self, UnitCommand.self,
  ]
}

enum YearNoun: RecordNoun {
  static let type = RecordType.enterpriseYear
  static let commandName = "year"
}

enum SiteNoun: RecordNoun {
  static let type = RecordType.site
  static let commandName = "site"
}

enum NameNoun: RecordNoun {
  static let type = RecordType.enterpriseName
  static let commandName = "name"
}

enum TierNoun: RecordNoun {
  static let type = RecordType.tier
  static let commandName = "tier"
}

enum HonourNoun: RecordNoun {
  static let type = RecordType.honour
  static let commandName = "honour"
}

enum AchievementNoun: RecordNoun {
  static let type = RecordType.achievement
  static let commandName = "achievement"
}
