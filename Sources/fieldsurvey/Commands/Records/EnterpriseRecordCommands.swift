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
  static let path = "enterprise year"
}

enum SiteNoun: RecordNoun {
  static let type = RecordType.site
  static let path = "enterprise site"
}

enum NameNoun: RecordNoun {
  static let type = RecordType.enterpriseName
  static let path = "enterprise name"
}

enum TierNoun: RecordNoun {
  static let type = RecordType.tier
  static let path = "enterprise tier"
}

enum HonourNoun: RecordNoun {
  static let type = RecordType.honour
  static let path = "enterprise honour"
}

enum AchievementNoun: RecordNoun {
  static let type = RecordType.achievement
  static let path = "enterprise achievement"
}
