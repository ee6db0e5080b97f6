/// Asks how files stand (docs/wire-protocol.md §8.1).
public struct BlobQuestion: Hashable, Sendable {
  public let names: [BlobName]

  public init(_ names: [BlobName]) { self.names = names }

  public var encoded: [UInt8] {
    CBOR.map([
      0: .unsigned(BlobAnswer.version),
      1: .array(names.map { .array([.text($0.scope.name), .bytes($0.digest), .unsigned(UInt64($0.bytes))]) }),
    ]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    let message = try BlobAnswer.message(bytes)
    let items = try CBOR.require(message[1]?.array, "files")
    guard items.count <= Limits.blobNames else { throw SyncCoreError(.tooLarge, "files of a question") }
    var names: [BlobName] = []
    for item in items {
      let fields = try CBOR.require(item.array, "a file")
      guard fields.count == 3, let scope = fields[0].text.flatMap({ ScopeID($0) }), let digest = fields[1].bytes,
        let bytes = fields[2].unsigned.flatMap({ Int(exactly: $0) }), let name = BlobName(scope: scope, digest: digest, bytes: bytes)
      else { throw SyncCoreError(.malformed, "a file's name") }
      names.append(name)
    }
    self.names = names
  }
}

/// How files stand, in the order in which they were asked for.
public struct BlobAnswer: Hashable, Sendable {
  public let states: [BlobState]
  /// Another value than before says that files were lost since: what was held is then to be asked for anew. Opaque.
  public let losses: [UInt8]

  public init(states: [BlobState], losses: [UInt8]) {
    self.states = states
    self.losses = losses
  }

  static let version: UInt64 = 1

  public var encoded: [UInt8] {
    CBOR.map([0: .unsigned(Self.version), 1: .array(states.map(\.item)), 2: .bytes(losses)]).encoded
  }

  public init(decoding bytes: [UInt8]) throws(SyncCoreError) {
    let message = try Self.message(bytes)
    let items = try CBOR.require(message[1]?.array, "states")
    guard items.count <= Limits.blobNames else { throw SyncCoreError(.tooLarge, "states of an answer") }
    var states: [BlobState] = []
    for item in items { states.append(try BlobState(item)) }
    self.states = states
    losses = try CBOR.require(message[2]?.bytes, "losses")
  }

  static func message(_ bytes: [UInt8]) throws(SyncCoreError) -> CBOR {
    let message = try CBOR(decoding: bytes)
    guard try CBOR.require(message[0]?.unsigned, "version") == version else {
      throw SyncCoreError(.unsupportedVersion, "a message about files")
    }
    return message
  }
}

extension BlobState {
  fileprivate var item: CBOR {
    switch self {
    case .missing(let received): .array([.unsigned(0), .unsigned(UInt64(received))])
    case .held: .array([.unsigned(1)])
    case .refused(let code): .array([.unsigned(2), .text(code)])
    }
  }

  fileprivate init(_ item: CBOR) throws(SyncCoreError) {
    let fields = try CBOR.require(item.array, "a state")
    switch (fields.first?.unsigned, fields.count) {
    case (0, 2): self = .missing(received: try CBOR.require(fields[1].unsigned.flatMap { Int(exactly: $0) }, "bytes received"))
    case (1, 1): self = .held
    case (2, 2): self = .refused(code: try CBOR.require(fields[1].text, "a refusal's code"))
    default: throw SyncCoreError(.malformed, "a state")
    }
  }
}
