import Foundation
import Testing

/// A network of its own, as a container has one, in which routes come and go; only root may make it.
private final class OwnNetwork {
  static var isAllowed: Bool {
    (try? Program.run(shell: "unshare --net ip link set lo up 2>/dev/null"))?.status == 0
  }

  private let holder = Process()
  private let input = Pipe()

  init() throws {
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    holder.arguments = ["--net", "sh", "-c", "ip link set lo up && echo up && cat"]
    let output = Pipe()
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    // It is there once it has been set up.
    _ = try output.fileHandleForReading.read(upToCount: 1)
  }

  deinit {
    try? input.fileHandleForWriting.close()
    holder.waitUntilExit()
  }

  /// A program inside.
  func process(_ command: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/nsenter")
    process.arguments = ["--net", "--target", String(holder.processIdentifier)] + command
    process.environment = Program.environment
    (process.standardInput, process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
    )
    return process
  }

  func run(_ command: String...) throws -> Int32 {
    let process = process(command)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.enabled(if: OwnNetwork.isAllowed, "networks of one's own need root, unshare and ip"))
struct RouteNewsTests {
  private func eventually(within seconds: Double, _ holds: () throws -> Bool) throws -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
      if try holds() { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }

  @Test func theDaemonExchangesAsSoonAsTheKernelTellsOfAWayOut() throws {
    let folder = try TemporaryFolder()
    let network = try OwnNetwork()
    let (office, laptop) = (folder.url.appendingPathComponent("office"), Place(home: folder.url.appendingPathComponent("li")))
    let port = folder.url.appendingPathComponent("port")
    let server = network.process([Program.url.path, "serve", "--init", "--port", "0", "--port-file", port.path, "--home", office.path])
    try server.run()
    defer { server.terminate() }
    var number = ""
    #expect(
      try eventually(within: 30) {
        number = ((try? String(contentsOf: port, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        return !number.isEmpty
      })
    let code = try Place(home: office).run("device", "code", "li").trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try network.run(Program.url.path, "enrol", "http://127.0.0.1:\(number)", code, "--home", laptop.home.path) == 0)
    let daemon = network.process([Program.url.path, "daemon", "--interval", "3600", "--home", laptop.home.path])
    try daemon.run()
    defer { daemon.terminate() }
    func unsent() throws -> Int? {
      let status = try laptop.ask("status") as? [String: Any]
      return (status?["unsent"] as? [String: Any])?["changesets"] as? Int
    }
    let state = laptop.home.appendingPathComponent("daemon.json")
    #expect(
      try eventually(within: 30) { ((try? String(contentsOf: state, encoding: .utf8)) ?? "").contains("waiting") })
    try laptop.run("enterprise", "add", "鹭岛精密电子(虚构)")
    #expect(try unsent() == 1)
    // A change that is no way out is none; then one appears. It looks by itself once a minute.
    #expect(try network.run("ip", "route", "add", "10.9.0.0/16", "dev", "lo") == 0)
    Thread.sleep(forTimeInterval: 1)
    #expect(try unsent() == 1)
    #expect(try network.run("ip", "route", "add", "default", "dev", "lo") == 0)
    #expect(try eventually(within: 20) { try unsent() == 0 })
  }
}
