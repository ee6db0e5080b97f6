import ArgumentParser
import Foundation

/// What the machine says of its power and its network, as far as it does.
struct Surroundings: Sendable {
  enum Power: Hashable, Sendable {
    case mains
    /// How full, in percent.
    case battery(Int)
  }

  /// A machine that does not tell has mains.
  var power: @Sendable () -> Power
  /// Whether what is sent and received costs money.
  var isMetered: @Sendable () -> Bool
  /// The ways out to other networks.
  var routes: @Sendable () -> Set<String>

  static let system = Surroundings(
    power: { power(in: "/sys/class/power_supply") },
    isMetered: {
      let answer = Helper.run(
        "busctl",
        [
          "--system", "--auto-start=no", "get-property", "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager",
          "org.freedesktop.NetworkManager", "Metered",
        ])
      return isMetered(answer ?? "")
    }, routes: { RouteWatch.defaultRoutes() })

  /// Reads the kernel's power supplies. Batteries of mice and keyboards, whose scope is a device, are not this machine's.
  static func power(in folder: String) -> Power {
    func fact(_ supply: String, _ name: String) -> String {
      ((try? String(contentsOfFile: "\(folder)/\(supply)/\(name)", encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let supplies = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { fact($0, "scope") != "Device" }
    if supplies.contains(where: { fact($0, "type") != "Battery" && fact($0, "online") == "1" }) { return .mains }
    let discharging = supplies.filter { fact($0, "type") == "Battery" && fact($0, "status") == "Discharging" }
    return discharging.compactMap { Int(fact($0, "capacity")) }.max().map { .battery($0) } ?? .mains
  }

  /// Reads what NetworkManager says: 1 is yes, 3 is a guess at yes, as of a telephone's hotspot.
  static func isMetered(_ answer: String) -> Bool {
    ["u 1", "u 3"].contains(answer.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// What is done on a network that costs money.
enum MeteredUse: String, ExpressibleByArgument, CaseIterable, Sendable {
  case always
  /// A quarter as often.
  case sparingly
  case never
}

/// Whether the daemon exchanges now.
struct Manners: Sendable {
  let window: DayWindow?
  let metered: MeteredUse
  /// At less than this, in percent, the battery is for its owner.
  static let leastBattery = 20
  /// How much longer the daemon waits between exchanges where it is to be sparing.
  static let sparingFactor = 4.0

  enum Verdict: Hashable, Sendable {
    case go
    case sparingly
    /// Not before a moment, or not until something has changed.
    case wait(Reason, until: Date?)
  }

  enum Reason: String, Codable, Sendable {
    case window
    case battery
    case metered
  }

  func verdict(now: Date, _ surroundings: Surroundings, calendar: Calendar = .current) -> Verdict {
    if let opening = window?.opening(from: now, calendar: calendar), opening > now { return .wait(.window, until: opening) }
    let power = surroundings.power()
    if case .battery(let percent) = power, percent < Self.leastBattery { return .wait(.battery, until: nil) }
    let isMetered = metered != .always && surroundings.isMetered()
    if isMetered, metered == .never { return .wait(.metered, until: nil) }
    return isMetered || power != .mains ? .sparingly : .go
  }

  /// Which files go along: over a metered network none, unless it is to make no difference. A day's photographs are fifty times its words.
  func files(_ wish: AttachmentWish, _ surroundings: Surroundings) -> AttachmentWish {
    metered != .always && surroundings.isMetered() ? .none : wish
  }
}
