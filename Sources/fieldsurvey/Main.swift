import ArgumentParser

/// `fieldsurvey`: client, daemon, relay and office in one program.
@main
struct Main {
  static func main() async {
    Descriptors.fillStandardStreams()
    Descriptors.reportFileSizeLimit()
    var command: any ParsableCommand
    do {
      command = try FieldSurvey.parseAsRoot(Settings.arguments(Array(CommandLine.arguments.dropFirst())))
    } catch {
      UsageFailure.end(error, of: FieldSurvey.self)
    }
    do {
      try Descriptors.requireEnough()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      OfficeHandOver.run()
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
    discussion: Text(
      """
      环境变量:FIELDSURVEY_HOME 数据目录,FIELDSURVEY_RESOURCES 指标和政策文件所在目录,XDG_DATA_HOME,NO_COLOR,LC_ALL/LC_MESSAGES/LANG,
      https_proxy/no_proxy,FIELDSURVEY_SERVE_… 和 FIELDSURVEY_DAEMON_… 即 serve 和 daemon 的选项;
      FIELDSURVEY_PASSPHRASE_FILE 无人值守时从哪个文件读口令;
      FIELDSURVEY_CLOCK_OFFSET_SECONDS 把本程序的时钟拨快若干秒,只用于测试。
      退出码:0 成功,2 副本不一致,64 命令写法,65 输入内容,66 找不到,69 网络,73 无法写入,74 读写失败,75 稍后再试,76 对方不是中继,
      77 不允许,78 未初始化(详见 docs/exit-codes.md)。
      """,
      """
      Environment: FIELDSURVEY_HOME the folder with the data, FIELDSURVEY_RESOURCES that of instruments and policies, XDG_DATA_HOME, NO_COLOR,
      LC_ALL/LC_MESSAGES/LANG, https_proxy/no_proxy, FIELDSURVEY_SERVE_… and FIELDSURVEY_DAEMON_… for the options of serve and daemon;
      FIELDSURVEY_PASSPHRASE_FILE a file with the passphrase, where nobody is there to be asked;
      FIELDSURVEY_CLOCK_OFFSET_SECONDS puts this program's clock forward, for tests only.
      Exit codes: 0 done, 2 replicas differ, 64 usage, 65 bad input, 66 not found, 69 network, 73 cannot write, 74 I/O, 75 try later,
      76 no relay of ours, 77 not permitted, 78 not set up (see docs/exit-codes.md).
      """
    ).here,
    version: Program.version,
    groupedSubcommands: [
      CommandGroup(
        name: Text("调研", "Survey").here,
        subcommands: [
          EnterpriseCommand.self, AssignCommand.self, OrderCommand.self, VisitCommand.self, DiagnosisCommand.self, FindingCommand.self,
          AttachmentCommand.self,
          AssessmentCommand.self, NeedCommand.self, RecommendationCommand.self, InstrumentCommand.self, RatingCommand.self,
          ReportCommand.self,
        ]),
      CommandGroup(name: Text("表格与平台", "Tables and platforms").here, subcommands: [ImportCommand.self, ExportCommand.self]),
      CommandGroup(
        name: Text("试点项目", "The programme").here,
        subcommands: [
          ProjectCommand.self, ContractCommand.self, CheckCommand.self, WarningCommand.self, AcceptanceCommand.self, PaymentCommand.self,
          ProposalCommand.self,
        ]),
      CommandGroup(name: Text("资金", "Money").here, subcommands: [SubsidyCommand.self, PolicyCommand.self]),
      CommandGroup(
        name: Text("共享目录", "The catalogue").here,
        subcommands: [
          ProviderCommand.self, SolutionCommand.self, PlatformCommand.self, LeaderCommand.self, AgencyCommand.self, EventCommand.self,
          TrainingCommand.self, ResultCommand.self,
        ]),
      CommandGroup(
        name: Text("统计", "Figures").here,
        subcommands: [
          ListCommand.self, IndicatorCommand.self, FunnelCommand.self, CoverageCommand.self, SnapshotCommand.self, DuplicatesCommand.self,
          InterestsCommand.self, ClocksCommand.self,
        ]),
      CommandGroup(
        name: Text("同步", "Sync").here,
        subcommands: [SyncCommand.self, DaemonCommand.self, StatusCommand.self, EnrolCommand.self, BundleCommand.self]),
      CommandGroup(
        name: Text("加密", "Encryption").here,
        subcommands: [ProtectCommand.self, UnlockCommand.self, LockCommand.self, PassphraseCommand.self]),
      CommandGroup(
        name: Text("冲突与历史", "Conflicts and history").here,
        subcommands: [ConflictsCommand.self, HistoryCommand.self, VerifyCommand.self, DoctorCommand.self]),
      CommandGroup(
        name: Text("办公室", "Office").here,
        subcommands: [
          ServeCommand.self, RelayCommand.self, DeviceCommand.self, RejectCommand.self, CompactCommand.self, EraseCommand.self,
          SampleCommand.self,
        ]),
    ])
}
