/// How much of anything the survey takes. Each is far above what the field has, and keeps a slip from becoming a fact.
public enum SurveyLimits {
  /// The years that figures may be of.
  public static let years = 1949...2100
}
