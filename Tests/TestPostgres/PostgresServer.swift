import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A real PostgreSQL server on a socket in a temporary folder, which ends with this process, however that ends.
public final class PostgresServer: Sendable {
  /// Why there is no server.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Holds the socket and the data; it goes with the server.
  public let folder: String
  private let child: ProcessHandle

  /// Makes a database cluster and serves it.
  /// - Parameter settings: as they are written in `postgresql.conf`.
  public convenience init(_ settings: [String: String] = ["fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"]) throws {
    let folder = try Self.makeFolder()
    try Self.run("initdb", ["-D", "\(folder)/data", "-A", "trust", "-U", "relay", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"])
    try self.init(serving: folder, settings)
  }

  /// Copies a running server, to be its standby.
  public convenience init(standbyOf primary: PostgresServer, named name: String, _ settings: [String: String] = [:]) throws {
    let folder = try Self.makeFolder()
    try Self.run(
      "pg_basebackup",
      ["-D", "\(folder)/data", "-d", primary.connection(application: name), "-R", "-X", "stream", "-c", "fast", "--no-sync"])
    try self.init(serving: folder, settings)
  }

  private init(serving folder: String, _ settings: [String: String]) throws {
    self.folder = folder
    let base = ["listen_addresses": "", "unix_socket_directories": folder, "unix_socket_permissions": "0777", "max_connections": "200"]
    let options = base.merging(settings) { $1 }.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    // The shell ends the server as soon as nobody holds the other end of its input any more: this process, for as long as it lives.
    let script = """
      trap '' INT TERM; "$@" >"$0/log" 2>&1 & server=$!; echo $server; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server; rm -rf "$0"
      """
    child = try ProcessHandle(
      Self.asServer(["/bin/sh", "-c", script, folder, try Self.program("postgres"), "-D", "\(folder)/data"] + options))
    try wait()
  }

  deinit { stop() }

  /// What libpq takes, for a database and a schema of it.
  public func url(schema: String? = nil) -> String { Self.url([self], schema: schema) }

  /// The address of whichever of several servers takes writes.
  public static func url(_ servers: [PostgresServer], schema: String? = nil) -> String {
    let hosts = servers.map { $0.folder.replacingOccurrences(of: "/", with: "%2F") }.joined(separator: ",")
    let path = schema.map { "?options=-csearch_path%3D\($0)" } ?? ""
    return "postgres://relay@\(hosts)/postgres\(path)"
  }

  private func connection(application: String) -> String {
    "host=\(folder) user=relay dbname=postgres application_name=\(application)"
  }

  /// Runs SQL as the server's owner.
  /// - Returns: what it printed, without headings.
  @discardableResult
  public func run(_ sql: String) throws -> String {
    try Self.run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", connection(application: "test"), "-c", sql])
  }

  /// Ends the server as a loss of power would, but for the disk.
  public func kill() { child.killServer() }

  /// Stops it and removes its folder.
  public func stop() { child.end() }

  /// Makes a standby take writes.
  public func promote() throws { try Self.run("pg_ctl", ["promote", "-w", "-t", "30", "-D", "\(folder)/data"]) }

  private func wait() throws {
    let deadline = Date(timeIntervalSinceNow: 30)
    while Date.now < deadline {
      if (try? Self.run("pg_isready", ["-q", "-h", folder])) != nil { return }
      usleep(50_000)
    }
    let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
    stop()
    throw Failure(description: "PostgreSQL did not start: \(log.suffix(2000))")
  }

  // MARK: - Programs

  private static func makeFolder() throws -> String {
    // Not where TMPDIR says: a socket's path has to be short.
    var template = Array("/tmp/test-postgres-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "mkdtemp: errno \(errno)") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The server refuses to be root; who runs the tests as root lends it another user, who owns the folder.
    if getuid() == 0 {
      guard let user = getpwnam("postgres") else { throw missing }
      chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
      chmod(folder, 0o755)
    }
    return folder
  }

  private static var missing: Failure {
    Failure(description: "PostgreSQL's server is not installed: apt-get install postgresql, or make setup")
  }

  /// Debian keeps the server's programs apart, by their versions.
  private static func program(_ name: String) throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }.sorted(by: >)
    let places = versions.map { "\(root)/\($0)/bin/\(name)" } + ["/usr/bin/\(name)", "/usr/local/bin/\(name)", "/opt/homebrew/bin/\(name)"]
    guard let path = places.first(where: { access($0, X_OK) == 0 }) else { throw missing }
    return path
  }

  private static func asServer(_ command: [String]) -> [String] {
    getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + command : command
  }

  @discardableResult
  private static func run(_ name: String, _ arguments: [String]) throws -> String {
    let command = asServer([try program(name)] + arguments)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let (output, errors) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, errors)
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(name): \(String(decoding: said, as: UTF8.self))") }
    return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
