public import SyncCore

/// A relay's packs over HTTP (docs/wire-protocol.md §8.2).
public struct RemotePacks: PackSource {
  private let transport: CurlTransport
  private let patient: PatientTransport

  /// - Parameters:
  ///   - transport: the connection.
  ///   - patient: the same, as messages go over it: packs wait where these do.
  public init(_ transport: CurlTransport, waitingAs patient: PatientTransport) {
    self.transport = transport
    self.patient = patient
  }

  public func packs(of scopes: [ScopeID]) throws -> [Pack] {
    let body = PackQuestion(scopes).encoded(codec: .standard)
    return try PackAnswer(decoding: patient.roundTrip(path: PackQuestion.path, body: body), codec: .standard).packs
  }

  public func read(pack digest: [UInt8], at offset: Int) throws -> BlobPiece {
    try patient.patiently { () throws(TransportError) in
      try transport.piece(of: "\(PackQuestion.path)/\(Hex.text(digest))", at: offset)
    }
  }
}
