import Foundation
import GRDB
import SyncRelay
import Synchronization
import Testing

@testable import SyncCore
@testable import SyncKit

/// What a device signs together is judged once, and each changeset of it still by itself.
@Suite struct JointSignatureTests {
  private static let key = SigningKey.test("li")
  private static let codec = Codec.standard

  private static func hashes(_ count: Int) -> [[UInt8]] { (0..<count).map { codec.digest([UInt8($0)]) } }

  private static func isRight(_ signature: [UInt8], _ hash: [UInt8], key: [UInt8] = key.publicKey) -> Bool {
    guard let joint = JointSignature(signature) else { return false }
    // With nothing remembered: by itself alone.
    var proven = ProvenSignatures()
    return proven.isProven(joint, hash, key, codec: codec)
  }

  @Test func eachIsJudgedByItselfHoweverManyWereSigned() throws {
    for count in 2...Limits.signedTogether {
      let hashes = Self.hashes(count)
      let signatures = try JointSignature.sign(hashes, by: Self.key.signer, codec: Self.codec)
      #expect(Set(signatures.map { $0.prefix(64) }).count == 1)
      for (at, signature) in signatures.enumerated() {
        #expect(Self.isRight(signature, hashes[at]), "\(at) of \(count)")
        #expect(!Self.isRight(signature, hashes[(at + 1) % count]), "\(at) of \(count) for its neighbour")
        #expect(!Self.isRight(signature, hashes[at], key: SigningKey.test("wang").publicKey))
      }
    }
  }

  /// A path that is cut, lengthened or led elsewhere proves nothing, and neither does a node that is called a leaf.
  @Test func noOtherPathLeadsToTheRoot() throws {
    for count in [2, 3, 5, 33] {
      let hashes = Self.hashes(count)
      for (at, signature) in try JointSignature.sign(hashes, by: Self.key.signer, codec: Self.codec).enumerated() {
        for bit in 0..<(signature.count * 8) where bit % 13 == 0 {
          var other = signature
          other[bit / 8] ^= 1 << UInt8(bit % 8)
          // The number of leaves says only how the path is read: another that reads it alike proves the same.
          #expect(bit / 8 == 65 || !Self.isRight(other, hashes[at]), "bit \(bit) of \(at) of \(count)")
        }
        #expect(!Self.isRight(signature + [UInt8](repeating: 0, count: 32), hashes[at]))
        #expect(!Self.isRight(Array(signature.dropLast(32)), hashes[at]))
        #expect(!Self.isRight(Array(signature.dropLast()), hashes[at]))
      }
    }
    let signature = try JointSignature.sign(Self.hashes(4), by: Self.key.signer, codec: Self.codec)[0]
    let leaves = Self.hashes(4).map { Self.codec.digest([0] + $0) }
    let node = leaves[0] + leaves[1]
    let shorter = Array(signature[..<64]) + [0, 2] + signature[98...]
    #expect(!Self.isRight(shorter, node))
    #expect(!Self.isRight(shorter, Self.codec.digest([1] + node)))
  }

  @Test func noMoreAreSignedTogetherThanTheLimitSays() throws {
    let signature = try JointSignature.sign(Self.hashes(Limits.signedTogether), by: Self.key.signer, codec: Self.codec)[0]
    var greater = signature
    greater[65] = UInt8(Limits.signedTogether + 1)
    let certificate = SignedCertificate(bytes: [1], signature: [UInt8](repeating: 0, count: 64))
    func isTaken(_ signature: [UInt8]) -> Bool {
      (try? Seal(decoding: Seal(signature: signature, certificate: certificate).encoded)) != nil
    }
    #expect(isTaken(signature) && !isTaken(greater))
    // One level more than the greatest tree has, a part of a hash, and no path at all.
    #expect(!isTaken(signature + [UInt8](repeating: 0, count: 32)) && !isTaken(signature + [0]) && !isTaken(Array(signature.prefix(66))))
    #expect(isTaken(Array(signature.prefix(64))) && !isTaken(Array(signature.prefix(63))) && !isTaken(Array(signature.prefix(65))))
  }

  /// How much a judge has had to do.
  private static func counting() -> (codec: Codec, signatures: () -> Int, digests: () -> Int) {
    let (signatures, digests) = (Tally(), Tally())
    let counting = Codec(
      compress: { $0 }, inflate: { bytes, _ in Array(bytes) },
      digest: { bytes in
        digests.add()
        return codec.digest(bytes)
      },
      isSigned: { signature, message, key in
        signatures.add()
        return codec.isSigned(signature, message, key)
      })
    return (counting, { signatures.count }, { digests.count })
  }

