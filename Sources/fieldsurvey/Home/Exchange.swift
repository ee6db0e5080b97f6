import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

/// A home's exchange with its relay: over HTTP from a laptop, within the machine at the office.
struct Exchange {
  /// The name under which a replica remembers its relay.
  static let peer = "relay"

  let home: Home
  let replica: Replica
  /// The office's relay where this process has it open already; else it is opened when needed.
  var relay: Relay?
  /// Asked now and then whether to stop; what has been exchanged by then is kept.
  var isCancelled: () -> Bool = { false }
  /// Told for how many seconds it waits because the relay asks for it.
  var onWait: (Int) -> Void = { _ in }

  /// Exchanges until both sides hold the same of what both may hold. The caller holds a ``SyncLock``.
  /// - Throws: a failure that says what went through before.
  func run(progress: @escaping (ExchangeProgress) -> Void = { _ in }) throws -> ExchangeSummary {
    var reached: ExchangeProgress?
    do {
      let (transport, packs) = try ways()
      let summary = try replica.sync(with: transport, packs: packs, peer: Self.peer) { state in
        reached = state
        progress(state)
      }
      try home.takeUpCertificate(of: replica)
      // What is noted of what has come leaves at once, so that others hear of it with their next exchange.
      let survey = home.survey(over: replica)
      var noted = home.isOffice ? try survey.noteLateRecords() : 0
      if home.profile.role != .archive { noted += try survey.followErasures(on: home.profile.device) }
      if noted > 0 { _ = try replica.sync(with: transport, peer: Self.peer) { reached = $0 } }
      return summary
    } catch {
      let failure = Failure(error)
      guard let reached, reached.sent + reached.received > 0 else { throw failure }
      throw failure.keeping(
        Text(
          "断开之前已送达 \(reached.sent) 条、收到 \(reached.received) 条变更,不会重传;其余保留在本机。",
          "\(Format.count(reached.sent, "changeset")) sent and \(reached.received) received before that stay so; the rest is kept here."))
    }
  }

  /// The ways to the relay: for messages, and for what a first exchange takes at once.
  func ways() throws -> (messages: any ExchangeTransport, packs: any PackSource) {
    switch home.profile.role {
    case .office, .archive:
      let access = try (relay ?? home.relay()).officeAccess()
      return (LocalTransport(access), access)
    case .laptop:
      let connection = try connection()
      let patient = PatientTransport(over: connection) { (duration) throws(TransportError) in try wait(duration) }
      return (patient, RemotePacks(connection, waitingAs: patient))
    }
  }

  /// A laptop's connection to its relay.
  func connection() throws -> CurlTransport {
    guard let url = home.profile.relay else {
      throw Failure(
        "no-relay", .notConfigured, Text("home.json 里没有中继地址。", "home.json names no relay."), kept: Failure.allKept,
        next: Text("请重新登记:fieldsurvey enrol URL CODE。", "Enrol again: fieldsurvey enrol URL CODE."))
    }
    let options = try (home.profile.connection ?? ConnectionSettings()).options(in: home.folder)
    let transport = try CurlTransport(baseURL: url, token: try home.token(), options: options)
    transport.isCancelled = isCancelled
    return transport
  }

  /// Waits as long as the relay says, unless it is to stop.
  func wait(_ duration: Duration) throws(TransportError) {
    onWait(Int(duration.components.seconds) + (duration.components.attoseconds > 0 ? 1 : 0))
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end {
      if isCancelled() { throw TransportError(.cancelled) }
      Thread.sleep(forTimeInterval: 0.1)
    }
  }
}
