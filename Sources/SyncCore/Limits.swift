/// Every limit of the protocol and the encoding, in one place. Each is tested on both sides.
public enum Limits {
  /// The longest name of a scope, in bytes of UTF-8.
  public static let scopeNameBytes = 64
  /// The longest name of a table or a column, in bytes of UTF-8.
  public static let identifierBytes = 64
  /// The longest name of an author, in bytes of UTF-8.
  public static let authorBytes = 256
  /// The longest reason of a settlement, in bytes of UTF-8.
  public static let noteBytes = 4096
  /// How large a batch's changes may be on the wire. A changeset larger than this travels in parts.
  public static let batchBytes = 1 << 20
  /// About how many scopes one pull asks: with as many as there are, a first sync would tell ten thousand with each batch.
  public static let scopesPerPull = 1024
  /// How small batches become over a link that breaks again and again: smaller ones would hardly carry more than their own headers.
  public static let leastBatchBytes = 16 << 10
  /// How large one message may be after inflating; checked before memory is taken for it.
  public static let messageBytes = 16 << 20
  /// How large one part of a changeset may be after inflating, each of its two sections.
  public static let sectionBytes = 64 << 20
  /// How large one part may be as stored and sent: one value of SQLite's default maximum must not pass the message's limit.
  public static let partBytes = 12 << 20
  /// How many rows one part holds at the most.
  public static let partRows = 8192
  /// How many values one part unfolds to at the most: where all are alike, many take hardly a byte. Writers stay far below, since they end a
  /// part by its bytes and count one at least for each value.
  public static let partCells = 1 << 22
  /// When a part's uncompressed cells reach this many bytes, the part ends.
  public static let partTargetBytes = 1 << 20
  /// How many columns a group may name.
  public static let columns = 2000
  /// How many branches a changeset's body may speak of by names they have lost.
  public static let restamps = 16
  /// How many runs of changesets may be left out of one scope: told together, they have to fit a message beside one part.
  public static let omissions = 4096
  /// How many changesets of one scope may be rejected: told together, they have to fit a message beside one part.
  public static let rejections = 256
  /// The longest reason of a rejection, in bytes of UTF-8.
  public static let reasonBytes = 1024
  /// The longest statement, in bytes: one that hands a device a certificate.
  public static let statementBytes = certificateBytes + 512
  /// The longest certificate, in bytes.
  public static let certificateBytes = 4096
  /// How many changesets one signature may stand for. With each doubling every one of them carries another 32 bytes.
  public static let signedTogether = 64
  /// How many files one question may name.
  public static let blobNames = 1024
  /// How many bytes of a file go with one request or come with one answer, at the most.
  public static let blobPieceBytes = 4 << 20
  /// Of how many scopes a replica has nothing that it asks for packs: of fewer a pull brings as much as quickly.
  public static let scopesForPacks = 64
  /// How deep encoded values may nest.
  public static let depth = 16
}
