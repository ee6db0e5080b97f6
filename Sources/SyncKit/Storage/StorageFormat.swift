import SyncCore

/// The library's own tables beside the user's (docs/storage-format.md §1).
///
/// The log is a table by row number with a small index beside it, and not a table by its key: SQLite reads the whole of a key's
/// record to compare it, and here the bodies would be part of that.
enum StorageFormat {
  /// Raised when a replica of the new form cannot be read by the old code.
  static let version: Int64 = 8

  static let tables = """
    CREATE TABLE synckit_meta(name TEXT PRIMARY KEY NOT NULL, value ANY) WITHOUT ROWID;
    CREATE TABLE synckit_site(id INTEGER PRIMARY KEY, site BLOB NOT NULL UNIQUE);
    CREATE TABLE synckit_scope(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE synckit_table(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE synckit_column(tab INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(tab, id)) WITHOUT ROWID;
    CREATE TABLE synckit_rows(scope INTEGER NOT NULL, tab INTEGER NOT NULL, first BLOB NOT NULL, block BLOB NOT NULL,
      PRIMARY KEY(scope, tab, first)) WITHOUT ROWID;
    CREATE TABLE synckit_candidate(scope INTEGER NOT NULL, tab INTEGER NOT NULL, key BLOB NOT NULL, col INTEGER NOT NULL,
      site INTEGER NOT NULL, seq INTEGER NOT NULL, value, PRIMARY KEY(scope, tab, key, col, site, seq)) WITHOUT ROWID;
    CREATE TABLE synckit_aside(scope INTEGER NOT NULL, tab INTEGER NOT NULL, key BLOB NOT NULL, cells BLOB NOT NULL,
      PRIMARY KEY(scope, tab, key)) WITHOUT ROWID;
    CREATE TABLE synckit_log(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, site INTEGER NOT NULL, seq INTEGER NOT NULL,
      part INTEGER NOT NULL, time INTEGER, arrived INTEGER, header BLOB, signature BLOB, body BLOB NOT NULL);
    CREATE UNIQUE INDEX synckit_log_place ON synckit_log(scope, site, seq, part);
    CREATE TABLE synckit_waiting(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, site INTEGER NOT NULL, seq INTEGER NOT NULL,
      part INTEGER NOT NULL, header BLOB NOT NULL, signature BLOB NOT NULL, body BLOB NOT NULL);
    CREATE UNIQUE INDEX synckit_waiting_place ON synckit_waiting(scope, site, seq, part);
    CREATE TABLE synckit_peer(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch BLOB NOT NULL, token BLOB NOT NULL,
      succeeded INTEGER, attempted INTEGER, outcome TEXT);
    CREATE TABLE synckit_acknowledged(peer INTEGER NOT NULL, scope INTEGER NOT NULL, site INTEGER NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY(peer, scope, site)) WITHOUT ROWID;
    CREATE TABLE synckit_refused(scope INTEGER NOT NULL, site INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL,
      PRIMARY KEY(scope, site, seq)) WITHOUT ROWID;
    \(incidents)
    \(omissions)
    \(rejections)
    \(certificates)
    \(attachments)
    \(statements)
    \(withdrawals)
    """

  /// What came with version 2.
  static let incidents = """
    CREATE TABLE synckit_incident(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, scope INTEGER,
      count INTEGER NOT NULL, former INTEGER, after INTEGER, successor INTEGER);
    """

  /// What came with version 3.
  static let omissions = """
    CREATE TABLE synckit_omission(scope INTEGER NOT NULL, site INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
      hash BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(scope, site, first)) WITHOUT ROWID;
    """

  /// What came with version 4.
  static let rejections = """
    CREATE TABLE synckit_rejection(scope INTEGER NOT NULL, site INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
      reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(scope, site, seq)) WITHOUT ROWID;
    """

  /// What came with version 5.
  static let certificates = """
    CREATE TABLE synckit_certificate(hash BLOB PRIMARY KEY NOT NULL, bytes BLOB NOT NULL, signature BLOB NOT NULL) WITHOUT ROWID;
    """

  /// What came with version 6: what a peer has said of the files that rows name. Without an entry a file is queued.
  static let attachments = """
    CREATE TABLE synckit_attachment(peer INTEGER NOT NULL, scope INTEGER NOT NULL, digest BLOB NOT NULL, state INTEGER NOT NULL,
      code TEXT, at INTEGER NOT NULL, PRIMARY KEY(peer, scope, digest)) WITHOUT ROWID;
    """

  /// What came with version 7: what the office has stated of changesets (its number is that of ``IssuerStatement``'s kind) and, of no scope and no
  /// site, of this device's certificates.
  static let statements = """
    CREATE TABLE synckit_statement(scope INTEGER NOT NULL, site INTEGER NOT NULL, kind INTEGER NOT NULL, first INTEGER NOT NULL,
      last INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, signature BLOB NOT NULL,
      PRIMARY KEY(scope, site, kind, first)) WITHOUT ROWID;
    """

  /// What came with version 8: scopes that this replica may not hold any more. Of what it has let go of, when that was, and the last of its
  /// own changesets; once the scope is granted again, until that one has come back.
  static let withdrawals = """
    CREATE TABLE synckit_withdrawn(scope INTEGER PRIMARY KEY, at INTEGER NOT NULL, removes INTEGER NOT NULL, removed INTEGER,
      seq INTEGER NOT NULL DEFAULT 0, returns INTEGER NOT NULL DEFAULT 0);
    """
}
