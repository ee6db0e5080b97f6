public import SyncCore

extension Replica {
  /// What the certificates say that changesets here cite and that somebody issued who is trusted, the latest first: whose work is here, by
  /// which devices.
  public func certificates() throws -> [Certificate] {
    guard let trust = configuration.trust else { return [] }
    return try look { snapshot in
      let find = try snapshot.connection.statement("SELECT bytes, signature FROM synckit_certificate")
      var out: [Certificate] = []
      while try find.step() {
        let signed = SignedCertificate(bytes: find.blob(0), signature: find.blob(1))
        if let certificate = trust.certificate(signed, codec: .standard) { out.append(certificate) }
      }
      return out.sorted { $0.from > $1.from }
    }
  }
}
