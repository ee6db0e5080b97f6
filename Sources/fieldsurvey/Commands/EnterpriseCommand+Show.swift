import ArgumentParser
import SurveyModel

extension EnterpriseCommand {
  /// Shows an enterprise with its case.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: Text("查看企业及其全部记录", "Show an enterprise and what its case holds").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let view = try common.openSurvey().enterprise(enterprise)
      try common.printer.show(view) { printer in tell(view, printer) }
    }

    private func tell(_ view: EnterpriseView, _ printer: Printer) {
      let enterprise = view.enterprise
      printer.line(printer.style(enterprise.name, .bold))
      let check = view.creditCodeCheck
      let doubt = check?.valid == false ? Text("(校验不通过)", " (its check fails)") : Text("", "")
      let facts: [(Text, String)] = [
        (Text("编号", "id"), enterprise.id),
        (Text("信用代码", "credit code"), (enterprise.creditCode ?? "") + doubt(printer.language)),
        (Text("所在区", "district"), printer.name(enterprise.district)),
        (Text("上报单位", "reporting unit"), printer.name(view.programme.reportingUnit ?? enterprise.reportingUnit)),
        (Text("细分行业", "sub-sector"), printer.name(enterprise.subSector)),
        (Text("行业代码", "industry"), enterprise.industryCode ?? ""),
        (Text("地址", "address"), enterprise.address ?? ""),
        (Text("联系人", "contact"), enterprise.contact ?? ""),
        (Text("成立日期", "established on"), enterprise.establishedOn ?? ""),
        (Text("注册资本", "registered capital"), enterprise.registeredCapitalFen.map { printer.money($0)(printer.language) } ?? ""),
        (Text("企业类型", "ownership"), enterprise.ownership ?? ""), (Text("主要产品", "main products"), enterprise.mainProducts ?? ""),
        (
          Text("划型", "size class"),
          view.size.map { size in
            Text("\(size.sizeClass.label)(\(size.year) 年)", "\(size.sizeClass.labelEn) (\(size.year))")(printer.language)
          } ?? ""
        ),
        (Text("所在园区", "park"), enterprise.park ?? ""), (Text("在用系统", "systems in use"), enterprise.systems ?? ""),
      ]
      for (name, value) in facts where !value.isEmpty { printer.say(Text("\(name.zh):\(value)", "\(name.en): \(value)")) }
      if let day = enterprise.untrustedOn {
        let source = enterprise.untrustedSource ?? ""
        printer.say(Text("⚠ 严重失信(\(day)):\(source)", "⚠ Found untrustworthy on \(day): \(source)"))
      }
      if let canonical = enterprise.mergedInto {
        printer.say(
          Text("⚠ 已由办公室并入 \(canonical);写在这里的内容会一并归入。", "⚠ Merged into \(canonical) by the office; what is written here counts there."))
      }
      if let off = view.programme.struck { struck(off, printer) }
      for other in view.merged {
        printer.say(Text("并入本企业的记录:\(other.name)(\(other.id))", "record that was merged into this one: \(other.name) (\(other.id))"))
      }
      printer.contested(view.contested, of: "enterprise")
      for other in view.similar { printer.note(CommonOptions.similar(other)) }
      for assignment in view.assignments {
        let due = assignment.dueOn.map { Text(",\($0) 前", ", due \($0)") } ?? Text("", "")
        let role = printer.name(assignment.role)
        printer.say(Text("\(role):\(assignment.user)\(due.zh)", "\(role): \(assignment.user)\(due.en)"))
      }
      for handover in view.handovers { printer.handover(handover, name: nil) }
      for visit in view.visits { printer.say(Text("走访:", "visit: ") + Text(verbatim: VisitCommand.line(visit, printer))) }
      for edition in view.editions { tell(edition, view.programme.rating, printer) }
      if view.editions.count > 1 {
        printer.say(Text("  不同版本的评测结果不作比较。", "  Results of different editions are not compared."))
      }
      for diagnosis in view.diagnoses {
        let moment = printer.time(diagnosis.startedAt)
        printer.say(
          Text("诊断:", "diagnosis: ")
            + Text(verbatim: "\(diagnosis.id)  \(printer.name(diagnosis.state))  \(moment)  \(diagnosis.startedBy ?? "")"))
      }
      tell(view.programme, printer)
      for order in view.programme.orders { printer.order(order) }
      for late in view.late { printer.late(late) }
    }

    private func struck(_ standing: Record, _ printer: Printer) {
      let (kind, reason) = (standing["kind"]?.shown, standing["reason"]?.text ?? "")
      let day = standing["fromOn"]?.text ?? ""
      printer.say(
        Text("⚠ \(kind?.zh ?? "")(\(day) 起):\(reason)", "⚠ \(kind?.en ?? "") from the list on \(day): \(reason)"))
    }

    private func tell(_ edition: EditionResults, _ rating: AgencyRating?, _ printer: Printer) {
      for result in edition.results {
        printer.say(Text("评测:", "assessment: ") + Text(verbatim: AssessmentCommand.line(result.assessment, printer)))
        if let score = result.scoreMilli, let level = result.level {
          let points = Printer.points(score)
          printer.say(Text("  \(edition.edition) 版:\(points) 分,\(level) 级", "  by \(edition.edition): \(points) points, level \(level)"))
        }
        if result.isInformational, let rating {
          printer.say(
            Text(
              "  机构评定为 \(rating.level) 级(\(rating.acceptedOn));这一结果仅供参考。",
              "  Rated \(rating.level) by the agency on \(rating.acceptedOn); this result is informational."))
        }
      }
    }

    /// What the programme has of the enterprise, a line for each record.
    private func tell(_ programme: ProgrammeView, _ printer: Printer) {
      let groups: [(RecordType, [Record], [String])] = [
        (.unitTransfer, programme.unitTransfers, ["fromOn", "unit", "reason"]), (.enrolmentStep, programme.steps, ["step", "happenedOn"]),
        (.standing, programme.standings, ["kind", "fromOn", "toOn", "reason"]),
        (.contract, programme.contracts, ["number", "title", "signedOn", "total"]),
        (.acceptance, programme.acceptances, ["acceptedOn", "verdict", "level", "issuedBy"]),
      ]
      for (type, records, fields) in groups {
        for record in records {
          let words = fields.compactMap { record[$0] }.filter { !$0.isEmpty }.map { printer.name($0.shown) }.joined(separator: "  ")
          printer.say(Text("\(type.label.zh):\(words)", "\(type.label.en.lowercased()): \(words)"))
          printer.contested(record.contested, of: type.table)
        }
      }
    }
  }
}
