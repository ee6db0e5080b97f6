import ArgumentParser
import SurveyModel
import SyncCore
import SyncRelay

struct AssignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign", abstract: Text("把企业分派给数字专员", "Assign an enterprise to a specialist").here,
    discussion: Text(
      "在办公室的数据目录中运行时,同时授权此人同步这家企业;在笔记本上只作记录。再次分派只更新角色和日期。",
      "In the office's home it grants the user the enterprise's case as well; on a laptop it is only recorded. Assigning again updates role and day."
    ).here)

  @Argument(help: Argued.enterprise)
  var enterprise: String

  @Argument(help: ArgumentHelp(Text("用户名。", "The user's name.").here, valueName: "user"))
  var user: String

  @Option(help: Choices.help(AssignmentRole.self, Text("角色", "The role")))
  var role = AssignmentRole.lead.rawValue

  @Option(help: ArgumentHelp(Text("截止日期,如 2026-12-01。", "The day by which it is due, as 2026-12-01.").here, valueName: "day"))
  var due: String?

  @Flag(help: Text("收回分派;在办公室同时收回授权。", "Withdraw the assignment; at the office the grant as well.").help)
  var withdraw = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let home = try common.openHome()
    if withdraw { return try withdraw(home) }
    let survey = try home.survey()
    let assignment = try survey.assign(enterprise, to: user, role: AssignmentRole.parse(role, field: "role"), dueOn: due)
    if home.isOffice, let scope = GrantedScope(assignment.enterpriseID) {
      try home.relay().grant(user: assignment.user, scope: scope)
    }
    let told = Told(
      enterpriseID: assignment.enterpriseID, user: assignment.user, role: assignment.role, dueOn: assignment.dueOn, granted: home.isOffice,
      withdrawn: false)
    try common.printer.show(told) { printer in
      let role = printer.name(told.role)
      printer.say(Text("已分派给 \(assignment.user)(\(role))。", "Assigned to \(assignment.user) (\(role))."))
    }
    if !home.isOffice {
      common.printer.note(
        Text("此处不是办公室的数据目录:只作记录,没有授权。", "This is not the office's home: recorded, but nothing is granted."))
    }
  }

  private func withdraw(_ home: Home) throws {
    let (found, assignment) = try home.survey().unassign(enterprise, from: user)
    var wasGranted = false
    if home.isOffice, let scope = GrantedScope(found.id) { wasGranted = try home.relay().revoke(user: user, scope: scope) }
    guard assignment != nil || wasGranted else {
      throw Failure.notFound(Failure.name(of: "assignment"), id: "\(found.name) / \(user)")
    }
    let told = Told(
      enterpriseID: found.id, user: user, role: assignment?.role, dueOn: assignment?.dueOn, granted: false, withdrawn: true)
    try common.printer.show(told) { printer in printer.say(Text("已收回 \(user) 的分派。", "Withdrawn from \(user).")) }
  }

  /// The assignment, and whether its user may sync the case because of it.
  private struct Told: Encodable {
    let enterpriseID: String
    let user: String
    let role: Stored<AssignmentRole>?
    let dueOn: String?
    let granted: Bool
    let withdrawn: Bool
  }
}
