/// One signature over several changesets, as one of them carries it: the root of a hash tree over their headers' hashes is signed, and the way
/// there stands beside the signature, so that each is judged without the others (RFC 9162 §2.1).
struct JointSignature {
  /// What the key has signed, apart from what it is said about.
  let signature: ArraySlice<UInt8>
  private let index: Int
  let size: Int
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

  /// What the key has signed, for a tree's root.
  static func message(_ root: [UInt8]) -> [UInt8] { context + root }

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

// MARK: - The way to the root

extension JointSignature {
  /// A node of the tree, by its level above the leaves and its place there.
  struct Node {
    let level: Int
    let at: Int
    let hash: [UInt8]
  }

  enum Reached {
    /// The root that the path leads to, and the nodes on the way with those beside them.
    case root([UInt8], [Node])
    /// A node of a proven tree, from which on the path is that tree's own; and the nodes below it.
    case proven([Node])
    case nowhere
  }

  /// Goes from a leaf towards the root, as far as what is known does not say the rest.
  func climb(from hash: [UInt8], to tree: ProvenTree?, codec: Codec) -> Reached {
    var (level, at, last) = (0, index, size - 1)
    var reached = Self.leaf(hash, codec)
    var rest = path[...]
    var way: [Node] = []
    while true {
      if let known = tree?[level, at] {
        guard known == reached, leads(rest, from: level, at, last, in: tree) else { return .nowhere }
        return .proven(way)
      }
      way.append(Node(level: level, at: at, hash: reached))
      guard last > 0 else { return rest.isEmpty ? .root(reached, way) : .nowhere }
      // The last of an odd number has none beside it.
      if at & 1 == 1 || at < last {
        guard let beside = rest.popFirst() else { return .nowhere }
        way.append(Node(level: level, at: at ^ 1, hash: Array(beside)))
        reached = at & 1 == 1 ? Self.node(beside, reached[...], codec) : Self.node(reached[...], beside, codec)
      }
      (level, at, last) = (level + 1, at >> 1, last >> 1)
    }
  }

  /// Whether the rest of a path is a proven tree's own. It is kept as it is, and others judge it without that tree.
  private func leads(_ path: ArraySlice<ArraySlice<UInt8>>, from level: Int, _ at: Int, _ last: Int, in tree: ProvenTree?) -> Bool {
    var (level, at, last) = (level, at, last)
    var rest = path
    while last > 0 {
      if at & 1 == 1 || at < last {
        guard let beside = rest.popFirst(), tree?[level, at ^ 1]?.elementsEqual(beside) ?? false else { return false }
      }
      (level, at, last) = (level + 1, at >> 1, last >> 1)
    }
    return rest.isEmpty
  }
}

/// A tree whose root was found to be signed, as far as paths to it have been gone. Whatever stands on or beside such a path is proven: it is
/// what the root is made of.
struct ProvenTree {
  let key: [UInt8]
  let size: Int
  private var nodes: [[[UInt8]?]] = []

  init(key: [UInt8], size: Int) {
    (self.key, self.size) = (key, size)
    var width = size
    while true {
      nodes.append([[UInt8]?](repeating: nil, count: width))
      if width == 1 { return }
      width = (width + 1) / 2
    }
  }

  /// A node's hash; nil for one to which no path has led.
  subscript(level: Int, at: Int) -> [UInt8]? { nodes[level][at] }

  mutating func add(_ way: [JointSignature.Node]) { for node in way { nodes[node.level][node.at] = node.hash } }
}

/// Joint signatures that were found to be right, and their trees: whoever judges the changesets of a batch judges each of their signatures once,
/// and goes no way to a root twice.
public struct ProvenSignatures {
  private var trees: [ArraySlice<UInt8>: ProvenTree] = [:]

  public init() {}

  /// Whether a changeset is one of those that a key has signed together.
  /// - Parameter hash: the digest of its header.
  mutating func isProven(_ joint: JointSignature, _ hash: [UInt8], _ key: [UInt8], codec: Codec) -> Bool {
    let tree = trees[joint.signature].flatMap { $0.key == key && $0.size == joint.size ? $0 : nil }
    switch joint.climb(from: hash, to: tree, codec: codec) {
    case .nowhere: return false
    case .proven(let way): trees[joint.signature]?.add(way)
    case .root(let root, let way):
      guard codec.isSigned(Array(joint.signature), JointSignature.message(root), key) else { return false }
      var made = ProvenTree(key: key, size: joint.size)
      made.add(way)
      trees[joint.signature] = made
    }
    return true
  }
}
