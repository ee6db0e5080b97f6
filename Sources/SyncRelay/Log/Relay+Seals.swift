import SyncCore
import Synchronization

extension Relay {
  /// Whose certificates and statements are believed here; nil where nothing is signed.
  var trust: Trust? { issuer.map { Trust(issuers: [$0.publicKey]) } }

  /// Judges the seal of a changeset that is brought. Safe on any thread: signatures are verified before the log is locked.
  /// - Parameter hash: the digest of the header's bytes.
  func unseal(
    _ fragment: Fragment, _ header: ChangesetHeader, hash: [UInt8], proven: inout ProvenSignatures
  ) throws(Unbelieved) -> Unsealed {
    let before = believed.withLock { $0[header.certificate] }
    let unsealed = try fragment.unsealed(header, hash: hash, by: trust, codec: codec, proven: &proven) { _ in before }
    if unsealed.believed != before { believed.withLock { $0[header.certificate] = unsealed.believed } }
    return unsealed
  }
}
