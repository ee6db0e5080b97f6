/// What papers of every kind have.
extension Paper {
  /// The enterprise's own facts.
  mutating func add(enterprise: Record) {
    let check = enterprise["uscc"]?.text.map(CreditCode.check)
    let warning = check?.valid == false ? "（校验不通过，请核对）" : ""
    add(
      .facts(
        enterprise.values.map { value in
          let isCode = value.field.column == "uscc" && !value.isEmpty
          return Fact(value.field.label.zh, value.shown.zh + (isCode ? warning : ""))
        }))
  }

  /// What is open, with every value, and what that means.
  mutating func add(contests: [OpenContest]) {
    guard !contests.isEmpty else { return add(.paragraph("没有未裁定的争议。")) }
    add(.alert("以下 \(contests.count) 处由多人填写不同，尚未裁定；各方的值都保留，本报告先采用排在最前的一个。"))
    table(
      [Column("内容", 4), Column("各方填写（括号内为填写人账号）", 7)],
      contests.map { contest in
        let sides = contest.values.enumerated().map { $1 + ($0 == 0 ? "〔本报告采用〕" : "") }
        return [contest.subject, sides.isEmpty ? "数据规则冲突，待办公室处理" : sides.joined(separator: "\n")]
      })
  }

  /// Who made the report, from what.
  mutating func add(provenance id: String, _ label: String, by user: String) {
    add(.note("\(label)：\(id)。报告由 \(user) 于 \(Moment(madeAt)?.beijingText ?? madeAt)（北京时间）生成，内容为当时本机所存。"))
  }

  /// A time of a record, in Beijing time, with who did it.
  static func moment(_ text: String?, by user: String?) -> String? {
    guard let time = text.flatMap({ Moment($0) })?.beijingText else { return user?.nonEmpty }
    return [time, user?.nonEmpty].compactMap { $0 }.joined(separator: "，")
  }

  /// A mark behind what is open.
  static func mark(_ contested: [Contested]) -> String { contested.isEmpty ? "" : "【争议】" }

  /// An amount of money; nil for none.
  static func money(_ fen: Int?) -> String? { fen.map { Money.text(fen: $0) } }
}
