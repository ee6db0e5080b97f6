import ArgumentParser

/// `fieldsurvey`: client, daemon, relay and office in one program.
@main
struct Main {
  static func main() async {
    var command: any ParsableCommand
    do {
      command = try FieldSurvey.parseAsRoot()
    } catch {
      UsageFailure.end(error, of: FieldSurvey.self)
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      UsageFailure.end(error, of: type(of: command))
    }
  }
}

/// The commands, in the order in which a day uses them.
struct FieldSurvey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fieldsurvey",
    abstract: Text("离线优先的企业数字化调研", "Offline-first survey of enterprises").here,
    version: Program.version,
    groupedSubcommands: [
      CommandGroup(
        name: Text("调研", "Survey").here,
        subcommands: [
          EnterpriseCommand.self, AssignCommand.self, VisitCommand.self, DiagnosisCommand.self, FindingCommand.self,
          AssessmentCommand.self, NeedCommand.self, RatingCommand.self, ReportCommand.self,
        ]),
      CommandGroup(
        name: Text("同步", "Sync").here,
        subcommands: [SyncCommand.self, DaemonCommand.self, StatusCommand.self, EnrolCommand.self, BundleCommand.self]),
      CommandGroup(
        name: Text("冲突与历史", "Conflicts and history").here,
        subcommands: [ConflictsCommand.self, HistoryCommand.self, VerifyCommand.self, DoctorCommand.self]),
      CommandGroup(name: Text("办公室", "Office").here, subcommands: [ServeCommand.self, DeviceCommand.self]),
    ])
}
