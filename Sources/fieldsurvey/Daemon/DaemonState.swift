import Foundation
import SyncKit

/// What the daemon does, and how its last exchange ended: the file `daemon.json`, for `status` to tell. It holds numbers and codes, no case.
struct DaemonState: Codable, Sendable {
  enum Activity: String, Codable, Sendable {
    /// Until the next exchange.
    case waiting
    case exchanging
    /// For the reason given.
    case paused
    case ended
  }

  /// How an exchange ended.
  struct Result: Codable, Hashable, Sendable {
    /// In milliseconds since 1970.
    let at: Int64
    /// What the relay has acknowledged that it holds durably, and nothing else.
    let sent: Int
    let received: Int
    /// Changesets that the relay did not take.
    let refused: Int
    /// Why it failed; nil when it did not.
    let failure: String?
  }

  var activity = Activity.waiting
  /// Why it is paused.
  var reason: Manners.Reason?
  /// When it goes on, in milliseconds since 1970, where that is known.
  var next: Int64?
  /// What the exchange under way has done by now.
  var sent = 0
  var received = 0
  var last: Result?
  /// What its user was told of, as digests, so that it is told once.
  var told: Set<String> = []

  static func url(_ home: Home) -> URL { home.folder.appendingPathComponent("daemon.json") }

  /// What was written last; nil where no daemon has ever run here, or what it wrote cannot be read.
  static func read(_ home: Home) -> DaemonState? {
    (try? Data(contentsOf: url(home))).flatMap { try? JSONDecoder().decode(DaemonState.self, from: $0) }
  }

  func write(_ home: Home) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try PrivateFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: Self.url(home))
  }
}

/// What `status` tells of the daemon.
struct DaemonRecord: Encodable {
  let isRunning: Bool
  let activity: DaemonState.Activity
  let reason: Manners.Reason?
  let next: String?
  let sent: Int
  let received: Int
  let lastExchange: String?
  let lastSent: Int?
  let lastReceived: Int?
  let lastRefused: Int?
  let lastFailure: String?
  private let state: DaemonState

  private enum CodingKeys: CodingKey {
    case isRunning, activity, reason, next, sent, received, lastExchange, lastSent, lastReceived, lastRefused, lastFailure
  }

  /// Nil where no daemon has ever run. Whether one runs now is the kernel's to say: a file may be older than the last crash.
  init?(_ home: Home) {
    guard let state = DaemonState.read(home) else { return nil }
    self.state = state
    isRunning = SyncLock.isHeld(home, .daemon)
    activity = isRunning ? state.activity : .ended
    reason = isRunning ? state.reason : nil
    next = isRunning ? state.next.map(Format.iso) : nil
    (sent, received) = isRunning && activity == .exchanging ? (state.sent, state.received) : (0, 0)
    lastExchange = state.last.map { Format.iso($0.at) }
    lastSent = state.last?.sent
    lastReceived = state.last?.received
    lastRefused = state.last?.refused
    lastFailure = state.last?.failure
  }

  func tell(_ printer: Printer, now: Int64) { printer.say(Text("后台  ", "Daemon      ") + doing + last(now)) }

  private var doing: Text {
    switch activity {
    case .ended: Text("没有在运行", "not running")
    case .exchanging: Text("正在同步:已送 \(sent),已收 \(received)", "exchanging: sent \(sent), received \(received)")
    case .waiting: state.next.map { Text("下次 \(Format.time($0))", "next at \(Format.time($0))") } ?? Text("运行中", "running")
    case .paused:
      switch reason {
      case .window:
        state.next.map { Text("等到 \(Format.time($0)) 的时段", "waits for its window at \(Format.time($0))") } ?? Text("等待时段", "waits")
      case .battery: Text("电量低,暂停", "paused: the battery is low")
      case .metered: Text("按流量计费的网络,暂停", "paused: this network is metered")
      case nil: Text("暂停", "paused")
      }
    }
  }

  private func last(_ now: Int64) -> Text {
    guard let last = state.last else { return Text("", "") }
    let ago = Format.ago(last.at, now: now)
    if let failure = last.failure { return Text(";上次 \(ago.zh):失败(\(failure))", "; last \(ago.en): failed (\(failure))") }
    let refused = last.refused > 0 ? Text(",退回 \(last.refused)", ", returned \(last.refused)") : Text("", "")
    return Text(
      ";上次 \(ago.zh):送达 \(last.sent),收到 \(last.received)", "; last \(ago.en): sent \(last.sent), received \(last.received)") + refused
  }
}
