/// How the program ends: the numbers of BSD's sysexits.h where one fits. docs/exit-codes.md tells them to users.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: Int32

  static let ok = ExitStatus(rawValue: 0)
  /// Something went wrong that no other number fits.
  static let failure = ExitStatus(rawValue: 1)
  /// `verify`: the replicas compared hold different things. Nothing failed.
  static let differs = ExitStatus(rawValue: 2)
  /// The command was typed wrongly.
  static let usage = ExitStatus(rawValue: 64)
  /// What was given, in an argument or a file, cannot be taken.
  static let badInput = ExitStatus(rawValue: 65)
  /// No such thing is here: a file, an enterprise, a conflict.
  static let notFound = ExitStatus(rawValue: 66)
  /// The network or the relay does not answer.
  static let unreachable = ExitStatus(rawValue: 69)
  /// A mistake of the program itself.
  static let `internal` = ExitStatus(rawValue: 70)
  /// Nothing can be written: read-only, or no room left.
  static let cannotWrite = ExitStatus(rawValue: 73)
  /// Reading or writing failed; perhaps the file or the disk is damaged.
  static let io = ExitStatus(rawValue: 74)
  /// Not now: somebody else is at it, or it changed meanwhile. The same command may do later.
  static let tryLater = ExitStatus(rawValue: 75)
  /// What answers is not a relay of ours, or does not speak as one.
  static let badPeer = ExitStatus(rawValue: 76)
  /// Not allowed.
  static let notPermitted = ExitStatus(rawValue: 77)
  /// Not set up, or set up wrongly.
  static let notConfigured = ExitStatus(rawValue: 78)
}
