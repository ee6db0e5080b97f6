import Foundation
import SyncCore
import SyncKit

/// The file `keys.json`, which makes a home a protected one: the home's key in two envelopes, one opened by the passphrase and one by the
/// recovery key on paper. It holds no secret, yet without it the home cannot be opened by anybody.
struct KeyFile: Codable, Sendable {
  /// The newest form of the file that this version reads.
  static let supportedFormat = 1

  var format = KeyFile.supportedFormat
  /// By what the keyring tells this home's key from others; another with each change of the key.
  var id: String
  /// Whether all of the home is encrypted: while it is not, encrypting it was begun and is to be finished.
  var isComplete: Bool
  var passphrase: KeyEnvelope
  var recovery: KeyEnvelope
  /// The key encrypted to the office's devices, where its owner wanted that.
  var office: [KeyEscrow]?
  /// The former key, encrypted by the one that takes its place (`SealedBlob`, in hexadecimal), until nothing is under it any more.
  var former: String?

  static func url(_ folder: URL) -> URL { folder.appendingPathComponent("keys.json") }

  /// The file of a home; nil where the home is not protected.
  static func read(_ folder: URL) throws -> KeyFile? { try read(file: url(folder)) }

  /// Reads the file wherever it lies; nil where there is none.
  static func read(file: URL) throws -> KeyFile? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    struct Marked: Decodable { let format: Int }
    let data = try Data(contentsOf: file)
    guard let marked = try? JSONDecoder().decode(Marked.self, from: data) else { throw damaged(file) }
    guard marked.format <= supportedFormat else {
      throw Failure(
        "newer-format", .badInput,
        Text("\(file.path) 由更新版本的程序写成(格式 \(marked.format))。", "\(file.path) was written by a newer version (format \(marked.format))."),
        kept: Failure.nothingChanged, next: Failure.upgrade, details: ["path": file.path, "format": String(marked.format)])
    }
    guard let read = try? JSONDecoder().decode(KeyFile.self, from: data) else { throw damaged(file) }
    return read
  }

  func write(_ folder: URL) throws { try write(file: Self.url(folder)) }

  func write(file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try PrivateFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: file)
  }

  private static let formerContext = "former key"

  /// Has a new key take the place of the one that there is.
  mutating func replace(_ old: StorageKey, by key: StorageKey) throws {
    former = Hex.text(try SealedBlob.seal(old.bytes, by: key, context: Self.formerContext))
  }

  /// The key that is being replaced, while there is one.
  func formerKey(_ key: StorageKey) throws -> StorageKey? {
    try former.flatMap { Hex.bytes($0) }.flatMap { StorageKey(bytes: try SealedBlob.open($0, by: key, context: Self.formerContext)) }
  }

  var keyring: Keyring { Keyring(name: "\(Program.name):\(id)") }

  private static func damaged(_ file: URL) -> Failure {
    Failure(
      "keys-damaged", .notConfigured, Text("\(file.path) 无法识别。", "\(file.path) cannot be read."), kept: Failure.nothingChanged,
      next: Text("请从备份放回这个文件:没有它,加密的数据谁也打不开。", "Put the file back from a backup: without it nobody can open what is encrypted."),
      details: ["path": file.path])
  }
}
