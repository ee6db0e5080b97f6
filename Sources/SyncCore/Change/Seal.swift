/// What shows that a changeset was written on the device that it names: that device's signature, and the certificate that its header cites.
/// It stands beside the header wherever the changeset goes, so that a relay or a stick needs no trust.
public struct Seal: Hashable, Sendable {
  /// The device's signature: of this changeset alone, or of several with the way from it to what they have in common.
  public let signature: [UInt8]
  public let certificate: SignedCertificate

  public init(signature: [UInt8], certificate: SignedCertificate) {
    self.signature = signature
    self.certificate = certificate
  }

  /// Signs a changeset.
  /// - Parameters:
  ///   - hash: the digest of its header's bytes.
  ///   - signer: the device's key.
  ///   - certificate: what the header cites.
  public init(hash: [UInt8], by signer: Signer, under certificate: SignedCertificate) throws {
    self.init(signature: try signer.sign(Self.context + hash), certificate: certificate)
  }

  /// Signs changesets together: whoever takes them judges one signature for all, and each still by itself.
  /// - Parameters:
  ///   - hashes: the digests of their headers' bytes, two at least and ``Limits/signedTogether`` at the most.
  ///   - signer: the device's key.
  ///   - codec: for the tree of hashes.
  /// - Returns: their signatures, in their order.
  public static func signatures(_ hashes: [[UInt8]], by signer: Signer, codec: Codec) throws -> [[UInt8]] {
    precondition((2...Limits.signedTogether).contains(hashes.count), "a joint signature of \(hashes.count)")
    return try JointSignature.sign(hashes, by: signer, codec: codec)
  }

  private static let context = Array("synckit changeset 1\0".utf8)

  /// The bytes that travel beside the header.
  public var encoded: [UInt8] {
    CBOR.array([.bytes(signature), .bytes(certificate.bytes), .bytes(certificate.signature)]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    guard let fields = try CBOR(decoding: bytes).array, fields.count == 3, let signature = fields[0].bytes,
      let certificate = fields[1].bytes, let issued = fields[2].bytes, issued.count == Certificate.signatureBytes,
      signature.count == Certificate.signatureBytes || JointSignature(signature) != nil
    else { throw SyncCoreError(.malformed, "seal") }
    self.init(signature: signature, certificate: SignedCertificate(bytes: certificate, signature: issued))
  }

  /// Why a changeset is not what the device wrote that it names, by what a certificate says which was found to be issued by somebody
  /// trusted; nil when it is.
  /// - Parameters:
  ///   - encoded: the header's bytes.
  ///   - hash: their digest.
  ///   - proven: joint signatures that need not be judged again.
  func problem(
    _ header: ChangesetHeader, encoded: [UInt8], hash: [UInt8], by certificate: Certificate, proven: inout ProvenSignatures, codec: Codec
  ) -> String? {
    // A re-stamped changeset says the same as the one that was signed: that the header itself has checked.
    guard let first = try? header.firstHeader(encoded: encoded), (try? header.isNamedByItsHash(codec.digest)) ?? false,
      header.dot.site.bytes.starts(with: certificate.device), header.author == certificate.user,
      isSigned(header.origin == nil ? hash : codec.digest(first), by: certificate.key, proven: &proven, codec: codec)
    else { return Refusal.Code.badSignature }
    return nil
  }

  private func isSigned(_ hash: [UInt8], by key: [UInt8], proven: inout ProvenSignatures, codec: Codec) -> Bool {
    if signature.count == Certificate.signatureBytes { return codec.isSigned(signature, Self.context + hash, key) }
    guard let joint = JointSignature(signature) else { return false }
    return proven.isProven(joint, hash, key, codec: codec)
  }
}

/// A changeset's signature as logs keep it: apart from the certificate, which many share.
public struct Unsealed: Hashable, Sendable {
  public let signature: [UInt8]
  /// The certificate that the header cites by its hash; nil where it cites none.
  public let certificate: SignedCertificate?
  /// The same with what it says; nil where nobody asked whether it is believed.
  public let believed: BelievedCertificate?
}

/// A certificate that was found to be issued by somebody trusted.
public struct BelievedCertificate: Hashable, Sendable {
  public let signed: SignedCertificate
  public let certificate: Certificate

