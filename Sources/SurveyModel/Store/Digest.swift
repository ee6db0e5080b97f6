import SyncCore
import SyncKit

/// SHA-256 as records and files have it: 64 hexadecimal digits.
enum Digest {
  static func sha256(_ bytes: [UInt8]) -> String {
    Hex.text(Codec.standard.digest(bytes))
  }

  static func sha256(_ text: String) -> String { sha256(Array(text.utf8)) }
}
