import ArgumentParser
import SurveyModel

/// How an enterprise's project goes: on the list, step by step, off the list; and what else the plan's rules ask for.
struct ProjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: Text("试点项目:名单、进度、调整", "Projects: the list, the steps, what takes one off it").here,
    subcommands: [
      RecordCommand<EnrolmentNoun>.self, RecordCommand<StepNoun>.self, RecordCommand<StandingNoun>.self, RecordCommand<CloudNoun>.self,
      RecordCommand<IdentifierNoun>.self, RecordCommand<OtherSupportNoun>.self, RecordCommand<ApprovalNoun>.self,
      MoneyCommand.self,
    ])
}

enum EnrolmentNoun: RecordNoun {
  static let type = RecordType.enrolment
  static let path = "project enrol"
}

enum StepNoun: RecordNoun {
  static let type = RecordType.enrolmentStep
  static let path = "project step"
}

enum StandingNoun: RecordNoun {
  static let type = RecordType.standing
  static let path = "project standing"
}

enum CloudNoun: RecordNoun {
  static let type = RecordType.cloudUse
  static let path = "project cloud"
}

enum IdentifierNoun: RecordNoun {
  static let type = RecordType.identifierMonth
  static let path = "project identifiers"
}

enum OtherSupportNoun: RecordNoun {
  static let type = RecordType.otherSupport
  static let path = "project other-support"
}

enum ApprovalNoun: RecordNoun {
  static let type = RecordType.approval
  static let path = "project approval"
}
