import Crypto
public import SyncCore

extension Codec {
  /// zstd at level 3, SHA-256 and Ed25519: what every replica and relay uses.
  public static let standard = compressing(at: Zstd.level)

  /// The same at level 19: for what is written once, ahead of time, and read by many.
  public static let packing = compressing(at: Zstd.packingLevel)

  private static func compressing(at level: Int32) -> Codec {
    Codec(
      compress: { Zstd.compress($0, at: level) },
      inflate: { Zstd.inflate($0, to: $1) },
      digest: { SHA256.hash(data: $0).withUnsafeBytes { Array($0) } },
      isSigned: { signature, message, key in
        (try? Curve25519.Signing.PublicKey(rawRepresentation: key))?.isValidSignature(signature, for: message) ?? false
      })
  }
}
