import Crypto
public import SyncCore

extension Codec {
  /// zstd at level 3, SHA-256 and Ed25519: what every replica and relay uses.
  public static let standard = Codec(
    compress: { Zstd.compress($0) },
    inflate: { Zstd.inflate($0, to: $1) },
    digest: { Array(SHA256.hash(data: $0)) },
    isSigned: { signature, message, key in
      (try? Curve25519.Signing.PublicKey(rawRepresentation: key))?.isValidSignature(signature, for: message) ?? false
    })
}
