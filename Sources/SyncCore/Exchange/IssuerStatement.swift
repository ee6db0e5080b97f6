/// What the office has said for everybody to act upon: a record that its issuer signs, so that whoever brings it, a relay, another laptop or a
/// stick, need not be believed (docs/decisions/0026, docs/wire-protocol.md §3.2).
///
/// ```swift
/// let signed = try SignedStatement(IssuerStatement(.rejected(rejection), issuer: issuer.publicKey), by: issuer)
/// let said = Trust(issuers: [issuer.publicKey]).statement(signed, codec: codec)
/// ```
public struct IssuerStatement: Hashable, Sendable {
  /// The version of the statements' format.
  public static let version: UInt64 = 1

  /// What is said.
  public enum Content: Hashable, Sendable {
    /// These changesets have been left out of the log.
    case omitted(Omission)
    /// This changeset counts as applied without effect.
    case rejected(Rejection)
    /// A device has another certificate from a place in the relay's log on.
    case superseded(Supersession)
    /// A device takes no part any more, or takes part again.
    case revoked(Revocation)
    /// The writing of a revoked device ends here.
    case ended(ChainEnd)
  }

  public let content: Content
  /// The public key of who says it.
  public let issuer: [UInt8]

  public init(_ content: Content, issuer: [UInt8]) {
    self.content = content
    self.issuer = issuer
  }

  /// The bytes that are signed.
  public var encoded: [UInt8] {
    let (kind, said): (UInt64, CBOR) =
      switch content {
      // How a hash begins is a relay's answer to who searches for a fork, and nothing that is said for good.
      case .omitted(let omission): (1, Omission(scope: omission.scope, site: omission.site, run: omission.run).cbor)
      case .rejected(let rejection): (2, rejection.cbor)
      case .superseded(let supersession): (3, supersession.cbor)
      case .revoked(let revocation): (4, revocation.cbor)
      case .ended(let end): (5, end.cbor)
      }
    return CBOR.map([0: .unsigned(Self.version), 1: .unsigned(kind), 2: .bytes(issuer), 3: said]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    guard bytes.count <= Limits.statementBytes else { throw SyncCoreError(.tooLarge, "statement") }
    let map = try CBOR(decoding: bytes)
    guard try CBOR.require(map[0]?.unsigned, "statement version") == Self.version else {
      throw SyncCoreError(.unsupportedVersion, "statement")
    }
    issuer = try CBOR.require(map[2]?.bytes, "issuer")
    guard issuer.count == Certificate.keyBytes, let said = map[3] else { throw SyncCoreError(.malformed, "statement") }
    switch try CBOR.require(map[1]?.unsigned, "kind of statement") {
    case 1:
      let omission = try Omission(decoding: said)
      guard omission.start.isEmpty else { throw SyncCoreError(.malformed, "statement") }
      content = .omitted(omission)
    case 2: content = .rejected(try Rejection(decoding: said))
    case 3: content = .superseded(try Supersession(decoding: said))
    case 4: content = .revoked(try Revocation(decoding: said))
    case 5: content = .ended(try ChainEnd(decoding: said))
    default: throw SyncCoreError(.unsupportedVersion, "kind of statement")
    }
  }
}

extension IssuerStatement.Content {
  /// The scope of the changesets that are spoken of; nil for a device.
  public var scope: ScopeID? {
    switch self {
    case .omitted(let omission): omission.scope
    case .rejected(let rejection): rejection.scope
    case .ended(let end): end.scope
    case .superseded, .revoked: nil
    }
  }

  /// The changeset that is said to have no effect.
  public var rejection: Rejection? {
    guard case .rejected(let rejection) = self else { return nil }
    return rejection
  }
}

/// That a device has another certificate: what comes to the relay after a place in its log is judged by the later one, whatever it cites, and
/// the device takes that one up.
public struct Supersession: Hashable, Sendable {
  /// The device's identifier.
  public let device: [UInt8]
  /// The hash of the certificate that it had.
  public let former: [UInt8]
  public let successor: SignedCertificate
  /// The place: what arrived at the relay up to then is judged by what it cites.
  public let arrival: UInt64

