/// What the program calls itself.
enum Program {
  static let name = "fieldsurvey"
  static let version = "0.1.0"
}
