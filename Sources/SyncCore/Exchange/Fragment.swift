/// A changeset on its way, whole or some of its parts: what batches carry.
public struct Fragment: Hashable, Sendable {
  /// The header's bytes as the author encoded them.
  public let header: [UInt8]
  /// The ``Seal`` of a changeset that cites a certificate; empty for one that cites none.
  public let signature: [UInt8]
  /// The place of the first of ``parts`` among the changeset's parts.
  public let firstPart: Int
  public let parts: [[UInt8]]

  public init(header: [UInt8], signature: [UInt8], firstPart: Int, parts: [[UInt8]]) {
    self.header = header
    self.signature = signature
    self.firstPart = firstPart
    self.parts = parts
  }

  /// About how many bytes this takes in a batch.
  public var byteCount: Int { header.count + signature.count + parts.reduce(16) { $0 + $1.count + 5 } }
}

/// What a store has of one scope: whole changesets as a version vector, and what has arrived of those that came in parts.
public struct Holdings: Hashable, Sendable {
  public var vector: VersionVector
  /// For a site's next changeset, how many of its parts are there, from the first on. Sorted by site.
  public var partial: [Partial]
  /// For each entry of ``vector``, in its order, the beginning of the hash of the changeset it ends with: two who hold as much of a site
  /// see by it whether they hold the same. Empty where it is not told.
  public var ends: [[UInt8]]
  /// How many changesets have been left out of the log, of those that ``vector`` counts, and how many were rejected, in one number
  /// (``effectless(omitted:rejected:)``): two see by it that they do not know of the same. Nil where it is not told.
  public var omitted: UInt64?

  /// How much of a hash is told. Whoever could find two changesets alike so far could only hide a fork of their own.
  public static let endBytes = 16

  /// Progress in one changeset that is not whole yet.
  public struct Partial: Hashable, Sendable {
    public let dot: Dot
    public let parts: Int

    public init(dot: Dot, parts: Int) {
      self.dot = dot
      self.parts = parts
    }
  }

  public init(vector: VersionVector = VersionVector(), partial: [Partial] = [], ends: [[UInt8]] = [], omitted: UInt64? = nil) {
    self.vector = vector
    self.ends = ends
    self.omitted = omitted
    self.partial = partial.sorted { $0.dot < $1.dot }
  }

  /// What stands for so many changesets left out, and so many rejected: neither can make up for the other.
  public static func effectless(omitted: UInt64, rejected: Int) -> UInt64 { omitted &+ UInt64(rejected) << 32 }

  /// How many parts of a changeset are held that is not whole yet.
  public func parts(of dot: Dot) -> Int { partial.first { $0.dot == dot }?.parts ?? 0 }
}

/// Holdings with the scope they are of.
public struct ScopeHoldings: Hashable, Sendable {
  public let scope: ScopeID
  public var holdings: Holdings

  public init(scope: ScopeID, holdings: Holdings) {
    self.scope = scope
    self.holdings = holdings
  }
}

/// A changeset that a store would not take, and why.
public struct Refusal: Hashable, Sendable {
  public let scope: ScopeID
  public let dot: Dot
  /// A code of ``Refusal/Code``, or one of a later version.
  public let code: String

  public init(scope: ScopeID, dot: Dot, code: String) {
    self.scope = scope
    self.dot = dot
    self.code = code
  }

  /// Why a changeset is refused.
  public enum Code {
    /// The device may not write in this scope.
    public static let notGranted = "not-granted"
    /// A device may author changes only as itself.
    public static let notTheAuthor = "not-the-author"
    /// An earlier changeset of the same site is missing.
    public static let gap = "gap"
    /// Another changeset of the same name is there already: a clone or a restored device.
    public static let fork = "fork"
    /// What it was written having read bears the name of something else here: its author had read another branch of a fork.
    public static let otherBranch = "other-branch"
    /// Its bytes are not what the format or its own header say they are.
    public static let malformed = "malformed"
    /// Larger than the store allows.
    public static let tooLarge = "too-large"
    /// It cites no certificate, or comes without its seal, where seals are asked for.
    public static let notSigned = "not-signed"
    /// Its seal is not that of the device and the author that it names.
    public static let badSignature = "bad-signature"
    /// Nobody who is trusted issued the certificate that it cites.
    public static let notTrusted = "not-trusted"
    /// It writes what the certificate that it cites says is the word of others.
    public static let notAuthorised = "not-authorised"
    /// It writes what was its author's word when its certificate was issued, and is not any more; and the office has to decide, since its
    /// scope has as many rejections as it can.
    public static let superseded = "certificate-superseded"
    /// Its device was revoked, and the relay did not have it by then.
    public static let revoked = "device-revoked"
  }
}
