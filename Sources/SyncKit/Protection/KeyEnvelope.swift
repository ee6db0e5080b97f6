import Crypto
import CryptoExtras
import Foundation
import SyncCore

/// A ``StorageKey`` as it may lie on a disk: encrypted by a passphrase, through a derivation that costs memory (scrypt, RFC 7914), so that
/// guessing is slow on any machine. Another passphrase is another envelope around the same key: nothing else is written anew.
public struct KeyEnvelope: Codable, Hashable, Sendable {
  /// How much a guess costs.
  public struct Cost: Codable, Hashable, Sendable {
    /// The memory, as a power of two of KiB.
    let memory: Int
    /// How often it is gone through.
    let passes: Int

    /// 128 MiB, and under a second on a laptop.
    public static let standard = Cost(memory: 17, passes: 1)
    /// For tests: fast, and worth nothing.
    package static let least = Cost(memory: 10, passes: 1)

    /// What is taken from a file: less would protect nothing, more would be an attack on this machine's memory.
    static let memories = 10...20
    static let allPasses = 1...4
  }

  private let format: Int
  private let cost: Cost
  /// In hexadecimal, as what follows.
  private let salt: String
  private let sealed: String

  private static let supportedFormat = 1
  private static let saltBytes = 16
  private static let purpose = Array("synckit key envelope 1".utf8)

  /// Encrypts a key by a passphrase: any bytes, of which the caller judges whether they are enough.
  public init(_ key: StorageKey, passphrase: [UInt8], cost: Cost = .standard) throws {
    format = Self.supportedFormat
    self.cost = cost
    let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
    self.salt = Hex.text(salt)
    let box = try AES.GCM.seal(key.bytes, using: Self.derived(passphrase, salt, cost), authenticating: Self.purpose)
    sealed = Hex.text(box.combined ?? Data())
  }

  /// - Throws: ``SyncKitError/Code/wrongKey`` for another passphrase, ``SyncKitError/Code/newerFormat``, ``SyncKitError/Code/damaged``.
  public func open(passphrase: [UInt8]) throws -> StorageKey {
    guard format <= Self.supportedFormat else {
      throw SyncKitError(.newerFormat, ["format": String(format), "supported": String(Self.supportedFormat)])
    }
    guard Cost.memories.contains(cost.memory), Cost.allPasses.contains(cost.passes), let salt = Hex.bytes(salt),
      salt.count == Self.saltBytes, let box = Hex.bytes(sealed).flatMap({ try? AES.GCM.SealedBox(combined: $0) })
    else { throw SyncKitError(.damaged, ["envelope": "form"]) }
    let derived = try Self.derived(passphrase, salt, cost)
    guard let bytes = try? AES.GCM.open(box, using: derived, authenticating: Self.purpose) else { throw SyncKitError(.wrongKey) }
    guard let key = StorageKey(bytes: Array(bytes)) else { throw SyncKitError(.damaged, ["envelope": "key"]) }
    return key
  }

  private static func derived(_ passphrase: [UInt8], _ salt: [UInt8], _ cost: Cost) throws -> SymmetricKey {
    // Blocks of 8 × 128 bytes: as many KiB as the power of two says.
    let memory = (1 << 10) << (cost.memory + 1)
    return try KDF.Scrypt.deriveKey(
      from: passphrase, salt: salt, outputByteCount: StorageKey.byteCount, rounds: 1 << cost.memory, blockSize: 8,
      parallelism: cost.passes, maxMemory: memory)
  }
}
