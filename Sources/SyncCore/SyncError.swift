/// What can go wrong in the core: a code and what belongs to it. The text for people is made at the edge.
public struct SyncCoreError: Error, Hashable, Sendable {
  /// Which kind of thing went wrong. A struct, so that a new code breaks no caller.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }

    /// Bytes that are not what the format says they are; `details` names the place.
    public static let malformed = Code("malformed")
    /// More of something than a limit of ``Limits`` allows.
    public static let tooLarge = Code("too-large")
    /// A format or protocol version from the future.
    public static let unsupportedVersion = Code("unsupported-version")
    /// An answer that does not belong to the question.
    public static let unexpected = Code("unexpected")
  }

  public let code: Code
  /// A short technical remark for logs: which field, which limit.
  public let details: String

  public init(_ code: Code, _ details: String) {
    self.code = code
    self.details = details
  }
}
