import SyncCore

/// A fragment after everything about it was checked that needs no look at the log.
enum CheckedFragment {
  case usable(IncomingFragment)
  case refused(Refusal, hash: [UInt8])

  /// Checks a fragment.
  /// - Parameters:
  ///   - fragment: what is brought.
  ///   - relay: to whom.
  ///   - proven: what was judged of the same batch.
  /// - Throws: ``RelayError`` with `malformed` when its header does not even say whose changeset it is, so that no refusal can name it.
  init(_ fragment: Fragment, relay: Relay, proven: inout ProvenSignatures) throws(RelayError) {
    let (codec, limits) = (relay.codec, relay.limits)
    let header: ChangesetHeader
    do throws(SyncCoreError) {
      guard fragment.header.count <= limits.headerBytes else { throw SyncCoreError(.tooLarge, "header") }
      header = try ChangesetHeader(decoding: fragment.header)
    } catch {
      self = .refused(try Self.refusal(fragment.header, code: error.code.description), hash: codec.digest(fragment.header))
      return
    }
    let hash = codec.digest(fragment.header)
    do throws(Unbelieved) {
      if let code = Self.problem(fragment, header, codec: codec, limits: limits) { throw Unbelieved(code: code) }
      self = .usable(
        IncomingFragment(
          fragment: fragment, unsealed: try relay.unseal(fragment, header, hash: hash, proven: &proven), header: header, hash: hash))
    } catch {
      self = .refused(Refusal(scope: header.scope, dot: header.dot, code: error.code), hash: hash)
    }
  }

  /// Where it belongs.
  var scope: ScopeID {
    switch self {
    case .usable(let incoming): incoming.header.scope
    case .refused(let refusal, _): refusal.scope
    }
  }

  private static func problem(
    _ fragment: Fragment, _ header: ChangesetHeader, codec: Codec, limits: RelayLimits
  ) -> String? {
    // The name that a grant of everything is written with.
    if header.scope.name == GrantedScope.allName { return Refusal.Code.malformed }
    if fragment.signature.count > limits.signatureBytes { return Refusal.Code.tooLarge }
    // Each part's size is limited by the header's format, so that the sum cannot overflow.
    let size = header.parts.reduce(fragment.header.count) { $0 + $1.bytes }
    if size > limits.changesetBytes { return Refusal.Code.tooLarge }
    guard !fragment.parts.isEmpty, fragment.firstPart >= 0, fragment.firstPart < header.parts.count,
      fragment.parts.count <= header.parts.count - fragment.firstPart
    else { return Refusal.Code.malformed }
    for (declared, body) in zip(header.parts[fragment.firstPart...], fragment.parts) {
      guard body.count == declared.bytes, codec.digest(body) == declared.digest else { return Refusal.Code.malformed }
    }
    return nil
  }

  /// Names what cannot be decoded, a header of a later version above all, so that it holds up nothing but itself.
  private static func refusal(_ header: [UInt8], code: String) throws(RelayError) -> Refusal {
    guard let map = try? CBOR(decoding: header), let name = map[1]?.text, let scope = ScopeID(name), let bytes = map[2]?.bytes,
      let site = SiteID(bytes: bytes), let seq = map[3]?.unsigned, seq > 0, seq <= UInt64(Int64.max)
    else { throw RelayError(.malformed, "a changeset's header") }
    return Refusal(scope: scope, dot: Dot(site: site, seq: seq), code: code)
  }
}

/// A fragment whose header decodes and whose parts are what the header says. One object, since it is handed on from step to step.
final class IncomingFragment: Sendable {
  let fragment: Fragment
  /// Its signature, apart from its certificate.
  let unsealed: Unsealed
  let header: ChangesetHeader
  /// The digest of the header's bytes: the changeset's hash.
  let hash: [UInt8]

  init(fragment: Fragment, unsealed: Unsealed, header: ChangesetHeader, hash: [UInt8]) {
    self.fragment = fragment
    self.unsealed = unsealed
    self.header = header
    self.hash = hash
  }

  /// The bytes of the whole changeset.
  var changesetBytes: Int { header.parts.reduce(fragment.header.count) { $0 + $1.bytes } }
}
