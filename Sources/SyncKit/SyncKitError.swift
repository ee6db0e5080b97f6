/// What can go wrong in a replica: a code, what belongs to it, and the error beneath if there was one.
///
/// The text for people is made at the edge, in their language; `details` is for programs and logs.
public struct SyncKitError: Error, Sendable {
  /// Which kind of thing went wrong. A struct, so that a new code breaks no caller.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// The file is a database, but not a replica of this library.
    public static let notAReplica = Code("not-a-replica")
    /// The replica was written by a newer version of the library. `format`, `supported`.
    public static let newerFormat = Code("newer-format")
    /// The replica would lie on a network file system, where SQLite's locks cannot be trusted. `path`, `kind`.
    public static let networkFileSystem = Code("network-file-system")
    /// The file or its folder cannot be written. `path`.
    public static let readOnly = Code("read-only")
    /// No room is left on the disk.
    public static let diskFull = Code("disk-full")
    /// The file is encrypted, and no key was given. `path`.
    public static let isProtected = Code("protected")
    /// The file is in clear, and was to be encrypted. `path`.
    public static let notProtected = Code("not-protected")
    /// The file is encrypted by another key; or, of a ``KeyEnvelope``, the passphrase is another. `path` of a file.
    public static let wrongKey = Code("wrong-key")
    /// A database whose pages have not SQLite's usual size of 4096 bytes cannot be encrypted. `path`, `pageSize`.
    public static let unsuitablePageSize = Code("unsuitable-page-size")
    /// A table cannot be synced as it is declared. `table`, `reason`, `remedy`.
    public static let unsuitableTable = Code("unsuitable-table")
    /// The database's text is not in UTF-8. `path`, `encoding`.
    public static let unsuitableEncoding = Code("unsuitable-encoding")
    /// A guard is missing that keeps foreign connections from writing unseen. `table`.
    public static let guardMissing = Code("guard-missing")
    /// A statement would move a row to another scope. `table`.
    public static let scopeChange = Code("scope-change")
    /// A row names no scope, or one that is too long. `table`.
    public static let noScope = Code("no-scope")
    /// A counter was given something else than an integer. `table`, `column`.
    public static let notACounter = Code("not-a-counter")
    /// A value is larger than can travel. `table`.
    public static let valueTooLarge = Code("value-too-large")
    /// No such row, conflict, candidate or changeset is here.
    public static let notFound = Code("not-found")
    /// What was to be settled has changed since it was read.
    public static let stale = Code("stale")
    /// A read token that cannot be read, or is of another replica's form.
    public static let badToken = Code("bad-token")
    /// A read token of a form that did not show the row which is saved. `table`.
    public static let otherForm = Code("other-form")
    /// A bundle that ends before its end mark; what was whole before the cut has been kept. `kept`.
    public static let bundleCut = Code("bundle-cut")
    /// A bundle in which something was altered; what stood before it has been kept. `kept`.
    public static let bundleAltered = Code("bundle-altered")
    /// The file is no bundle.
    public static let notABundle = Code("not-a-bundle")
    /// A bundle that is encrypted to somebody else.
    public static let notARecipient = Code("not-a-recipient")
    /// The certificate that is to sign here is another device's or another author's. `device`, `user`.
    public static let otherCertificate = Code("other-certificate")
    /// What is written is the word of others, by this device's certificate. `table`, `column` unless it is the whole table, `role`.
    public static let notAuthorised = Code("not-authorised")
    /// What is written is of a scope that was withdrawn from this device's user. `scope`.
    public static let withdrawn = Code("withdrawn")
    /// Another process is syncing this replica. `process`.
    public static let busy = Code("busy")
    /// A changeset that came cannot be taken by this version; all else was, and it is asked for again next time.
    /// `changeset`, `refused`.
    public static let notTaken = Code("not-taken")
    /// What the log holds does not fit together: the file is damaged.
    public static let damaged = Code("damaged")
    /// What is asked about lies before what has been left out of the log.
    public static let historyLeftOut = Code("history-left-out")
    /// SQLite reported an error. `code`, `message`.
    public static let sqlite = Code("sqlite")
  }

  public let code: Code
  public let details: [String: String]
  public let underlying: (any Error)?

  public init(_ code: Code, _ details: [String: String] = [:], underlying: (any Error)? = nil) {
    self.code = code
    self.details = details
    self.underlying = underlying
  }
}
