/// Two records that may be of one enterprise.
public struct DuplicatePair: Codable, Hashable, Sendable {
  /// Why they may be.
  public enum Ground: String, Term {
    /// Both have the same credit code.
    case creditCode
    /// Their codes differ in one place, or in two that are swapped: a slip of the pen.
    case nearCode
    /// Their names are the same, once company forms and places are left aside.
    case name
    /// Their names differ by little.
    case nearName
    /// They stand at the same address.
    case address

    public var label: String {
      switch self {
      case .creditCode: "信用代码相同"
      case .nearCode: "信用代码相近"
      case .name: "名称相同"
      case .nearName: "名称相近"
      case .address: "地址相同"
      }
    }

    public var labelEn: String {
      switch self {
      case .creditCode: "same credit code"
      case .nearCode: "similar credit codes"
      case .name: "same name"
      case .nearName: "similar names"
      case .address: "same address"
      }
    }
  }

  /// The older record.
  public let first: Enterprise
  /// The younger record.
  public let second: Enterprise
  /// Why they may be one, the strongest first.
  public let grounds: [Ground]
  /// Whether both have a code and the codes differ: then they are never merged without a word.
  public let codesDiffer: Bool
}

extension DuplicatePair {
  /// Where a pair stands in the list. It holds when the pair is gone, because it was merged or found to be two.
  struct Position: Comparable {
    let ground: Int
    let first: String
    let second: String

    /// The strongest ground and both records, as `name/…/…`.
    var text: String { "\(Ground.allCases[ground].rawValue)/\(first)/\(second)" }

    init(_ pair: DuplicatePair) { (ground, first, second) = (pair.grounds[0].order, pair.first.id, pair.second.id) }

    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let ground = Ground(rawValue: parts[0]) else { return nil }
      (self.ground, first, second) = (ground.order, parts[1], parts[2])
    }

    static func < (left: Position, right: Position) -> Bool {
      (left.ground, left.first, left.second) < (right.ground, right.first, right.second)
    }
  }
}

/// Some of what may be one enterprise.
public struct DuplicatePage: Sendable {
  public let pairs: [DuplicatePair]
  /// How many there are in all.
  public let total: Int
  /// After what the next page begins; nil at the end.
  public let next: String?
}

/// One enterprise in place of two records of it.
///
/// Nothing is moved: each record's case stays where it was written, and what arrives for the retired one later arrives there. Whatever
/// counts or shows an enterprise follows the alias, and an alias can be undone.
public struct Alias: Codable, Hashable, Sendable {
  /// The record that no longer stands for itself.
  public let retiredID: String
  /// The record that stands for both.
  public let canonicalID: String
  /// Why.
  public let reason: String?
  /// Who decided, and when, in UTC.
  public let decidedBy: String?
  public let decidedAt: String?
  /// Who undid it, and when; nil while it holds.
  public let undoneBy: String?
  public let undoneAt: String?
}

/// What a merge would do, to be looked at before.
public struct MergePreview: Codable, Hashable, Sendable {
  /// The record that would be retired.
  public let retired: Enterprise
  /// The record that would stand for both.
  public let canonical: Enterprise
  /// How many records of each kind the retired case holds: they stay there and are counted under the other.
  public let children: [String: Int]
  /// Facts that both have and that differ: column, then both values.
  public let differing: [String: [String]]
  /// Whether both are enrolled: the enterprise then counts once.
  public let isEnrolledTwice: Bool
  /// What both were paid under one rule, by the rule: perhaps twice for the same.
  public let paidTwice: [String]
  /// Whether both have a code and the codes differ.
  public let codesDiffer: Bool
}

/// The same file as evidence for two enterprises: perhaps a transformation that never was (虚假改造).
public struct SharedEvidence: Codable, Hashable, Sendable {
  /// One use of it.
  public struct Use: Codable, Hashable, Sendable {
    public let enterpriseID: String
    public let enterprise: String
    /// `evidence` or `dossier_file`, and the record.
    public let table: String
    public let id: String
    public let fileName: String?
  }

  /// The SHA-256 of the file.
  public let sha256: String
  /// Where it is used, merged enterprises counted as one.
  public let uses: [Use]
}
