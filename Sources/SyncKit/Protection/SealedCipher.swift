import Crypto
import Foundation

/// Encrypts units by one key: AES-256-GCM with a random nonce for each write (docs/decisions/0023-encrypted-at-rest.md counts them). A unit
/// belongs to its place: moved to another it cannot be read.
struct SealedCipher {
  private static let nonceBytes = 12
  private static let tagBytes = 16

  private let key: SymmetricKey

  init(_ key: SymmetricKey) { self.key = key }

  /// Encrypts a unit's contents; ``SealedUnits/overhead`` bytes longer than these.
  func seal(_ contents: UnsafeRawBufferPointer, number: Int) throws -> Data {
    let box = try AES.GCM.seal(contents, using: key, authenticating: Self.place(number))
    // Nonce, contents, tag: the nonce has the usual length, so that there is a combined form.
    guard let sealed = box.combined else { throw CryptoKitError.incorrectParameterSize }
    return sealed
  }

  /// Decrypts a unit.
  /// - Returns: nil when it is not what was written there by this key.
  func open(_ sealed: UnsafeRawBufferPointer, number: Int) -> Data? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    return try? AES.GCM.open(box, using: key, authenticating: Self.place(number))
  }

  private static func place(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(number).littleEndian) { Array($0) }
  }
}
