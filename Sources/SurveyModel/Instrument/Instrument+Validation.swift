extension Instrument {
  /// What every edition of this instrument adds up to.
  private enum Law {
    static let format = 1
    static let questions = 15
    static let scenes = 16
    static let ranks = 0...4
    static let totalMilli = 100_000
  }

  /// Every rule that the contents break, each of ``SurveyError/Code/instrumentRule``; empty for a sound instrument.
  ///
  /// A slip of the keyboard in a data file must never become an enterprise's level, so the sums are checked on each load.
  public var problems: [SurveyError] {
    var checker = RuleChecker()
    checker.expect("format", Law.format, format)
    checkRanges(&checker)
    // Figures out of range would overflow the sums.
    guard checker.problems.isEmpty else { return checker.problems }
    checkQuestions(&checker)
    checkSums(&checker)
    checkScenes(&checker)
    checkLevels(&checker)
    return checker.problems
  }

  private func checkRanges(_ checker: inout RuleChecker) {
    let percents = dimensions.map(\.weightPercent) + questions.flatMap { [$0.first.weightPercent, $0.second.weightPercent] }
    let points = questions.flatMap { [$0.maxMilliPoints] + $0.options.map(\.milliPoints) }
    let scores = levels.compactMap { $0.threshold?.scoreMilli }
    let counts = levels.compactMap(\.threshold).flatMap { [$0.scenes, $0.constraintScenes] }
    checker.expect("percentages from 0 to 100", [], percents.filter { !(0...100).contains($0) })
    checker.expect("points within the total", [], (points + scores).filter { !(0...Law.totalMilli).contains($0) })
    checker.expect("counts of scenes", [], counts.filter { !(0...Law.scenes).contains($0) })
  }

  private func checkQuestions(_ checker: inout RuleChecker) {
    checker.expect("question numbers", Array(1...Law.questions), questions.map(\.number))
    let dimensionKeys = dimensions.map(\.key)
    for question in questions {
      let item = InstrumentItem.question(question.number)
      checker.expect("dimension known", true, dimensionKeys.contains(question.dimension), item)
      let letters = question.options.indices.map(Self.letter)
      checker.expect("letters from A", letters, question.options.map(\.letter), item)
      checker.expect("first option is worth nothing", 0, question.options.first?.milliPoints ?? -1, item)
      switch question.kind {
      case .multiple:
        checker.expect("only A excludes", ["A"], question.options.filter(\.exclusive).map(\.letter), item)
        checker.expect("options add up", question.maxMilliPoints, question.options.map(\.milliPoints).reduce(0, +), item)
      case .single:
        checker.expect("nothing excludes", [], question.options.filter(\.exclusive).map(\.letter), item)
        checker.expect("best option", question.maxMilliPoints, question.options.map(\.milliPoints).max() ?? -1, item)
      }
    }
    let fieldKeys = questions.flatMap(\.fields).map(\.key)
    checker.expect("field keys unique", fieldKeys.count, Set(fieldKeys).count)
    let ratioKeys = questions.compactMap(\.ratio).flatMap { [$0.numerator, $0.denominator] }
    checker.expect("ratio fields known", [], ratioKeys.filter { !fieldKeys.contains($0) })
  }

  private func checkSums(_ checker: inout RuleChecker) {
    checker.expect("dimension keys unique", dimensions.count, Set(dimensions.map(\.key)).count)
    checker.expect("dimension weights", 100, dimensions.map(\.weightPercent).reduce(0, +))
    checker.expect("total", Law.totalMilli, questions.map(\.maxMilliPoints).reduce(0, +))
    for dimension in dimensions {
      let asked = questions.filter { $0.dimension == dimension.key }
      let share = dimension.weightPercent * Law.totalMilli / 100
      checker.expect("sum of \(dimension.key)", share, asked.map(\.maxMilliPoints).reduce(0, +))
      for question in asked {
        // Three percentages of 100,000 milli-points: the product of the percents, over ten.
        let product = dimension.weightPercent * question.first.weightPercent * question.second.weightPercent
        checker.expect("weights give the maximum", product, question.maxMilliPoints * 10, .question(question.number))
      }
    }
  }

  private func checkScenes(_ checker: inout RuleChecker) {
    checker.expect("scene numbers", Array(1...Law.scenes), scenes.map(\.number))
    checker.expect("scene groups unique", sceneGroups.count, Set(sceneGroups.map(\.key)).count)
    for scene in scenes {
      let item = InstrumentItem.scene(scene.number)
      checker.expect("group known", true, sceneGroups.contains { $0.key == scene.group }, item)
      checker.expect("scene levels", Array(Law.ranks), scene.levels.map(\.level), item)
    }
  }

  private func checkLevels(_ checker: inout RuleChecker) {
    checker.expect("levels", Array(Law.ranks), levels.map(\.level))
    checker.expect("levels with a threshold", Array(Law.ranks.dropFirst()), levels.filter { $0.threshold != nil }.map(\.level))
    let stars = scenes.filter(\.constraint).count
    let thresholds = levels.compactMap(\.threshold)
    for threshold in thresholds {
      checker.expect("constraint scenes within reach", true, threshold.constraintScenes <= min(stars, threshold.scenes))
    }
    // A higher level must imply the lower ones, else "the next level" would mean nothing.
    for (lower, higher) in zip(thresholds, thresholds.dropFirst()) {
      let rises = lower.scoreMilli < higher.scoreMilli && lower.scenes <= higher.scenes && lower.constraintScenes <= higher.constraintScenes
      checker.expect("thresholds rise", true, rises)
    }
  }

  private static func letter(_ index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(min(0x41 + index, 0x7E)))))
  }
}

/// Collects broken rules.
private struct RuleChecker {
  var problems: [SurveyError] = []

  mutating func expect<Value: Equatable>(_ rule: String, _ expected: Value, _ found: Value, _ item: InstrumentItem? = nil) {
    guard expected != found else { return }
    var details = ["rule": rule, "expected": "\(expected)", "found": "\(found)"]
    details["item"] = item?.description
    problems.append(SurveyError(.instrumentRule, details))
  }
}
