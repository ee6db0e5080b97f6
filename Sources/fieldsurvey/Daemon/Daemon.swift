import Foundation
import SyncCore
import SyncKit

/// The loop that exchanges whenever it is time, the machine's state allows it, or a network has appeared.
final class Daemon {
  /// How often the machine is looked at while something keeps the daemon from exchanging, in seconds.
  private static let look = 60.0
  /// How often routes are looked at where the kernel does not tell of them, in seconds.
  private static let routeInterval = 2.0
  /// How often what an exchange has done so far is written down, in seconds.
  private static let progressInterval = 1.0

  private let home: Home
  private let manners: Manners
  private let attachments: AttachmentWish
  private let surroundings: Surroundings
  private let stop: StopSignal
  private var state: DaemonState
  private var schedule: Schedule
  /// Opened when it can be: a protected home may be locked at first.
  private var replica: Replica?
  /// The certificate with which it was opened.
  private var certificate: IssuedCertificate?

  init(
    _ home: Home, _ schedule: Schedule, _ manners: Manners, _ attachments: AttachmentWish, _ surroundings: Surroundings, _ stop: StopSignal
  ) {
    (self.home, self.schedule, self.manners, self.surroundings, self.stop) = (home, schedule, manners, surroundings, stop)
    self.attachments = attachments
    let before = DaemonState.read(home)
    state = DaemonState()
    (state.last, state.told) = (before?.last, before?.told ?? [])
  }

  /// Exchanges until it is told to stop.
  /// - Parameter tell: told how each exchange ended.
  func run(_ tell: (SyncReport?, Failure?) throws -> Void) throws {
    defer { note(.ended) }
    while !stop.isStopped {
      let verdict = verdict()
      if case .wait(let reason, let until) = verdict {
        note(.paused, reason, next: until)
        _ = stop.wait(seconds: min(Self.look, until.map { max(1, $0.timeIntervalSinceNow) } ?? Self.look))
        continue
      }
      do {
        try tell(exchange(), nil)
        schedule.noteSuccess()
      } catch {
        if stop.isStopped { return }
        let failure = Failure(error)
        try tell(nil, failure)
        schedule.noteFailure(notBefore: failure.details["retryAfterSeconds"].flatMap { Double($0) } ?? 0)
      }
      let delay = schedule.delay * (verdict == .sparingly ? Manners.sparingFactor : 1)
      note(.waiting, next: Date().addingTimeInterval(delay))
      sleep(delay)
    }
  }

  /// Exchanges once, or says why not now.
  func runOnce() throws -> SyncReport {
    defer { note(.ended) }
    if case .wait(let reason, _) = verdict() { throw Self.notNow(reason) }
    return try exchange()
  }

  private func verdict() -> Manners.Verdict {
    manners.verdict(now: Date(timeIntervalSince1970: Double(Environment.clock()) / 1000), surroundings)
  }

  // MARK: One exchange

  private func exchange() throws -> SyncReport {
    note(.exchanging)
    do {
      let (summary, report) = try exchanged()
      state.last = .init(
        at: Environment.clock(), sent: summary.sent, received: summary.received, refused: summary.refused.count, failure: nil)
      tellOfReturned(report)
      return report
    } catch {
      // What had been acknowledged before it failed was sent all the same.
      state.last = .init(
        at: Environment.clock(), sent: state.sent, received: state.received, refused: 0, failure: Failure(error).code)
      throw error
    }
  }

  private func exchanged() throws -> (ExchangeSummary, SyncReport) {
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    // The home is read anew: an enrolment may have brought another token or address.
    let current = try Home(opening: home.folder)
    // A certificate that was taken up since, of another role or key, counts for what is written from now on.
    if certificate != current.profile.certificate { replica = nil }
    let replica = try replica ?? current.replica()
    (self.replica, certificate) = (replica, current.profile.certificate)
    var written = ContinuousClock.now
    let exchange = Exchange(home: current, replica: replica, isCancelled: { [stop] in stop.isStopped })
    let summary = try exchange.run { [self] progress in
      (state.sent, state.received) = (progress.sent, progress.received)
      guard written.duration(to: .now) > .seconds(Self.progressInterval) else { return }
      written = .now
      note(.exchanging)
    }
    do {
      let files = try exchange.moveAttachments(manners.files(attachments, surroundings))
      return (summary, try SyncReport(summary, files, current.survey(over: replica)))
    } catch {
      throw SyncReport.failure(ofFiles: error)
    }
  }

  // MARK: What it says

  /// Tells whoever sits at the machine that something came back, once for each thing, where the desktop shows notes. How many is said and
  /// not what: it may show on a locked screen.
  private func tellOfReturned(_ report: SyncReport) {
    let rejections = (try? replica?.rejections()) ?? []
    let all =
      report.refused.map { "refused \($0.scope) \($0.changeset)" } + rejections.map { "rejected \($0.scope.name) \($0.dot)" }
      + report.handovers.map { "withdrawn \($0.enterpriseID)" }
    let digests = Set(all.map { Hex.text(Codec.standard.digest(Array($0.utf8))) })
    let new = digests.subtracting(state.told).count
    state.told = digests
    guard new > 0 else { return }
    let text = Text("有 \(new) 项被退回或收回,请运行 fieldsurvey status 查看。", "\(new) returned or withdrawn: see fieldsurvey status.")
    Helper.run("notify-send", ["--app-name=\(Program.name)", Program.name, text.here])
  }

  private func note(_ activity: DaemonState.Activity, _ reason: Manners.Reason? = nil, next: Date? = nil) {
    if activity == .exchanging, state.activity != .exchanging { (state.sent, state.received) = (0, 0) }
    (state.activity, state.reason) = (activity, reason)
    state.next = next.map { Int64($0.timeIntervalSince1970 * 1000) }
    // For people to look at; where it cannot be written, the exchange itself will say so.
    try? state.write(home)
  }

  // MARK: Waiting

  /// Sleeps until it is time, a network appears, or it is told to stop.
  private func sleep(_ seconds: Double) {
    let (news, period) = routeNews()
    defer { withExtendedLifetime(news) {} }
    var watch = RouteWatch(surroundings.routes)
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
      if stop.wait(seconds: min(period, max(0, deadline.timeIntervalSinceNow))) || watch.hasAppeared() { return }
    }
  }

  /// What wakes the daemon when routes change, and how often it looks at them all the same, in seconds.
  private func routeNews() -> (AnyObject?, period: Double) {
    #if canImport(Glibc)
      if let news = RouteNews({ [stop] in stop.nudge() }) { return (news, Self.look) }
    #endif
    return (nil, Self.routeInterval)
  }

  private static func notNow(_ reason: Manners.Reason) -> Failure {
    let why =
      switch reason {
      case .window: Text("现在不在同步时段内。", "It is not the time of day for it.")
      case .battery: Text("电量低于 \(Manners.leastBattery)%。", "The battery is below \(Manners.leastBattery) %.")
      case .metered: Text("这个网络按流量计费。", "This network is metered.")
      }
    return Failure(
      "not-now", .tryLater, why, kept: Failure.allKept,
      next: Text("要现在就同步:fieldsurvey sync。", "To exchange now all the same: fieldsurvey sync."), details: ["reason": reason.rawValue])
  }
}
