import ArgumentParser
import Foundation
import SyncKit

struct DaemonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon", abstract: Text("定时同步,有网络时立即同步", "Sync on a schedule, and when a network appears").here,
    discussion: Text(
      "SIGTERM 或 Ctrl-C 结束,退出码 0。加 --json 时每次同步打印一行 JSON。",
      "SIGTERM or Ctrl-C ends it with exit code 0. With --json, one JSON line for each exchange."
    ).here)

  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp(Text("两次同步之间的秒数。", "Seconds between exchanges.").here, valueName: "seconds"))
  var interval: Double = 300

  @Option(
    help: Text("文字之后送取哪些附件:none 不送不取,send 只送,all 送和取。", "Which files go after the words: none; send, those that are here; all, both ways.")
      .help)
  var attachments = AttachmentWish.send

  @Flag(help: Text("只同步一次就结束;退出码与 sync 相同。", "Sync once, then end; with the exit codes of sync.").help)
  var once = false

  func validate() throws {
    guard interval >= 1, interval <= 86_400 else {
      throw ValidationError(Text("--interval 应在 1 到 86400 之间。", "--interval is 1 to 86400.").here)
    }
  }

  func run() throws {
    let printer = common.printer
    let home = try common.openHome()
    let replica = try home.replica()
    let stop = StopSignal()
    var schedule = Schedule(interval: interval)
    repeat {
      do {
        let report = try exchange(home, replica, stop)
        try tell(report, nil, printer)
        if once {
          if !report.refused.isEmpty { throw ExitCode(ExitStatus.notPermitted.rawValue) }
          return
        }
        schedule.noteSuccess()
      } catch {
        if once { throw error }
        if stop.isStopped { return }
        let failure = Failure(error)
        try tell(nil, failure, printer)
        schedule.noteFailure(notBefore: failure.details["retryAfterSeconds"].flatMap { Double($0) } ?? 0)
      }
    } while !sleep(schedule.delay, stop)
  }

  private func tell(_ report: SyncReport?, _ failure: Failure?, _ printer: Printer) throws {
    let now = Environment.clock()
    let line = Line(at: Format.iso(now), report: report, failure: failure?.document(printer.language).error)
    try printer.show(line) { printer in
      printer.line(Format.time(now))
      report?.tell(printer)
      if let failure { printer.report(failure) }
    }
  }

  private func exchange(_ home: Home, _ replica: Replica, _ stop: StopSignal) throws -> SyncReport {
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    // The home is read anew: an enrolment may have brought another token or address.
    let current = try Home(opening: home.folder)
    let exchange = Exchange(home: current, replica: replica, isCancelled: { stop.isStopped })
    let summary = try exchange.run()
    do {
      return try SyncReport(summary, try exchange.moveAttachments(attachments), home.survey(over: replica))
    } catch {
      throw SyncReport.failure(ofFiles: error)
    }
  }

  /// Sleeps until it is time, a network appears, or it is told to stop.
  /// - Returns: whether to stop.
  private func sleep(_ seconds: Double, _ stop: StopSignal) -> Bool {
    var watch = RouteWatch()
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
      if stop.wait(seconds: min(2, max(0, deadline.timeIntervalSinceNow))) { return true }
      if watch.hasAppeared() { return stop.isStopped }
    }
    return stop.isStopped
  }

  private struct Line: Encodable {
    let at: String
    let report: SyncReport?
    let failure: Failure.Document.Body?
  }
}

/// When to sync next: after a failure soon, then ever later, up to the interval. A little chance keeps a fleet of laptops from coming
/// all at once.
struct Schedule {
  /// Seconds between exchanges while all goes well.
  let interval: Double
  /// The exchanges that failed since the last that did not.
  private(set) var failures = 0
  /// How long the relay asked to wait, in seconds.
  private var asked = 0.0
  /// How soon after the first failure to try again, in seconds.
  private static let firstRetry = 5.0
  /// Doubling more often than this is beyond any interval.
  private static let mostDoublings = 16

  init(interval: Double) { self.interval = interval }

  mutating func noteSuccess() { self = Schedule(interval: interval) }

  /// - Parameter seconds: how long the relay asked to wait; 0 if it did not.
  mutating func noteFailure(notBefore seconds: Double = 0) {
    failures = min(failures + 1, Self.mostDoublings)
    asked = seconds
  }

  /// How long to wait now, in seconds.
  var delay: Double {
    if failures == 0 { return interval * Double.random(in: 0.9...1.1) }
    return max(asked, min(interval, Self.firstRetry * Double(1 << (failures - 1))) * Double.random(in: 0.8...1.2))
  }
}

/// Notices that a way to other networks has appeared: a default route that was not there before.
struct RouteWatch {
  private var known: Set<String>

  init() { known = Self.defaultRoutes() }

  mutating func hasAppeared() -> Bool {
    let now = Self.defaultRoutes()
    defer { known = now }
    return !now.subtracting(known).isEmpty
  }

  /// The interfaces and gateways of the kernel's default routes; none where the system does not tell.
  private static func defaultRoutes() -> Set<String> {
    var routes: Set<String> = []
    for line in (try? String(contentsOfFile: "/proc/net/route", encoding: .utf8))?.split(separator: "\n").dropFirst() ?? [] {
      let fields = line.split(separator: "\t")
      if fields.count > 2, fields[1] == "00000000" { routes.insert(fields[0] + " " + fields[2]) }
    }
    for line in (try? String(contentsOfFile: "/proc/net/ipv6_route", encoding: .utf8))?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: " ")
      // Destination, its prefix length, …, next hop at 4, interface last; the loopback's reject route is no way out.
      if fields.count > 9, fields[0].allSatisfy({ $0 == "0" }), fields[1] == "00", fields[9] != "lo" {
        routes.insert(fields[9] + " " + fields[4])
      }
    }
    return routes
  }
}