  private final class Tally: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  @Test func aSignatureIsJudgedOnceInABatchAndNoWayIsGoneTwice() throws {
    for count in [2, 3, 33, Limits.signedTogether] {
      let hashes = Self.hashes(count)
      let all = try JointSignature.sign(hashes, by: Self.key.signer, codec: Self.codec).map { try #require(JointSignature($0)) }
      let (codec, signatures, digests) = Self.counting()
      var proven = ProvenSignatures()
      for (joint, hash) in zip(all, hashes) {
        let isProven = proven.isProven(joint, hash, Self.key.publicKey, codec: codec)
        #expect(isProven)
      }
      #expect(signatures() == 1)
      // Each leaf, and each node above them, once: a way of its own for each would be up to seven.
      #expect(digests() == 2 * count - 1, "\(count)")
      // Another key's it is not, and that is not remembered.
      for judged in 2...4 {
        let isProven = proven.isProven(all[0], hashes[0], SigningKey.test("wang").publicKey, codec: codec)
        #expect(!isProven && signatures() == judged)
      }
    }
  }

  /// What is known of a tree makes nothing right that would be wrong without it: others judge each by itself.
  @Test func aBentPathIsWrongWhereTheTreeIsKnownToo() throws {
    for count in [2, 3, 5, 33] {
      let hashes = Self.hashes(count)
      let all = try JointSignature.sign(hashes, by: Self.key.signer, codec: Self.codec)
      var proven = ProvenSignatures()
      for (at, signature) in all.enumerated() {
        let joint = try #require(JointSignature(signature))
        let isRight = proven.isProven(joint, hashes[at], Self.key.publicKey, codec: Self.codec)
        #expect(isRight)
        let neighbour = proven.isProven(joint, hashes[(at + 1) % count], Self.key.publicKey, codec: Self.codec)
        #expect(!neighbour)
        for byte in signature.indices where byte != 65 {
          var other = signature
          other[byte] ^= 1
          guard let bent = JointSignature(other) else { continue }
          let isProven = proven.isProven(bent, hashes[at], Self.key.publicKey, codec: Self.codec)
          #expect(!isProven, "byte \(byte) of \(at) of \(count)")
        }
        for other in [signature + [UInt8](repeating: 0, count: 32), Array(signature.dropLast(32))] {
          guard let bent = JointSignature(other) else { continue }
          let isProven = proven.isProven(bent, hashes[at], Self.key.publicKey, codec: Self.codec)
          #expect(!isProven)
        }
      }
    }
  }

  /// The relay and whoever pulls judge one signature for a push; each changeset can still go on alone.
  @Test func whatIsPushedWasSignedTogether() throws {
    let field = try RelayField()
    let author = try field.replica("li")
    for at in 0..<70 { try author.run("INSERT INTO note VALUES(?, 'x', NULL, 0)", ["\(at)"]) }
    #expect(try author.fragments().allSatisfy { try Seal(decoding: $0.signature).signature.count == 64 })
    try field.sync(author)
    let signatures = try author.fragments().map { try Seal(decoding: $0.signature).signature }
    #expect(Set(signatures.map { $0.prefix(64) }).count == 2)
    #expect(signatures.allSatisfy { $0.count > 64 })
    let reader = try field.replica("wang")
    try field.settleDown([author, reader])
    #expect(try reader.fragments().map { try Seal(decoding: $0.signature).signature } == signatures)
    // One that was written since has nothing beside it.
    try author.run("INSERT INTO note VALUES('one', 'x', NULL, 0)")
    try field.sync(author)
    #expect(try Seal(decoding: #require(try author.fragments().last).signature).signature.count == 64)
    // Out of order, and each by itself.
    let third = try field.replica("zhao")
    for fragment in try author.fragments().reversed() { #expect(try third.exchangeStore.store([fragment]).refused.isEmpty) }
    #expect(try third.texts("SELECT count(*) FROM note") == ["71"])
  }

  @Test func aPathThatWasBentIsTakenByNobody() throws {
    let field = try RelayField()
    let author = try field.replica("li")
    for at in 0..<3 { try author.run("INSERT INTO note VALUES(?, 'x', NULL, 0)", ["\(at)"]) }
    try field.sync(author, isCutAtPull: false)
    let all = try author.fragments()
    let seals = try all.map { try Seal(decoding: $0.signature) }
    var bent = seals[0].signature
    bent[70] ^= 1
    let strangers: [(String, [UInt8])] = [
      ("a bent path", bent), ("its neighbour's", seals[1].signature), ("the signature alone", Array(seals[0].signature.prefix(64))),
    ]
    let captured = try RelayField()
    for (what, signature) in strangers {
      let seal = Seal(signature: signature, certificate: seals[0].certificate).encoded
      let forged = Fragment(header: all[0].header, signature: seal, firstPart: 0, parts: all[0].parts)
      #expect(try captured.relay.officeAccess().store([forged]).refused.map(\.code) == [Refusal.Code.badSignature], "\(what)")
      #expect(try field.replica("wang").exchangeStore.store([forged]).refused.map(\.code) == [Refusal.Code.badSignature], "\(what)")
    }
    try author.pool.writeWithoutTransaction { db in
      try db.execute(sql: "UPDATE synckit_log SET signature = ? WHERE seq = 1 AND part = 0", arguments: [Data(bent)])
    }
    #expect(try author.findings().filter { $0.code == "seals" }.map(\.isProblem) == [true])
  }
}
