/// Who makes a diagnosis.
public enum DiagnosisSource: String, Term {
  case specialist
  case provider
  case chainLeader

  public var label: String {
    switch self {
    case .specialist: "数字专员"
    case .provider: "诊断服务机构"
    case .chainLeader: "链主企业"
    }
  }

  public var labelEn: String {
    switch self {
    case .specialist: "Digital specialist"
    case .provider: "Diagnosis provider"
    case .chainLeader: "Chain leader"
    }
  }
}
