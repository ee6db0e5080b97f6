import Foundation
import SyncBlobs
import SyncKit

/// The home's small secrets, and how a home in clear becomes a protected one.
extension Home {
  /// The small files that are encrypted in a protected home.
  private static let secretFiles = ["device.key", "device.key.next", "device.key.former", "token"]

  /// Reads a small secret, encrypted or in clear.
  /// - Returns: nil where there is no such file.
  static func secret(_ file: URL) throws -> [UInt8]? {
    guard let data = try? Data(contentsOf: file) else { return nil }
    guard SealedBlob.isSealed(Array(data)) else { return Array(data) }
    guard let key = try HomeKey.current(file.deletingLastPathComponent()) else { throw keysLost(file) }
    do {
      return try SealedBlob.open(Array(data), by: key, context: file.lastPathComponent)
    } catch let error as SyncKitError {
      throw SyncKitError(error.code, error.details.merging(["path": file.path]) { one, _ in one })
    }
  }

  /// Writes a small secret, encrypted where its home is protected.
  static func writeSecret(_ bytes: [UInt8], to file: URL) throws {
    let key = try HomeKey.current(file.deletingLastPathComponent())
    try PrivateFile.write(try key.map { try SealedBlob.seal(bytes, by: $0, context: file.lastPathComponent) } ?? bytes, to: file)
  }

  /// Encrypts what is still in clear or under a former key, each file whole or not at all, and says so in `keys.json` when all is done.
  func protect(_ key: StorageKey, _ keys: KeyFile) throws {
    let former = try keys.formerKey(key)
    for name in Self.secretFiles { try seal(name, key, former) }
    do {
      try Replica.protect(path: Self.replicaFile(folder).path, with: key, former: former, marks: Environment.marks)
    } catch let error as SyncKitError where error.code == .busy {
      throw Failure(
        "in-use", .tryLater, Text("另一个程序(可能是 daemon)正打开着数据库。", "Another program, perhaps the daemon, has the database open."),
        kept: Failure.allKept,
        next: Text(
          "请先停止它(systemctl --user stop fieldsurvey-sync.timer fieldsurvey-sync.service),再用同一个口令运行 fieldsurvey protect。",
          "Stop it (systemctl --user stop fieldsurvey-sync.timer fieldsurvey-sync.service), then run fieldsurvey protect with the same passphrase."
        ))
    }
    // After the database, which whoever adds files has open: from here on nobody puts any in clear.
    try Attachments.folder(of: Self.replicaFile(folder).path, key, former: former).sealAll()
    var done = keys
    done.isComplete = true
    done.former = nil
    try done.write(folder)
    HomeKey.remember(key, of: done)
  }

  private func seal(_ name: String, _ key: StorageKey, _ former: StorageKey?) throws {
    let file = folder.appendingPathComponent(name)
    // One that cannot be read is not one that is missing: the former key, which alone opens it, is forgotten at the end.
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    let data = try Data(contentsOf: file)
    var secret = Array(data)
    if SealedBlob.isSealed(secret) {
      guard let former, (try? SealedBlob.open(secret, by: key, context: name)) == nil else { return }
      secret = try SealedBlob.open(secret, by: former, context: name)
    }
    let before = FileHandle(forUpdatingAtPath: file.path)
    try PrivateFile.write(try SealedBlob.seal(secret, by: key, context: name), to: file)
    // What stood there is in no file any more; as far as the disk writes where it is told to, it is gone from there too.
    try before?.write(contentsOf: Data(count: data.count))
    try before?.synchronize()
    try before?.close()
  }

  private static func keysLost(_ file: URL) -> Failure {
    let path = KeyFile.url(file.deletingLastPathComponent()).path
    return Failure(
      "keys-lost", .notConfigured, Text("数据已加密,但 \(path) 不见了。", "The data is encrypted, but \(path) is gone."),
      kept: Failure.nothingChanged,
      next: Text("请从备份放回这个文件:没有它,加密的数据谁也打不开。", "Put the file back from a backup: without it nobody can open what is encrypted."),
      details: ["path": path])
  }
}
