/// One signature over several changesets, as one of them carries it: the root of a hash tree over their headers' hashes is signed, and the way
/// there stands beside the signature, so that each is judged without the others (RFC 9162 §2.1).
struct JointSignature {
  /// What the key has signed, apart from what it is said about.
  let signature: ArraySlice<UInt8>
  private let index: Int
  private let size: Int
  /// The hashes beside the way to the root, from the leaf on.
  private let path: [ArraySlice<UInt8>]

  /// - Parameter bytes: the signature, the place of the leaf, how many leaves there are, one byte each, and the path.
  init?(_ bytes: [UInt8]) {
    let head = Self.head
    guard bytes.count > head, (bytes.count - head) % Self.hashBytes == 0, bytes.count <= Self.mostBytes else { return nil }
    signature = bytes[..<Certificate.signatureBytes]
    (index, size) = (Int(bytes[head - 2]), Int(bytes[head - 1]))
    guard size <= Limits.signedTogether, index < size else { return nil }
    path = stride(from: head, to: bytes.count, by: Self.hashBytes).map { bytes[$0..<$0 + Self.hashBytes] }
  }

  /// Signs changesets together.
  /// - Parameters:
  ///   - hashes: their headers' digests, two at least and ``Limits/signedTogether`` at the most.
  ///   - signer: the device's key.
  ///   - codec: for the tree.
  /// - Returns: what each carries, in their order.
  static func sign(_ hashes: [[UInt8]], by signer: Signer, codec: Codec) throws -> [[UInt8]] {
    var level = hashes.map { leaf($0, codec) }
    var paths = [[UInt8]](repeating: [], count: hashes.count)
    var height = 0
    while level.count > 1 {
      for at in paths.indices where (at >> height) ^ 1 < level.count { paths[at] += level[(at >> height) ^ 1] }
      level = stride(from: 0, to: level.count, by: 2).map { at in
        // One that has none beside it goes up as it is.
        at + 1 < level.count ? node(level[at][...], level[at + 1][...], codec) : level[at]
      }
      height += 1
    }
    let signature = try signer.sign(context + level[0])
    return paths.enumerated().map { signature + [UInt8($0), UInt8(hashes.count)] + $1 }
  }

  /// What the key has signed if a changeset is where it says it is; nil when the path leads to no root.
  /// - Parameter hash: the digest of the changeset's header.
  func message(of hash: [UInt8], codec: Codec) -> [UInt8]? {
    var (at, last) = (index, size - 1)
    var reached = Self.leaf(hash, codec)
    var rest = path[...]
    while last > 0 {
      // The last of an odd number has none beside it.
      if at & 1 == 1 || at < last {
        guard let beside = rest.popFirst() else { return nil }
        reached = at & 1 == 1 ? Self.node(beside, reached[...], codec) : Self.node(reached[...], beside, codec)
      }
      (at, last) = (at >> 1, last >> 1)
    }
    return rest.isEmpty ? Self.context + reached : nil
  }

  private static let context = Array("synckit changesets 1\0".utf8)
  private static let hashBytes = 32
  /// What stands before the path.
  private static let head = Certificate.signatureBytes + 2
  /// As many levels as the largest tree has below its root.
  private static let mostBytes = head + Limits.signedTogether.trailingZeroBitCount * hashBytes

  private static func leaf(_ hash: [UInt8], _ codec: Codec) -> [UInt8] { codec.digest([0] + hash) }

  private static func node(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ codec: Codec) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 + 2 * hashBytes)
    bytes.append(1)
    bytes += left
    bytes += right
    return codec.digest(bytes)
  }
}

/// Joint signatures that were found to be right: whoever judges the changesets of a batch judges each of their signatures once.
public struct ProvenSignatures {
  private var proven: Set<[UInt8]> = []

  public init() {}

  /// Whether a signature is a key's over a message, by judging it or by having done so.
  mutating func isProven(_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8], codec: Codec) -> Bool {
    let all = key + signature + message
    if proven.contains(all) { return true }
    guard codec.isSigned(signature, message, key) else { return false }
    proven.insert(all)
    return true
  }
}
