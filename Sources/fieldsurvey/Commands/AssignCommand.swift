import ArgumentParser
import SurveyModel
import SyncCore
import SyncRelay

struct AssignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign", abstract: Text("把企业分派给数字专员", "Assign an enterprise to a specialist").here,
    discussion: Text(
      "由办公室决定:同时授权此人同步这家企业,再次分派只更新角色和日期。其他人员的分派作为建议送给办公室。",
      "The office's word: it grants the user the enterprise's case as well, and assigning again updates role and day. From anybody else it is a proposal to the office."
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

  @Flag(
    help: Text(
      "与 --withdraw 一起:对方的笔记本在内容全部送达、再过 7 天之后,从本机移除这家企业;办公室的内容不受影响。",
      "With --withdraw: their laptops let go of the enterprise, once all they wrote has arrived and seven days have passed; nothing changes at the office."
    ).help)
  var remove = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if remove, !withdraw { throw ValidationError(Text("--remove 要与 --withdraw 一起用。", "--remove goes with --withdraw.").here) }
  }

  func run() throws {
    let home = try common.openHome()
    if withdraw { return try withdraw(home) }
    let survey = try home.survey()
    let role = try AssignmentRole.parse(role, field: "role")
    // Nothing but the office's word gives a case to somebody.
    guard survey.role == .office else {
      let proposal = try survey.proposeAssignment(enterprise, to: user, role: role, dueOn: due)
      return try common.tell(.proposed(proposal), Text("", ""))
    }
    let assignment = try survey.assign(enterprise, to: user, role: role, dueOn: due)
    try Self.grant(assignment.enterpriseID, to: assignment.user, home)
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

  /// Lets a user sync a case, where this is the office.
  static func grant(_ enterprise: String, to user: String, _ home: Home) throws {
    guard home.isOffice, let scope = GrantedScope(enterprise) else { return }
    try home.relay().grant(user: user, scope: scope)
  }

  private func withdraw(_ home: Home) throws {
    let (found, assignment) = try home.survey().unassign(enterprise, from: user)
    var wasGranted = false
    if home.isOffice, let scope = GrantedScope(found.id) {
      wasGranted = try home.relay().revoke(user: user, scope: scope, removing: remove)
    }
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
