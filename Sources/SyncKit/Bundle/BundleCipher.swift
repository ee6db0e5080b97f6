import Crypto
import Foundation
import SyncCore

/// Encrypts and decrypts a bundle's frames, in their order: ChaCha20-Poly1305 (RFC 8439) by a key made for the one bundle, which the
/// envelope holds sealed for each recipient (HPKE, RFC 9180).
struct BundleCipher {
  private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

  /// What is encrypted: the key of one thing opens no other.
  enum Purpose: String {
    case bundle = "synckit bundle 1\0"
    case copy = "synckit copy 1\0"

    var info: Data { Data(rawValue.utf8) }
  }

  private let key: SymmetricKey
  /// The envelope's digest: a frame belongs to its bundle alone.
  private let envelope: [UInt8]
  /// How many frames there were.
  private var count: UInt64 = 0

  /// A new key, for some recipients.
  static func sealed(for recipients: [[UInt8]], _ purpose: Purpose = .bundle) throws -> (envelope: BundleEnvelope, cipher: BundleCipher) {
    let key = SymmetricKey(size: .bits256)
    let bytes = key.withUnsafeBytes { Data($0) }
    let sealed = try recipients.map { recipient in
      guard let publicKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient) else {
        throw SyncKitError(.notFound, ["recipient": Hex.text(recipient)])
      }
      var sender = try HPKE.Sender(recipientKey: publicKey, ciphersuite: suite, info: purpose.info)
      return BundleEnvelope.Recipient(
        key: recipient, encapsulated: Array(sender.encapsulatedKey), sealedKey: Array(try sender.seal(bytes)))
    }
    let envelope = BundleEnvelope(recipients: sealed)
    return (envelope, BundleCipher(key: key, envelope: Codec.standard.digest(envelope.encoded)))
  }

  private init(key: SymmetricKey, envelope: [UInt8]) {
    self.key = key
    self.envelope = envelope
  }

  /// - Throws: ``SyncKitError/Code/notARecipient`` where the envelope is for others, ``SyncKitError/Code/bundleAltered`` where it was changed.
  init(opening envelope: BundleEnvelope, by own: EncryptionKey?, _ purpose: Purpose = .bundle) throws {
    guard let own, let mine = envelope.recipients.first(where: { $0.key == own.publicKey }) else { throw SyncKitError(.notARecipient) }
    do {
      var recipient = try HPKE.Recipient(
        privateKey: own.key, ciphersuite: Self.suite, info: purpose.info, encapsulatedKey: Data(mine.encapsulated))
      self.init(
        key: SymmetricKey(data: try recipient.open(Data(mine.sealedKey))), envelope: Codec.standard.digest(envelope.encoded))
    } catch {
      throw SyncKitError(.bundleAltered, underlying: error)
    }
  }

  /// Encrypts the next frame's payload.
  mutating func seal(_ payload: [UInt8], _ kind: BundleFormat.Kind) throws -> [UInt8] {
    let box = try ChaChaPoly.seal(payload, using: key, nonce: try nextNonce(), authenticating: envelope + [kind.rawValue])
    return Array(box.ciphertext) + Array(box.tag)
  }

  /// Decrypts the next frame's payload.
  mutating func open(_ payload: [UInt8], _ kind: BundleFormat.Kind) throws -> [UInt8] {
    guard payload.count >= Self.tagBytes else { throw SyncKitError(.bundleAltered) }
    do {
      let box = try ChaChaPoly.SealedBox(
        nonce: try nextNonce(), ciphertext: payload.dropLast(Self.tagBytes), tag: payload.suffix(Self.tagBytes))
      return Array(try ChaChaPoly.open(box, using: key, authenticating: envelope + [kind.rawValue]))
    } catch {
      throw SyncKitError(.bundleAltered, underlying: error)
    }
  }

  private static let tagBytes = 16

  /// The frames' numbers: no two of a bundle are encrypted alike, and none can change its place.
  private mutating func nextNonce() throws -> ChaChaPoly.Nonce {
    defer { count += 1 }
    return try ChaChaPoly.Nonce(data: [0, 0, 0, 0] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
  }
}
