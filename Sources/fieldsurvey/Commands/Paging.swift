import ArgumentParser

/// How much of a long list is shown at once.
struct Paging: ParsableArguments {
  /// What a person is shown at once. A program that says nothing gets all there is.
  private static let peoplesPage = 50

  @Option(
    help: ArgumentHelp(
      Text("最多看几处(不写:50;加 --json 时为全部)。", "How many at the most (50 unless given; with --json all).").here, valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(Text("从这一处之后看起(见上一页末尾)。", "Only those after this one, as the page before says at its end.").here, valueName: "id"))
  var after: String?

  func validate() throws {
    guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError(Text("--limit 应为正整数。", "--limit is a positive number.").here) }
  }

  /// How many are shown.
  func count(isJSON: Bool) -> Int { limit ?? (isJSON ? Int(Int32.max) : Self.peoplesPage) }
}

extension Printer {
  /// Says what of a list is not shown, and how to go on.
  func rest(shown: Int, total: Int, next command: String) {
    note(
      Text(
        "以上 \(shown) 处,共 \(total) 处;接着看:fieldsurvey \(command)",
        "These are \(shown) of \(total); to go on: fieldsurvey \(command)"))
  }
}
