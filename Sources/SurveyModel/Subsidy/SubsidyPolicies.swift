/// The versions of the subsidy policy that come with the program, and which of them counts.
///
/// Each is a file `policy-ID.json` in the ``ResourceFolder``; one that is put there is there.
public struct SubsidyPolicies: Sendable {
  /// All versions, by their first day and then by identifier.
  public let all: [SubsidyPolicy]

  /// Some versions.
  public init(_ policies: [SubsidyPolicy]) {
    all = policies.sorted { ($0.effectiveFrom, $0.id) < ($1.effectiveFrom, $1.id) }
  }

  /// The versions that come with the program, read and checked.
  ///
  /// Throws ``SurveyError/Code/resourceMissing`` where there is none at all, and what ``SubsidyPolicy/init(json:)`` throws.
  public static func bundled(resources: ResourceFolder = .standard) throws(SurveyError) -> SubsidyPolicies {
    var policies: [SubsidyPolicy] = []
    for name in resources.names(from: prefix, to: suffix) {
      let policy = try SubsidyPolicy(json: resources.data(of: name))
      guard name == prefix + policy.id + suffix else {
        throw SurveyError(.policyMalformed, ["file": name, "path": "id"])
      }
      policies.append(policy)
    }
    guard !policies.isEmpty else { throw SurveyError(.resourceMissing, ["name": prefix + "*" + suffix]) }
    return SubsidyPolicies(policies)
  }

  /// The version of that identifier.
  ///
  /// Throws ``SurveyError/Code/policyUnknown``.
  public func policy(_ id: String) throws(SurveyError) -> SubsidyPolicy {
    guard let policy = all.first(where: { $0.id == id }) else {
      throw SurveyError(.policyUnknown, ["policy": id, "known": all.map(\.id).joined(separator: "\n")])
    }
    return policy
  }

  /// The version in force on a day (as 2024-06-30): of several the one that began last. Without a day, the one that began last of all.
  ///
  /// Throws ``SurveyError/Code/policyNotInForce``, or ``SurveyError/Code/policyAmbiguous`` where two began on the same day.
  public func policy(on day: String?) throws(SurveyError) -> SubsidyPolicy {
    let candidates = day.map { day in all.filter { $0.isInForce(on: day) } } ?? all
    guard let latest = candidates.last else { throw notInForce(on: day ?? "") }
    let rivals = candidates.filter { $0.effectiveFrom == latest.effectiveFrom }
    guard rivals.count == 1 else {
      var details = ["known": rivals.map(\.id).joined(separator: "\n")]
      details["day"] = day
      throw SurveyError(.policyAmbiguous, details)
    }
    return latest
  }

  fileprivate func notInForce(on day: String) -> SurveyError {
    let known = all.map { "\($0.id) \($0.effectiveFrom)…\($0.effectiveTo ?? "")" }
    return SurveyError(.policyNotInForce, ["day": day, "known": known.joined(separator: "\n")])
  }

  private static let prefix = "policy-"
  private static let suffix = ".json"
}

extension SubsidyPolicy {
  /// Refuses a day on which the version is not in force.
  ///
  /// Throws ``SurveyError/Code/policyNotInForce``.
  public func requireInForce(on day: String) throws(SurveyError) {
    guard isInForce(on: day) else { throw SubsidyPolicies([self]).notInForce(on: day) }
  }
}
