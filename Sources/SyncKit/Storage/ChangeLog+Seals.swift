import SyncCore

/// Seals as they are kept: the log has the signatures, and the certificates, which many changesets share, stand once in a table of their own.
extension ChangeLog {
  /// The seal of a changeset as it travels.
  func seal(_ entry: Entry, of header: ChangesetHeader) throws -> [UInt8] {
    guard !header.certificate.isEmpty else { return entry.signature }
    return Seal(signature: entry.signature, certificate: try certificate(of: header)).encoded
  }

  /// The certificate that a changeset cites. Neighbours mostly cite one.
  private func certificate(of header: ChangesetHeader) throws -> SignedCertificate {
    if let latestCertificate, latestCertificate.hash == header.certificate { return latestCertificate.signed }
    let find = try connection.statement(fixed: "SELECT bytes, signature FROM synckit_certificate WHERE hash = ?1")
    find.bind(1, blob: header.certificate)
    guard try find.step() else { throw SyncKitError(.damaged, ["certificate": header.dot.description]) }
    defer { find.reset() }
    let signed = SignedCertificate(bytes: find.blob(0), signature: find.blob(1))
    latestCertificate = (header.certificate, signed)
    return signed
  }

  func keep(_ certificate: SignedCertificate, hash: [UInt8]) throws {
    let put = try connection.statement(fixed: "INSERT OR IGNORE INTO synckit_certificate(hash, bytes, signature) VALUES(?1, ?2, ?3)")
    put.bind(1, blob: hash)
    put.bind(2, blob: certificate.bytes)
    put.bind(3, blob: certificate.signature)
    try put.run()
  }
}

extension Engine {
  /// Reads and keeps the certificate under which is signed what is written here. Fails where it is another's: nobody would take it.
  func readCertificate() throws {
    guard let signing else { return }
    let certificate = try Certificate(decoding: signing.certificate.bytes)
    guard site.bytes.starts(with: certificate.device), author == certificate.user, certificate.key == signing.signer.publicKey else {
      throw SyncKitError(.otherCertificate, ["device": site.description, "user": certificate.user])
    }
    self.certificate = certificate
    certificateHash = codec.digest(signing.certificate.bytes)
    try log.keep(signing.certificate, hash: certificateHash)
  }

  /// Fails where what is written here is the word of others: nobody would take it either.
  func check(_ group: ChangeGroupBuilder) throws {
    guard let certificate, let excess = certificate.authority.excess(of: group) else { return }
    throw notAuthorised(excess.table, excess.column)
  }

  /// The columns of a table that are the word of others, by their places among those that are not the key's.
  func withheldColumns(of shape: TableShape) -> [Int] {
    guard let others = certificate?.authority.withheld[shape.name] else { return [] }
    return shape.columns.indices.filter { others.contains(shape.columns[$0].name) }
  }

  func notAuthorised(_ table: String, _ column: String?) -> SyncKitError {
    var details = ["table": table, "role": certificate?.role ?? ""]
    details["column"] = column
    return SyncKitError(.notAuthorised, details)
  }

  /// Judges the seal of a changeset that has come, and keeps its certificate.
  /// - Parameter isVouchedFor: whether somebody trusted has judged it already: then only the seal's form is looked at. It is kept all the
  ///   same, so that whoever takes the changeset from here judges it, and so does who looks through this log.
  /// - Returns: the fragment with the signature alone, as the log has it.
  func unseal(_ fragment: Fragment, _ header: ChangesetHeader, isVouchedFor: Bool = false) throws -> Result<Fragment, Unbelieved> {
    if isVouchedFor, let seal = try? Seal(decoding: fragment.signature), codec.digest(seal.certificate.bytes) == header.certificate {
      try log.keep(seal.certificate, hash: header.certificate)
      return .success(
        Fragment(header: fragment.header, signature: seal.signature, firstPart: fragment.firstPart, parts: fragment.parts))
    }
    let unsealed: Unsealed
    do throws(Unbelieved) {
      let hash = codec.digest(fragment.header)
      unsealed = try fragment.unsealed(header, hash: hash, by: trust, codec: codec, proven: &proven) { certificates[$0] }
    } catch {
      return .failure(error)
    }
    if let certificate = unsealed.certificate { try log.keep(certificate, hash: header.certificate) }
    certificates[header.certificate] = unsealed.believed
    return .success(
      Fragment(header: fragment.header, signature: unsealed.signature, firstPart: fragment.firstPart, parts: fragment.parts))
  }
}
