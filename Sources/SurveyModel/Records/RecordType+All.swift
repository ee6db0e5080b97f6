extension RecordType {
  /// Every kind there is, parents before what refers to them.
  public static let all: [RecordType] = [
    provider, providerState, solution, platform, platformYear, chainLeader, agency, event, attendance, training, programmeResult,
    policyFile,
    enterpriseName, site, unitTransfer, enterpriseYear, tier, honour, achievement, chainLink, enrolment, enrolmentStep, standing, contract,
    spotCheck, warning, acceptance, acceptanceCriterion, dossierFile, cloudUse, identifierMonth, recommendation, surveyPerson, payment,
    approval, otherSupport, fieldOrder,
  ]
}
