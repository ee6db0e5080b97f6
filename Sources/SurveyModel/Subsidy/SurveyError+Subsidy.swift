extension SurveyError.Code {
  /// There is no policy of that identifier. Details: `policy`; `known` (one a line).
  public static let policyUnknown = Self("policy-unknown")
  /// No version is in force on that day. Details: `day`; `known` (each version's identifier and days, one a line).
  public static let policyNotInForce = Self("policy-not-in-force")
  /// Several versions begin on the same day and are in force. Details: `day` where one was given; `known` (identifiers, one a line).
  public static let policyAmbiguous = Self("policy-ambiguous")
  /// A policy file is not of the expected form; ``SurveyError/problems`` say more where several things are wrong. Details: `path` within
  /// the file, where known.
  public static let policyMalformed = Self("policy-malformed")
  /// A policy file contradicts itself; ``SurveyError/problems`` are of ``policyBroken``. Details: `policy`.
  public static let policyInconsistent = Self("policy-inconsistent")
  /// One law that a policy file breaks. Details: `path`, `law`, `found`.
  public static let policyBroken = Self("policy-broken")

  /// The policy has no such rule. Details: `rule`; `allowed` (one a line).
  public static let ruleUnknown = Self("rule-unknown")
  /// The rule has no figures, so that nothing can be computed. Details: `rule`.
  public static let ruleWithoutFigures = Self("rule-without-figures")
  /// A claim that cannot be taken; each reason is in ``SurveyError/problems``. Details: `rule`, `count` of reasons.
  public static let claimRefused = Self("claim-refused")
  /// A policy computes a rule in another way than the program's records are told for. Details: `rule`, `policy`.
  public static let claimUnfit = Self("claim-unfit")
  /// A key that must be there is not. Details: `path`.
  public static let keyMissing = Self("key-missing")
  /// Exactly one of several keys must be there. Details: `keys` (one a line).
  public static let keysExclusive = Self("keys-exclusive")
  /// A number below 0. Details: `path`, `value`, `line`.
  public static let numberNegative = Self("number-negative")
  /// A number, or a sum of numbers, that no machine word holds. Details: `path`; `value` and `line` where it is one number.
  public static let numberTooLarge = Self("number-too-large")
  /// A level that the policy does not know. Details: `path`, `level`, `allowed` (one a line), `line`.
  public static let levelUnknown = Self("level-unknown")
  /// A month that is none; it is written 2024-01. Details: `path`, `month`, `line`.
  public static let monthInvalid = Self("month-invalid")
  /// The same thing twice where each may stand once. Details: `path`, `value`, `line`.
  public static let valueRepeated = Self("value-repeated")
}