  public init(device: [UInt8], former: [UInt8], successor: SignedCertificate, arrival: UInt64) {
    self.device = device
    self.former = former
    self.successor = successor
    self.arrival = arrival
  }

  var cbor: CBOR {
    .array([.bytes(device), .bytes(former), .bytes(successor.bytes), .bytes(successor.signature), .unsigned(arrival)])
  }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, fields.count == 5, let device = fields[0].bytes, let former = fields[1].bytes,
      let bytes = fields[2].bytes, let signature = fields[3].bytes, let arrival = fields[4].unsigned,
      device.count == SiteID.deviceByteCount, former.count == Omission.hashBytes, signature.count == Certificate.signatureBytes,
      arrival <= UInt64(Int64.max)
    else { throw SyncCoreError(.malformed, "what is superseded") }
    guard try Certificate(decoding: bytes).device == device else { throw SyncCoreError(.malformed, "another device's certificate") }
    self.init(
      device: device, former: former, successor: SignedCertificate(bytes: bytes, signature: signature), arrival: arrival)
  }
}

/// A statement's bytes, with its issuer's signature over them.
public struct SignedStatement: Hashable, Sendable {
  public let bytes: [UInt8]
  public let signature: [UInt8]

  public init(bytes: [UInt8], signature: [UInt8]) {
    self.bytes = bytes
    self.signature = signature
  }

  public init(_ statement: IssuerStatement, by issuer: Signer) throws {
    self.init(bytes: statement.encoded, signature: try issuer.sign(Self.context + statement.encoded))
  }

  /// What stands before the bytes that are signed, so that a signature of one thing is never one of another.
  fileprivate static let context = Array("synckit statement 1\0".utf8)

  /// About how many bytes this takes in a batch.
  public var byteCount: Int { bytes.count + signature.count + 8 }
}

extension Trust {
  /// What a statement says; nil when nobody who is trusted has signed it, or it cannot be read.
  public func statement(_ signed: SignedStatement, codec: Codec) -> IssuerStatement? {
    guard let statement = try? IssuerStatement(decoding: signed.bytes), issuers.contains(statement.issuer),
      codec.isSigned(signed.signature, SignedStatement.context + signed.bytes, statement.issuer)
    else { return nil }
    return statement
  }
}

extension [Omission.Run] {
  /// Whether these, as they were stated of a site's changesets, say that all of a run has been left out.
  ///
  /// A run may end within a stated one, where what follows it was still needed by who tells of it; where it ends with one, it is the
  /// changeset that was meant.
  public func states(_ run: Omission.Run) -> Bool {
    var next = run.first
    while true {
      let covering = filter { $0.contains(next) }
      if covering.contains(where: { $0.last > run.last || $0.last == run.last && $0.hash == run.hash }) { return true }
      guard let end = covering.map(\.last).filter({ $0 < run.last }).max() else { return false }
      next = end + 1
    }
  }
}

extension SignedStatement {
  var cbor: CBOR { .array([.bytes(bytes), .bytes(signature)]) }

  static func list(_ cbor: CBOR?) throws(SyncCoreError) -> [SignedStatement] {
    guard let cbor else { return [] }
    let items = try CBOR.require(cbor.array, "statements")
    guard !items.isEmpty else { throw SyncCoreError(.malformed, "statements") }
    return try items.map { (item) throws(SyncCoreError) in
      guard let fields = item.array, fields.count == 2, let bytes = fields[0].bytes, let signature = fields[1].bytes,
        bytes.count <= Limits.statementBytes, signature.count == Certificate.signatureBytes
      else { throw SyncCoreError(.malformed, "statement") }
      return SignedStatement(bytes: bytes, signature: signature)
    }
  }
}
