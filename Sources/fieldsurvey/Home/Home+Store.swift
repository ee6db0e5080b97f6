import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

/// Where the office's log is: in the home's own file, or in the PostgreSQL database that `home.json` names.
extension Home {
  /// Opens the log.
  /// - Parameter creating: whether an empty database is made a relay's: for a new home only.
  static func relay(in folder: URL, store: String?, creating: Bool = false, _ limits: RelayLimits = RelayLimits()) throws -> Relay {
    let issuer = try keptKey(issuerKeyFile(folder)).signer
    #if PostgreSQL
      if let store {
        return try Relay(
          postgres: PostgresAddress(store), blobFolder: Relay.blobFolder(beside: relayFile(folder).path), creating: creating,
          codec: .standard, limits: limits, issuer: issuer, authority: authority,
          clock: Environment.clock, random: Environment.random)
      }
      return try Relay(
        path: relayFile(folder).path,
        // `relay migrate` has moved it: where to it writes down last.
        successor: { try Profile.read(profileFile(folder)).store.map { try PostgresAddress($0) } }, codec: .standard, limits: limits,
        issuer: issuer, authority: authority, clock: Environment.clock, random: Environment.random)
    #else
      guard store == nil else { throw noPostgres }
      return try Relay(
        path: relayFile(folder).path, codec: .standard, limits: limits, issuer: issuer, authority: authority, clock: Environment.clock,
        random: Environment.random)
    #endif
  }

  /// Who is of no role that this version knows may read.
  @Sendable private static func authority(_ role: String) -> Authority { (WorkRole(rawValue: role) ?? .viewer).authority }

  /// The home with the store that `serve` was given. A database may be reached by another address than before; a log is not left behind.
  func choosing(store: String?) throws -> Home {
    guard let store, store != profile.store else { return self }
    guard profile.store != nil else {
      throw Failure(
        "store-differs", .notConfigured, Text("这个目录的中继记录在 relay.sqlite 里。", "This home's relay keeps its log in relay.sqlite."),
        kept: Failure.nothingChanged,
        next: Text("请先迁移:fieldsurvey relay migrate --to 地址。", "Move it first: fieldsurvey relay migrate --to ADDRESS."))
    }
    // An empty database is refused: it would know no device any more.
    try Self.relay(in: folder, store: store).close()
    return try remembering(store: store)
  }

  /// Writes down where the log is.
  func remembering(store: String) throws -> Home {
    var profile = profile
    profile.store = store
    try profile.write(Self.profileFile(folder))
    return Home(folder: folder, profile: profile)
  }

  /// Puts a log's file into an empty database, and goes on there; the file is gone then.
  func moving(_ file: URL, to address: String) throws -> Home {
    #if PostgreSQL
      _ = try RelayMigration(
        from: file.path, to: PostgresAddress(address), codec: .standard, issuer: try Self.keptKey(Self.issuerKeyFile(folder)).signer,
        clock: Environment.clock, random: Environment.random
      ).run()
      return try remembering(store: address)
    #else
      throw Self.noPostgres
    #endif
  }

  private var relayPinFile: URL { folder.appendingPathComponent("relay.pin") }

  /// The digest of the key by which `serve` shows itself, as `enrol --pin` takes it; nil where it does not speak TLS.
  var relayPin: String? {
    (try? String(contentsOf: relayPinFile, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes that digest down, or that there is none.
  func write(relayPin: String?) throws {
    if let relayPin { try PrivateFile.write(Array("\(relayPin)\n".utf8), to: relayPinFile) } else { unlink(relayPinFile.path) }
  }

  /// Fails where the log is not in the home's file, for what copies files.
  func requireFile() throws {
    if profile.store != nil { throw RelayError(.otherStore, "home.json") }
  }

  #if !PostgreSQL
    private static var noPostgres: Failure {
      Failure(
        "no-postgres", .notConfigured, Text("这个程序编译时没有带 PostgreSQL。", "This program was built without PostgreSQL."),
        kept: Failure.nothingChanged)
    }
  #endif
}
