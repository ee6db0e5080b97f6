import SurveyModel

/// `fieldsurvey training`.
typealias TrainingCommand = RecordCommand<TrainingNoun>

enum TrainingNoun: RecordNoun {
  static let type = RecordType.training
  static let path = "training"
}
