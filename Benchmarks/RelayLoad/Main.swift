import ArgumentParser
import Foundation
import SyncCore
import SyncKit
import SyncRelay
import TestPostgres

/// A night with a thousand laptops, squeezed to minutes, on this machine alone.
///
/// The relay is the program itself in a process of its own; the laptops are replicas in files of their own, each with its key, in this one. Both
/// share the machine's cores. It ends with a code other than 0 where a figure is missed that does not depend on how fast the machine is: errors,
/// replicas that differ, the relay's memory.
@main struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "relay-load")

  @Option(help: "The laptops of the night.") var laptops = 1000
  @Option(help: "Over how many seconds they come.") var window = 90.0
  @Option(help: "How many laptops' days are pushed as fast as the relay answers.") var ingest = 200
  @Option(help: "The laptops that begin with nothing.") var firstSyncs = 100
  @Option(help: "The enterprises that those then hold.") var enterprises = 10_000
  @Flag(inversion: .prefixedNo, help: "Whether those find packs.") var packs = true
  @Option(help: "How many laptops exchange with nobody beside them, for the median to compare with.") var idle = 30
  @Option(help: "How many exchanges of the night may be under way at once.") var atOnce = 16
  @Option(help: "In what the relay keeps its log: sqlite, or postgres for a server of its own in a temporary folder.") var store = Kind
    .sqlite
  @Option(help: "The program; beside this one unless given.") var program: String?

  enum Kind: String, ExpressibleByArgument { case sqlite, postgres }

  /// What the relay's memory may be at the most, in MB.
  private static let megabytes = 256.0

  func run() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-load-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var errors = try playNight(in: folder.appendingPathComponent("night"))
    if firstSyncs > 0 { errors += try playFirstSyncs(in: folder.appendingPathComponent("first")) }
    guard errors.isEmpty else { throw LoadError("\(errors.count) errors, of them: \(errors.prefix(3))") }
  }

  private func playNight(in folder: URL) throws -> [String] {
    let process = try relay(in: folder)
    var night = Night(fleet: Fleet(relay: process.address, folder: folder, threads: 2), process: process)
    try night.measureIngest(ingest, in: folder)
    try night.measureIdle(idle)
    try night.play(laptops, window: window, atOnce: atOnce)
    try end(process)
    try night.verify(against: process.home)
    return night.errors
  }

  private func playFirstSyncs(in folder: URL) throws -> [String] {
    let process = try relay(in: folder)
    let phase = FirstSyncs(fleet: Fleet(relay: process.address, folder: folder, threads: 2), process: process)
    let errors = try phase.play(firstSyncs, enterprises: enterprises, atOnce: atOnce, packed: packs)
    try end(process)
    return errors
  }

  private func relay(in folder: URL) throws -> RelayProcess {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // As it ships: each commit is on the disk before it counts.
    let store: RelayProcess.Store = try store == .sqlite ? .sqlite : .postgres(PostgresServer([:]))
    return try RelayProcess(program: executable, folder: folder, store: store)
  }

  private func end(_ process: RelayProcess) throws {
    let peak = process.peakMegabytes
    try process.stop()
    guard peak <= Self.megabytes else { throw LoadError("the relay took \(text(peak)) MB") }
  }

  private var executable: URL {
    if let program { return URL(fileURLWithPath: program) }
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appendingPathComponent("fieldsurvey")
  }
}

func text(_ number: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", number) }

/// Prints a line at once, also into a pipe.
func tell(_ line: String) {
  print(line)
  fflush(nil)
}
