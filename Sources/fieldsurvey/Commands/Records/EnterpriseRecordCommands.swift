import ArgumentParser
import SurveyModel

extension EnterpriseCommand {
  /// What is recorded of an enterprise beside its own facts.
  static let records: [any ParsableCommand.Type] = [
    RecordCommand<YearNoun>.self, RecordCommand<SiteNoun>.self, RecordCommand<NameNoun>.self, RecordCommand<TierNoun>.self,
    RecordCommand<HonourNoun>.self, RecordCommand<AchievementNoun>.self, RecordCommand<ChainNoun>.self, RecordCommand<UnitNoun>.self,
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

enum ChainNoun: RecordNoun {
  static let type = RecordType.chainLink
  static let commandName = "chain"
}

enum UnitNoun: RecordNoun {
  static let type = RecordType.unitTransfer
  static let commandName = "unit"
}
