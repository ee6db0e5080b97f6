/// Why the relay would not do something: a stable code and a technical remark. Text for people is made at the edge.
public struct RelayError: Error, Hashable, Sendable {
  /// Which kind of thing went wrong. A struct, so that a new code breaks no caller.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The code's name, in lower-case words joined by hyphens.
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }
  }

  public let code: Code
  /// A short technical remark for logs; never a token, a code or anything else that is secret.
  public let details: String

  public init(_ code: Code, _ details: String) {
    self.code = code
    self.details = details
  }
}

extension RelayError.Code {
  /// The file is something else: not a database, or another program's.
  public static let notARelay = Self(rawValue: "not-a-relay")
  /// The file was written by a later version of this program.
  public static let newerFormat = Self(rawValue: "newer-format")
  /// The file cannot be opened or created.
  public static let cannotOpen = Self(rawValue: "cannot-open")
  /// What is stored is not what the relay stores.
  public static let damaged = Self(rawValue: "damaged")
  /// A name, a label or another argument that is empty, too long, or has characters that no name has.
  public static let badArgument = Self(rawValue: "bad-argument")
  /// Bytes that are not what the format says they are.
  public static let malformed = Self(rawValue: "malformed")
  /// More of something than ``RelayLimits`` allow.
  public static let tooLarge = Self(rawValue: "too-large")
  /// No such enrolment code was issued.
  public static let codeUnknown = Self(rawValue: "code-unknown")
  /// The enrolment code was issued too long ago.
  public static let codeExpired = Self(rawValue: "code-expired")
  /// The enrolment code has been used.
  public static let codeUsed = Self(rawValue: "code-used")
  /// The device is enrolled for another user, who has to be revoked first.
  public static let deviceTaken = Self(rawValue: "device-taken")
  /// The device has another key by now than the one by which it asks for a new one.
  public static let otherKey = Self(rawValue: "other-key")
  /// The changeset is neither held, nor was it refused when it was last brought.
  public static let changesetUnknown = Self(rawValue: "changeset-unknown")
  /// No such device is enrolled.
  public static let deviceUnknown = Self(rawValue: "device-unknown")
  /// No device of such a user ever enrolled.
  public static let userUnknown = Self(rawValue: "user-unknown")
  /// The device was enrolled once and is no longer.
  public static let revoked = Self(rawValue: "revoked")
  /// A file stands where a new one was to be made.
  public static let fileExists = Self(rawValue: "file-exists")
  /// The file's digest is not the one that was told.
  public static let otherDigest = Self(rawValue: "other-digest")
  /// The log is of another office: its devices' certificates were issued by another key.
  public static let otherIssuer = Self(rawValue: "other-issuer")
  /// The database that holds the log cannot be reached, or only reads: nothing was taken, and the same may be asked again.
  public static let unavailable = Self(rawValue: "unavailable")
  /// The database refused a statement; the details name the reason by its SQLSTATE.
  public static let databaseError = Self(rawValue: "database-error")
  /// The database's address is not one.
  public static let badAddress = Self(rawValue: "bad-address")
  /// A password stands where others can read it: in the address or the environment.
  public static let passwordShown = Self(rawValue: "password-shown")
  /// The way to the database is neither on this machine nor encrypted to a server that is known.
  public static let insecureDatabase = Self(rawValue: "insecure-database")
  /// The database is being filled from another relay, or that was cut off.
  public static let unfinished = Self(rawValue: "unfinished")
  /// The log that stood in the file has moved into a database.
  public static let moved = Self(rawValue: "moved")
  /// What was asked for can be done with a log of another kind only: one in a file.
  public static let otherStore = Self(rawValue: "other-store")
  /// Another process has the log open.
  public static let inUse = Self(rawValue: "in-use")
}
