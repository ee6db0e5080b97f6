import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

/// The folder in which a device keeps everything: `home.json`, `replica.sqlite`, `device.key`, a laptop's `token` and, where it is protected,
/// `keys.json`, the office's `relay.sqlite` and `issuer.key`.
struct Home: Sendable {
  let folder: URL
  let profile: Profile

  /// Opens a home that was made by `enrol` or `serve --init`.
  init(opening folder: URL) throws {
    let file = Self.profileFile(folder)
    guard FileManager.default.fileExists(atPath: file.path) else { throw Self.missing(folder) }
    try Self.requireWritable(folder)
    self.init(folder: folder, profile: try Profile.read(file))
  }

  init(folder: URL, profile: Profile) {
    self.folder = folder
    self.profile = profile
  }

  var isOffice: Bool { profile.role == .office }

  /// Opens the replica; its author is the home's user.
  ///
  /// Fails where the file is gone, or another stands in its place: a new and empty one would look as if nothing had ever been recorded.
  func replica() throws -> Replica {
    guard let status = FileStatus(Self.replicaFile(folder).path), status.size > 0 else { throw lostReplica("missing") }
    do { return try Self.replica(in: folder, profile) } catch let error as SyncKitError where error.code == .otherCertificate {
      // Another device's file is known by the home's certificate, which is not that one's.
      throw error.details["device"]?.hasPrefix(profile.device) ?? true ? error : lostReplica("other-device")
    }
  }

  private func lostReplica(_ reason: String) -> Failure {
    let path = Self.replicaFile(folder).path
    return Failure(
      "replica-lost", .notConfigured,
      reason == "missing"
        ? Text("数据库文件不见了:\(path)", "The database is gone: \(path)")
        : Text("\(path) 是另一台设备的数据库。", "\(path) is the database of another device."),
      kept: Text("没有新建,也没有改动任何文件。", "No file was made or changed."),
      next: isOffice
        ? Text(
          "请把原来的文件放回;找不回时,移开 home.json 再运行 fieldsurvey serve --init(中继里的内容会取回)。",
          "Put the file back; where it is lost, move home.json away and run fieldsurvey serve --init: what the relay holds comes back.")
        : Text(
          "请把原来的文件放回;找不回时,用新的登记码重新登记,再 sync(已送出的内容会取回)。",
          "Put the file back; where it is lost, enrol with a new code and sync: what was sent comes back."),
      details: ["path": path, "reason": reason])
  }

  /// Opens the survey over the home's replica.
  func survey() throws -> Survey { survey(over: try replica()) }

  /// The survey over the home's replica, where it is open already.
  func survey(over replica: Replica) -> Survey {
    Survey(
      replica, user: profile.user, role: isOffice ? .office : profile.work ?? .specialist, clock: Environment.clock,
      random: Environment.random)
  }

  /// Opens the relay, which only the office has.
  func relay(_ limits: RelayLimits = RelayLimits()) throws -> Relay {
    try requireOffice()
    if let store = profile.store { return try Self.relay(in: folder, store: store, limits) }
    // A new and empty one would know no device any more, and turn every laptop away.
    guard let status = FileStatus(Self.relayFile(folder).path), status.size > 0 else { throw lostRelay }
    return try Self.relay(in: folder, store: nil, limits)
  }

  private var lostRelay: Failure {
    let path = Self.relayFile(folder).path
    return Failure(
      "relay-lost", .notConfigured, Text("中继的数据库文件不见了:\(path)", "The relay's database is gone: \(path)"),
      kept: Text("没有新建,也没有改动任何文件。", "No file was made or changed."),
      next: Text(
        "请用备份恢复:fieldsurvey relay restore 备份文件;没有备份时,移开 home.json 再运行 fieldsurvey serve --init,并重新登记各台设备(笔记本上的内容会送回)。",
        "Restore a backup: fieldsurvey relay restore FILE. Without one, move home.json away, run fieldsurvey serve --init, and enrol all devices again: what laptops hold comes back."
      ), details: ["path": path])
  }

  /// Fails in any home but the office's.
  func requireOffice() throws {
    guard isOffice else {
      throw Failure(
        "office-only", .notPermitted, Text("这条命令只能在办公室的数据目录中使用。", "This command works in the office's home only."),
        kept: Failure.nothingChanged,
        next: Text("请在办公室的机器上运行,或用 --home 指定办公室的目录。", "Run it at the office, or name the office's home with --home."))
    }
  }
}

// MARK: - Files

extension Home {
  static func profileFile(_ folder: URL) -> URL { folder.appendingPathComponent("home.json") }
  static func replicaFile(_ folder: URL) -> URL { folder.appendingPathComponent("replica.sqlite") }
  var tokenFile: URL { folder.appendingPathComponent("token") }
  func lockFile(_ purpose: SyncLock.Purpose) -> URL { folder.appendingPathComponent("\(purpose.rawValue).lock") }
  static func relayFile(_ folder: URL) -> URL { folder.appendingPathComponent("relay.sqlite") }

