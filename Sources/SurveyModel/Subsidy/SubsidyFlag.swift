/// What a person should know of a computed amount before anybody pays it.
public enum SubsidyFlag: String, Term {
  case dateNotGiven = "date-not-given"
  case amountsAdded = "amounts-added"
  case roundedDown = "rounded-down"
  case conditionUnstated = "condition-unstated"
  case conditionNotMet = "condition-not-met"
  case belowThreshold = "below-threshold"
  case outsidePlan = "outside-plan"
  case claimContested = "claim-contested"
  case levelWithoutSubsidy = "level-without-subsidy"
  case levelDisputed = "level-disputed"
  case excessInstalment = "excess-instalment"
  case paidDiffers = "paid-differs"
  case limitUsedUp = "limit-used-up"
  case paidBeyondLimit = "paid-beyond-limit"
  case monthsAcrossYears = "months-across-years"
  case severalTitles = "several-titles"
  case partialDays = "partial-days"
  case overlap
  case paidElsewhere = "paid-elsewhere"
  case paidBeyondHighest = "paid-beyond-highest"

  public var label: String {
    switch self {
    case .dateNotGiven: "没有给出日期:按这一版政策计算,未核对是否在有效期内"
    case .amountsAdded: "几笔金额合并计算,共用一个上限"
    case .roundedDown: "不足一分的部分舍去"
    case .conditionUnstated: "条件未说明,暂按符合计算,请核实"
    case .conditionNotMet: "条件不符合,不予支持"
    case .belowThreshold: "未达到门槛"
    case .outsidePlan: "超出本方案的范围,参照现行政策执行"
    case .claimContested: "归属有争议的,裁定之前不予发放"
    case .levelWithoutSubsidy: "这一等级没有补贴"
    case .levelDisputed: "等级有争议:合计取其中最低的,各等级的金额分别列出"
    case .excessInstalment: "首期已超过总额:如何收回,原文没有规定,由办公室决定"
    case .paidDiffers: "已拨付的首期与现在的规则结果不同:付款记录不改,由办公室决定补拨或收回"
    case .limitUsedUp: "累计上限已用完"
    case .paidBeyondLimit: "已拨付的超过累计上限"
    case .monthsAcrossYears: "连续月份跨年,原文未说明是否可以"
    case .severalTitles: "获得多项称号:按最高一项提出,是否可以叠加由办公室决定"
    case .partialDays: "不满一天的学时不计"
    case .overlap: "与其他政策重复:就高,不相加;由办公室决定"
    case .paidElsewhere: "其他政策已先拨付:提出差额,由办公室决定"
    case .paidBeyondHighest: "已拨付的超过两者中较高的"
    }
  }

  public var labelEn: String {
    switch self {
    case .dateNotGiven: "no date was given: computed by this version, whether it is in force was not checked"
    case .amountsAdded: "several amounts were added and share one limit"
    case .roundedDown: "what is less than a fen was dropped"
    case .conditionUnstated: "a condition was not stated and is taken to hold: verify it"
    case .conditionNotMet: "a condition does not hold: nothing is paid"
    case .belowThreshold: "the threshold is not reached"
    case .outsidePlan: "outside this plan; the current policy applies"
    case .claimContested: "what is claimed by several waits for a decision"
    case .levelWithoutSubsidy: "no subsidy is stated for this level"
    case .levelDisputed: "the level is in dispute: the total is that of the lowest, the amounts of each level stand apart"
    case .excessInstalment: "the first instalment exceeds the total: claw-back is not regulated, the office decides"
    case .paidDiffers: "the first instalment that was paid is not what the rule gives now: the record stands, the office decides"
    case .limitUsedUp: "the cumulative limit is used up"
    case .paidBeyondLimit: "more than the cumulative limit was paid"
    case .monthsAcrossYears: "the consecutive months cross a year's end; whether they may is not stated"
    case .severalTitles: "several titles: the highest is proposed, the office decides whether they add up"
    case .partialDays: "hours short of a whole day do not count"
    case .overlap: "overlaps with another policy: the higher, never the sum; the office decides"
    case .paidElsewhere: "another policy paid first: the difference is proposed, the office decides"
    case .paidBeyondHighest: "more than the higher of the two was paid"
    }
  }
}

/// A flag raised, or an open question that touches the result.
public struct SubsidyNote: Codable, Hashable, Sendable {
  /// The key of the ``SubsidyFlag`` or of the ``SubsidyPolicy/Question``.
  public let code: String
  /// In Chinese.
  public let zh: String
  /// In English.
  public let en: String

  init(_ flag: SubsidyFlag, _ detail: BilingualText? = nil) {
    code = flag.rawValue
    zh = flag.label + (detail.map { ":" + $0.zh } ?? "")
    en = flag.labelEn + (detail.map { ": " + $0.en } ?? "")
  }

  init(_ question: SubsidyPolicy.Question) {
    code = question.key
    zh = question.text.zh
    en = question.text.en
  }
}
