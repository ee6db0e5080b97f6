import SyncCore
import Synchronization

extension Relay {
  /// Whose certificates and statements are believed here; nil where nothing is signed.
  var trust: Trust? { issuer.map { Trust(issuers: [$0.publicKey]) } }

  /// Judges the seal of a changeset that is brought. Safe on any thread: signatures are verified before the log is locked.
  func unseal(_ fragment: Fragment, _ header: ChangesetHeader, proven: inout ProvenSignatures) throws(Unbelieved) -> Unsealed {
    let unsealed = try fragment.unsealed(header, by: trust, codec: codec, proven: &proven) { hash in believed.withLock { $0[hash] } }
    believed.withLock { $0[header.certificate] = unsealed.believed }
    return unsealed
  }
}
