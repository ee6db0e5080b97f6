import ArgumentParser
import SurveyModel

/// What the agency says of a finished transformation, criterion by criterion, and the enterprise's file (一企一档).
struct AcceptanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acceptance", abstract: Text("验收:结论、指标、一企一档材料", "Acceptance: verdict, criteria, the enterprise's file").here,
    subcommands: RecordCommand<AcceptanceNoun>.subcommands + [RecordCommand<CriterionNoun>.self, RecordCommand<DossierNoun>.self])
}

enum AcceptanceNoun: RecordNoun {
  static let type = RecordType.acceptance
  static let path = "acceptance"
}

enum CriterionNoun: RecordNoun {
  static let type = RecordType.acceptanceCriterion
  static let path = "acceptance criterion"
}

enum DossierNoun: RecordNoun {
  static let type = RecordType.dossierFile
  static let path = "acceptance file"
}
