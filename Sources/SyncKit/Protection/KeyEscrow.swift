import Crypto
import Foundation
import SyncCore

/// A ``StorageKey`` as it may lie on a disk, encrypted to a device that is elsewhere: who has that device's key opens it (HPKE, RFC 9180).
public struct KeyEscrow: Codable, Hashable, Sendable {
  /// Whose it is: a public key. In hexadecimal, as what follows.
  private let recipient: String
  private let encapsulated: String
  private let sealed: String

  private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
  private static let purpose = Data("synckit key escrow 1\0".utf8)

  /// Encrypts a key to a device.
  /// - Parameters:
  ///   - key: the key.
  ///   - recipient: the device's public key for encryption.
  public init(_ key: StorageKey, for recipient: [UInt8]) throws {
    guard let publicKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient) else {
      throw SyncKitError(.notFound, ["recipient": Hex.text(recipient)])
    }
    var sender = try HPKE.Sender(recipientKey: publicKey, ciphersuite: Self.suite, info: Self.purpose)
    self.recipient = Hex.text(recipient)
    encapsulated = Hex.text(sender.encapsulatedKey)
    sealed = Hex.text(try sender.seal(Data(key.bytes)))
  }

  /// - Throws: ``SyncKitError/Code/notARecipient`` where it is another device's, ``SyncKitError/Code/damaged``.
  public func open(by own: EncryptionKey) throws -> StorageKey {
    guard recipient == Hex.text(own.publicKey) else { throw SyncKitError(.notARecipient) }
    guard let encapsulated = Hex.bytes(encapsulated), let sealed = Hex.bytes(sealed),
      var opening = try? HPKE.Recipient(
        privateKey: own.key, ciphersuite: Self.suite, info: Self.purpose, encapsulatedKey: Data(encapsulated)),
      let bytes = try? opening.open(Data(sealed)), let key = StorageKey(bytes: Array(bytes))
    else { throw SyncKitError(.damaged, ["envelope": "escrow"]) }
    return key
  }
}
