import SyncCore
import SyncKit

/// A device whose clock was wrong when something was written on it. Nothing is put right by itself: who was where on which day is for people to say.
public struct SuspiciousClock: Codable, Hashable, Sendable {
  /// How a clock was wrong.
  public enum Fault: String, Term {
    case ahead
    case behind

    public var label: String {
      switch self {
      case .ahead: "时钟偏快"
      case .behind: "时钟偏慢"
      }
    }

    public var labelEn: String {
      switch self {
      case .ahead: "clock ahead"
      case .behind: "clock behind"
      }
    }
  }

  /// Something that was written by that clock.
  public struct Write: Codable, Hashable, Sendable {
    /// The changeset, as `history` names it.
    public let changeset: String
    /// The enterprise in whose case it is; nil for what all share.
    public let enterprise: String?
    /// What the clock showed, in UTC.
    public let clock: String
    /// When it came to this machine, in UTC by its clock.
    public let arrived: String
    /// By how many seconds the clock was wrong, at least.
    public let seconds: Int64
  }

  /// The device, by its place in the changesets' names.
  public let device: String
  /// Who worked on it.
  public let user: String
  /// How its clock was wrong.
  public let fault: Fault
  /// By how many seconds at the most.
  public let seconds: Int64
  /// What was written so, in the order in which it came.
  public let writes: [Write]

  /// By how much a clock may differ before it is told as wrong, in seconds.
  public static let toleratedSeconds: Int64 = 60
}

extension Survey {
  /// The devices whose clocks were wrong for certain by more than ``SuspiciousClock/toleratedSeconds``, as far as this machine can tell by its
  /// own clock; the one that is furthest off first.
  public func suspiciousClocks() throws -> [SuspiciousClock] {
    let doubts = try replica.clockDoubts(tolerating: SuspiciousClock.toleratedSeconds * 1000)
    let names = try replica.read { db in
      try Dictionary(
        uniqueKeysWithValues: Set(doubts.map(\.scope.name)).map { ($0, try Lookup.optionalRow(db, in: "enterprise", $0)?.text("name")) })
    }
    struct Source: Hashable {
      let device: String
      let user: String
      let kind: ClockDoubt.Kind
    }
    let bySource = Dictionary(grouping: doubts) { Source(device: $0.dot.site.description, user: $0.author, kind: $0.kind) }
    return bySource.map { source, doubts in
      SuspiciousClock(
        device: source.device, user: source.user, fault: source.kind == .ahead ? .ahead : .behind,
        seconds: (doubts.map(\.milliseconds).max() ?? 0) / 1000,
        writes: doubts.map { doubt in
          SuspiciousClock.Write(
            changeset: doubt.dot.description, enterprise: names[doubt.scope.name] ?? nil, clock: Moment(milliseconds: doubt.wallClock).text,
            arrived: Moment(milliseconds: doubt.arrived).text, seconds: doubt.milliseconds / 1000)
        })
    }.sorted { ($1.seconds, $0.device, $0.fault.rawValue) < ($0.seconds, $1.device, $1.fault.rawValue) }
  }
}
