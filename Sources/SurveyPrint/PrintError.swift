/// Why a report could not be laid out on paper.
public enum PrintError: Error, Hashable, Sendable {
  /// No installed font has Chinese characters; every one would print as a box.
  case noChineseFont
  /// Cairo's own word on what failed.
  case drawing(String)
}