  public init(signed: SignedCertificate, certificate: Certificate) {
    self.signed = signed
    self.certificate = certificate
  }
}

/// Why a changeset is not believed: a code of ``Refusal/Code``.
public struct Unbelieved: Error, Hashable {
  public let code: String

  public init(code: String) { self.code = code }
}

extension Fragment {
  /// Judges the changeset's seal, and whether its author has a say in what the fragment's parts write.
  /// - Parameters:
  ///   - header: the fragment's header, decoded.
  ///   - hash: the digest of its bytes.
  ///   - trust: whose certificates are believed; nil to ask only that a seal, where there is one, belongs to what is cited.
  ///   - codec: digests and signatures.
  ///   - proven: signatures of several changesets of the batch that need not be judged again; what is judged is added.
  ///   - known: a certificate that was believed before, by its hash; the same with the same signature need not be judged again.
  public func unsealed(
    _ header: ChangesetHeader, hash: [UInt8], by trust: Trust?, codec: Codec, proven: inout ProvenSignatures,
    known: (_ hash: [UInt8]) -> BelievedCertificate?
  ) throws(Unbelieved) -> Unsealed {
    if header.certificate.isEmpty, trust == nil { return Unsealed(signature: signature, certificate: nil, believed: nil) }
    guard !header.certificate.isEmpty, !signature.isEmpty else { throw Unbelieved(code: Refusal.Code.notSigned) }
    guard let seal = try? Seal(decoding: signature) else { throw Unbelieved(code: Refusal.Code.badSignature) }
    var believed = trust == nil ? nil : known(header.certificate)
    // What is known by that hash has it.
    guard believed?.signed == seal.certificate || codec.digest(seal.certificate.bytes) == header.certificate else {
      throw Unbelieved(code: Refusal.Code.badSignature)
    }
    if let trust {
      if believed?.signed != seal.certificate {
        guard let certificate = trust.certificate(seal.certificate, codec: codec) else { throw Unbelieved(code: Refusal.Code.notTrusted) }
        believed = BelievedCertificate(signed: seal.certificate, certificate: certificate)
      }
      if let believed,
        let code = seal.problem(header, encoded: self.header, hash: hash, by: believed.certificate, proven: &proven, codec: codec)
      {
        throw Unbelieved(code: code)
      }
      if let authority = believed?.certificate.authority { try check(authority, codec: codec) }
    }
    return Unsealed(signature: seal.signature, certificate: seal.certificate, believed: believed)
  }
}

extension Fragment {
  /// Whether its parts go beyond what somebody has a say in, or cannot be read.
  public func exceeds(_ authority: Authority, codec: Codec) -> Bool {
    (try? authority.excess(ofParts: parts, codec: codec) == nil) != true
  }

  /// Refuses parts that go beyond what their author has a say in.
  private func check(_ authority: Authority, codec: Codec) throws(Unbelieved) {
    let excess: Excess?
    // What cannot be read cannot be judged.
    do { excess = try authority.excess(ofParts: parts, codec: codec) } catch { throw Unbelieved(code: Refusal.Code.malformed) }
    if excess != nil { throw Unbelieved(code: Refusal.Code.notAuthorised) }
  }
}

extension ChangesetHeader {
  /// The header's bytes as its author signed them: as they were before it was first re-stamped.
  func firstHeader(encoded: [UInt8]) throws(SyncCoreError) -> [UInt8] {
    guard let origin else { return encoded }
    return try ChangesetHeader(decoding: origin.header).firstHeader(encoded: origin.header)
  }
}
