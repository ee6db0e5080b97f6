/// Where a decoder stopped in a data file.
enum DecodingPlace {
  /// The `path` within the file, as `questions.1.kind`, for an error's details; empty where it is not known.
  static func details(of error: any Error) -> [String: String] {
    guard let error = error as? DecodingError else { return [:] }
    let path: [any CodingKey] =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context.codingPath
      case .keyNotFound(let key, let context): context.codingPath + [key]
      @unknown default: []
      }
    guard !path.isEmpty else { return [:] }
    return ["path": path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")]
  }
}
