import SyncCore

/// Reads a bundle's frames, each checked before it is believed.
///
/// What a frame says of its own length is not believed either: memory is taken only for bytes that are there, and never for more than a
/// message may have.
struct BundleReader {
  enum Frame {
    /// The bundle is encrypted: what follows can be read once ``decrypt`` is set.
    case envelope(BundleEnvelope)
    case header(BundleHeader)
    case changes([Fragment], [Omission], [SignedStatement])
    /// A file, of which the pieces follow.
    case file(BundledFile)
    /// Bytes of the file that was told last.
    case piece([UInt8])
    case end
  }

  /// How many bytes are asked for at once.
  static let pieceBytes = 64 << 10

  /// Gives the next bytes, at most as many as asked for; none at the end.
  private let source: (Int) throws -> [UInt8]
  /// Decrypts the frames that follow an envelope, in their order.
  var decrypt: ((_ payload: [UInt8], _ kind: BundleFormat.Kind) throws -> [UInt8])?
  private var piece: ArraySlice<UInt8> = []
  private var chain = BundleFormat.seed
  private var offset = 0

  /// - Parameter magic: how the bytes have to begin.
  /// - Throws: ``SyncKitError/Code/notABundle`` when they do not.
  init(_ source: @escaping (Int) throws -> [UInt8], magic: [UInt8] = BundleFormat.magic) throws {
    self.source = source
    do {
      guard try take(magic.count) == magic else { throw SyncKitError(.notABundle) }
    } catch let error as SyncKitError where error.code == .bundleCut && error.details["errno"] == nil {
      throw SyncKitError(.notABundle)
    }
  }

  mutating func next() throws -> Frame {
    let start = offset
    let kind = BundleFormat.Kind(rawValue: try byte())
    let payload = try take(try length())
    let declared = try take(32)
    var expected = chain
    guard let kind else { throw SyncKitError(.bundleAltered) }
    _ = BundleFormat.frame(kind, payload, chain: &expected, codec: .standard)
    guard declared == expected else { throw SyncKitError(.bundleAltered, ["offset": String(start)]) }
    chain = expected
    if kind == .envelope {
      guard start == BundleFormat.magic.count else { throw SyncKitError(.bundleAltered, ["offset": String(start)]) }
      return .envelope(try BundleEnvelope(decoding: payload))
    }
    return try frame(kind, try decrypt?(payload, kind) ?? payload)
  }

  private mutating func frame(_ kind: BundleFormat.Kind, _ payload: [UInt8]) throws -> Frame {
    switch kind {
    case .envelope: throw SyncKitError(.bundleAltered)
    case .header: return .header(try BundleHeader(decoding: payload))
    case .changes:
      guard case .changes(let fragments, let omissions, _, let statements, _) = try ExchangeResponse(decoding: payload, codec: .standard)
      else {
        throw SyncKitError(.bundleAltered)
      }
      return .changes(fragments, omissions, statements)
    case .file: return .file(try BundledFile(decoding: payload))
    case .piece:
      guard !payload.isEmpty, payload.count <= BundleFormat.pieceBytes else { throw SyncKitError(.bundleAltered) }
      return .piece(payload)
    case .end:
      // What follows is covered by no digest: somebody has added it.
      guard payload.isEmpty, try isAtEnd() else { throw SyncKitError(.bundleAltered, ["offset": String(offset)]) }
      return .end
    }
  }

  private mutating func isAtEnd() throws -> Bool {
    if piece.isEmpty { piece = try source(Self.pieceBytes)[...] }
    return piece.isEmpty
  }

  private mutating func length() throws -> Int {
    var bytes: [UInt8] = []
    repeat { bytes.append(try byte()) } while bytes[bytes.count - 1] >= 0x80 && bytes.count < 10
    var reader = ByteReader(bytes)
    guard let count = try? reader.varint(), count <= UInt64(Limits.messageBytes) else { throw SyncKitError(.bundleAltered) }
    return Int(count)
  }

  private mutating func byte() throws -> UInt8 { try take(1)[0] }

  /// Exactly so many bytes.
  private mutating func take(_ count: Int) throws -> [UInt8] {
    var out: [UInt8] = []
    while out.count < count {
      if piece.isEmpty {
        piece = try source(Self.pieceBytes)[...]
        if piece.isEmpty { throw SyncKitError(.bundleCut) }
      }
      let taken = piece.prefix(count - out.count)
      out += taken
      piece = piece.dropFirst(taken.count)
    }
    offset += count
    return out
  }
}