  /// Opens the replica in a folder; without a profile yet, to learn which device it is, nothing may be written there.
  static func replica(in folder: URL, _ profile: Profile? = nil) throws -> Replica {
    let path = replicaFile(folder).path
    try requireWritable(folder)
    var configuration = ReplicaConfiguration(
      tables: SurveySchema.tables, author: profile?.user ?? "nobody", schemaVersion: SurveySchema.version, clock: Environment.clock,
      random: Environment.random, marks: Environment.marks)
    configuration.storageKey = try HomeKey.current(folder)
    configuration.attachments = SurveySchema.attachments
    configuration.keepsHistory = profile?.role == .archive
    if let profile {
      let (signing, trust, encryption) = try keys(folder, profile)
      (configuration.signing, configuration.trust, configuration.encryption) = (signing, trust, encryption.first)
      configuration.formerEncryption = Array(encryption.dropFirst())
    }
    return try Replica(path: path, configuration: configuration, migrate: SurveySchema.migrate)
  }

  /// Opens the archive in a folder, or makes it.
  static func archive(_ folder: URL, of office: Home) throws -> Home {
    let file = profileFile(folder)
    if FileManager.default.fileExists(atPath: file.path) {
      let home = try Home(opening: folder)
      guard home.profile.role == .archive else {
        throw Failure(
          "not-an-archive", .badInput, Text("\(folder.path) 是别的数据目录,不是归档。", "\(folder.path) is another home, and no archive."),
          kept: Failure.nothingChanged, next: Text("请另选一个空目录。", "Name an empty folder."), details: ["path": folder.path])
      }
      return home
    }
    try make(folder)
    let device = DeviceID(of: try replica(in: folder).site)
    // Last, because it is what makes the folder a home.
    let profile = Profile(
      role: .archive, user: office.profile.user, name: office.profile.name, relay: nil, device: device.description,
      certificate: try certificate(folder, device: device, user: office.profile.user, by: try office.relay()))
    try profile.write(file)
    return Home(folder: folder, profile: profile)
  }

  /// The device's secret, which stands in a file of its own: never in an argument, the environment or a log.
  func token() throws -> String {
    guard let data = try Self.secret(tokenFile) else {
      throw Failure(
        "no-token", .notConfigured, Text("本机没有登记令牌。", "This device has no token."), kept: Failure.allKept,
        next: Text("请用新的登记码登记:fieldsurvey enrol URL CODE。", "Enrol with a new code: fieldsurvey enrol URL CODE."))
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Makes the folder, for its owner alone; one that is there keeps its mode.
  static func make(_ folder: URL) throws {
    try makeFolders(to: folder.deletingLastPathComponent(), mode: 0o755)
    try makeFolders(to: folder, mode: 0o700)
    try requireWritable(folder)
  }

  private static func makeFolders(to folder: URL, mode: mode_t) throws {
    let path = folder.path
    if mkdir(path, mode) == 0 { return }
    switch errno {
    case EEXIST:
      guard let status = FileStatus(path), status.isFolder else { throw notAFolder(path) }
    case ENOTDIR: throw notAFolder(path)
    case ENOENT where folder.pathComponents.count > 1:
      try makeFolders(to: folder.deletingLastPathComponent(), mode: 0o755)
      guard mkdir(path, mode) == 0 || errno == EEXIST else { throw PrivateFile.failure(errno, path) }
    default: throw PrivateFile.failure(errno, path)
    }
  }

  private static func notAFolder(_ path: String) -> Failure {
    Failure(
      "not-a-folder", .cannotWrite, Text("\(path) 不是目录,也不能建成目录。", "\(path) is no folder, and none can be made there."),
      kept: Failure.nothingChanged, next: Text("请用 --home 指定另一个目录。", "Name another folder with --home."), details: ["path": path])
  }

  /// Fails for a folder or a replica without write permission. Root could write all the same, yet whoever took the permission away
  /// meant it.
  static func requireWritable(_ folder: URL) throws {
    for path in [folder.path, replicaFile(folder).path] {
      guard let status = FileStatus(path) else { continue }
      guard access(path, W_OK) == 0, status.isWritableByAnybody else { throw Failure.readOnly(path, details: ["path": path]) }
    }
  }

  private static func missing(_ folder: URL) -> Failure {
    Failure(
      "no-home", .notConfigured, Text("\(folder.path) 还没有初始化。", "\(folder.path) is not set up yet."),
      next: Text(
        "笔记本:fieldsurvey enrol URL CODE;办公室:fieldsurvey serve --init。",
        "on a laptop: fieldsurvey enrol URL CODE; at the office: fieldsurvey serve --init."),
      details: ["home": folder.path])
  }
}

extension Home {
  /// What accounts were enrolled as: at the office everybody's, on a laptop its user's.
  func people() throws -> [String: String] {
    let own = [profile.user: profile.name]
    return isOffice ? try relay().userNames().merging(own) { enrolled, _ in enrolled } : own
  }
}

extension CommonOptions {
  /// The home that the options name.
  func openHome() throws -> Home {
    let home = try Home(opening: homeFolder)
    OfficeHandOver.note(home)
    return home
  }

  /// The survey in that home.
  func openSurvey() throws -> Survey {
    let survey = try openHome().survey()
    if let fault = SubsidyRule.namesFault.map({ Failure($0) }) {
      printer.note(Text("⚠ 条款只能显示编号:\(fault.what.zh)", "⚠ Rules are shown by their identifiers: \(fault.what.en)"))
    }
    return survey
  }
}
