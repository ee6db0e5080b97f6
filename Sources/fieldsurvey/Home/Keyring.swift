import CKeyring
import Foundation
import SyncKit

/// The kernel's keyring of the user, in which a home's key stays while the home is unlocked: in the kernel's memory alone, for this user's
/// processes, until its time is over or the machine is switched off.
struct Keyring {
  /// What it is called there.
  let name: String

  /// The key, if it is there.
  var key: StorageKey? {
    let number = ckeyring_find(name)
    guard number >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: StorageKey.byteCount)
    let count = bytes.withUnsafeMutableBytes { ckeyring_read(number, $0.baseAddress, UInt($0.count)) }
    return count == StorageKey.byteCount ? StorageKey(bytes: bytes) : nil
  }

  /// Keeps a key for some time.
  /// - Returns: whether the system has a keyring that took it.
  func keep(_ key: StorageKey, seconds: Int) -> Bool {
    let bytes = key.bytes
    let number = bytes.withUnsafeBytes { ckeyring_add(name, $0.baseAddress, UInt($0.count)) }
    guard number >= 0 else { return false }
    guard ckeyring_permit_user(number) == 0, ckeyring_expire(number, UInt32(seconds)) == 0 else {
      // One without an end is not what was asked for.
      _ = ckeyring_forget(number)
      return false
    }
    return true
  }

  /// Forgets the key.
  /// - Returns: whether it was there.
  func forget() -> Bool {
    let number = ckeyring_find(name)
    return number >= 0 && ckeyring_forget(number) == 0
  }
}
