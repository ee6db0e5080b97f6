import ArgumentParser
import SurveyModel

/// Events, and who came.
struct EventCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: Text("活动与参会", "Events, and who came").here,
    subcommands: RecordCommand<EventNoun>.subcommands + [RecordCommand<AttendanceNoun>.self])
}

enum EventNoun: RecordNoun {
  static let type = RecordType.event
  static let path = "event"
}

enum AttendanceNoun: RecordNoun {
  static let type = RecordType.attendance
  static let path = "event attendance"
}
