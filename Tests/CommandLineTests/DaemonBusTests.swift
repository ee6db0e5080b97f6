import Foundation
import Testing

/// A system bus of its own, with python-dbusmock in NetworkManager's place.
private final class OwnBus {
  static var isThere: Bool {
    (try? Program.run(shell: "command -v dbus-daemon busctl && /usr/bin/python3 -c 'import dbusmock' 2>/dev/null"))?.status == 0
  }

  private static let configuration = """
    <busconfig><type>system</type><listen>unix:path=BUS</listen><auth>EXTERNAL</auth>
    <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
    """
  private static let name = "org.freedesktop.NetworkManager"
  private static let path = "/org/freedesktop/NetworkManager"
  private let folder: TemporaryFolder
  private var processes: [Process] = []

  init() throws {
    folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("bus.conf")
    let socket = folder.url.appendingPathComponent("bus").path
    try Data(Self.configuration.replacingOccurrences(of: "BUS", with: socket).utf8).write(to: file)
    try start("/usr/bin/dbus-daemon", "--config-file=\(file.path)", "--nofork", "--nopidfile")
    try wait { FileManager.default.fileExists(atPath: socket) }
    try start("/usr/bin/python3", "-m", "dbusmock", "--system", Self.name, Self.path, Self.name)
    try wait { try call("AddProperty", "ssv", Self.name, "Metered", "u", "0") }
  }

  deinit {
    for process in processes.reversed() {
      // What a test starts hears no SIGTERM.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  var environment: [String: String] { ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=\(folder.url.path)/bus"] }

  /// What NetworkManager's property says: 1 yes, 2 no, 3 a guess at yes, 4 a guess at no.
  func setMetered(_ value: Int) throws {
    #expect(try call("UpdateProperties", "sa{sv}", Self.name, "1", "Metered", "u", "\(value)"))
  }

  private func call(_ method: String, _ arguments: String...) throws -> Bool {
    let process = process("/usr/bin/busctl", ["--system", "call", Self.name, Self.path, "org.freedesktop.DBus.Mock", method] + arguments)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private func process(_ program: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = Program.environment.merging(environment) { $1 }
    (process.standardInput, process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
    )
    return process
  }

  private func start(_ program: String, _ arguments: String...) throws {
    let process = process(program, arguments)
    try process.run()
    processes.append(process)
  }

  private func wait(_ holds: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(20)
    while try !holds() {
      try #require(Date() < deadline, "the bus does not come up")
      Thread.sleep(forTimeInterval: 0.1)
    }
  }
}

@Suite(.enabled(if: OwnBus.isThere, "a bus of one's own needs dbus-daemon, busctl and python3-dbusmock"))
struct DaemonBusTests {
  @Test func aNetworkThatNetworkManagerCallsMeteredIsLeftAloneAndAnotherIsNot() throws {
    let (bus, office) = (try OwnBus(), try Office())
    let laptop = try office.laptop("li", environment: bus.environment)
    try laptop.run("enterprise", "add", "鹭岛精密电子(虚构)")
    for value in [1, 3] {
      try bus.setMetered(value)
      let outcome = try laptop.attempt("daemon", "--once", "--metered", "never", "--json")
      #expect(outcome.status == 75, "\(outcome.stderr)")
      #expect((try outcome.error()["details"] as? [String: String])?["reason"] == "metered")
    }
    func unsent() throws -> Int? {
      ((try laptop.ask("status") as? [String: Any])?["unsent"] as? [String: Any])?["changesets"] as? Int
    }
    #expect(try unsent() == 1)
    try bus.setMetered(4)
    #expect(try laptop.attempt("daemon", "--once", "--metered", "never").status == 0)
    #expect(try unsent() == 0)
    #expect(office.stop() == 0)
  }
}
