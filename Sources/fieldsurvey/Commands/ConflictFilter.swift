import ArgumentParser
import SurveyModel
import SyncCore
import SyncKit

/// Which conflicts are meant.
struct ConflictFilter: ParsableArguments {
  /// How many conflicts a rule looks at before it asks for more.
  private static let bulkPage = 500

  @Option(help: Text("只看这一种记录,如 answer、scene、need。", "Only this kind of record, as answer, scene, need.").help)
  var table: String?

  @Option(
    help: Text("只看这家企业:编号(可只写开头)或信用代码。", "Only this enterprise: an identifier (the beginning will do) or a credit code.").help)
  var enterprise: String?

  /// The filter as it was typed, to be typed again.
  var typed: String { (table.map { " --table \($0)" } ?? "") + (enterprise.map { " --enterprise \($0)" } ?? "") }

  func scope(_ survey: Survey) throws -> ScopeID? { try enterprise.flatMap { ScopeID(try survey.enterprise($0).enterprise.id) } }

  /// All that fit and are wanted.
  func conflicts(_ survey: Survey, where isWanted: (Conflict) -> Bool) throws -> [Conflict] {
    let scope = try scope(survey)
    var (wanted, position): ([Conflict], ConflictPosition?) = ([], nil)
    repeat {
      let page = try survey.replica.conflicts(in: scope, table: table, after: position, limit: Self.bulkPage)
      wanted += page.conflicts.filter(isWanted)
      position = page.next
    } while position != nil
    return wanted
  }

  /// Those that the beginnings of identifiers name, one for each.
  func conflicts(_ survey: Survey, named ids: [String]) throws -> [Conflict] {
    let found = try survey.replica.conflicts(named: ids.map { $0.lowercased() }, in: scope(survey), table: table)
    return try zip(ids, found).map { id, found in
      guard let first = found.first else { throw Self.unknown(id) }
      guard found.count == 1 else {
        throw Failure.badInput(Text("“\(id)”对应几处冲突,请写长一些。", "\"\(id)\" fits several conflicts; write more of it."), code: "ambiguous")
      }
      return first
    }
  }

  static func unknown(_ id: String) -> Failure {
    Failure.notFound(
      Text("冲突", "conflict"), id: id,
      next: Text(
        "编号会随内容变化,请重新查看:fieldsurvey conflicts list。", "Identifiers change with what they name; look again: fieldsurvey conflicts list."))
  }
}

extension Paging {
  /// A page of the conflicts that the filter leaves.
  func page(_ survey: Survey, _ filter: ConflictFilter, isJSON: Bool) throws -> ConflictPage {
    let scope = try filter.scope(survey)
    let position = try after.map { id in
      guard let found = try survey.replica.position(after: id.lowercased(), in: scope, table: filter.table) else {
        throw ConflictFilter.unknown(id)
      }
      return found
    }
    return try survey.replica.conflicts(in: scope, table: filter.table, after: position, limit: count(isJSON: isJSON))
  }
}

/// A page of conflicts, of how many, and how to see the next.
struct ConflictList: Encodable {
  let conflicts: [ConflictRecord]
  /// How many wait in all, of those that the filter leaves.
  let total: Int
  /// What `--after` takes to go on; nil at the end.
  let next: String?
  private let filter: String

  init(_ page: ConflictPage, _ filter: ConflictFilter, _ survey: Survey, _ language: Language) throws {
    conflicts = try page.conflicts.map { try ConflictRecord($0, survey, language) }
    total = try survey.replica.conflictCount(in: filter.scope(survey), table: filter.table)
    next = page.next == nil ? nil : page.conflicts.last?.id
    self.filter = filter.typed
  }

  /// To a program a page is a list, like every other.
  func encode(to encoder: any Encoder) throws { try conflicts.encode(to: encoder) }

  /// Says what is not shown.
  func tellRest(_ printer: Printer, command: String) {
    guard let next else { return }
    printer.rest(shown: conflicts.count, total: total, next: "conflicts \(command) --after \(next)\(filter)")
  }
}
