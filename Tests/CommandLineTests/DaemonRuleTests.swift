import Foundation
import Testing

@testable import fieldsurvey

/// When the daemon exchanges, by the time of day, the power and the network.
@Suite struct DaemonRuleTests {
  private static func calendar(_ zone: String = "Asia/Shanghai") throws -> Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: zone))
    return calendar
  }

  private static func date(_ text: String, _ calendar: Calendar) throws -> Date {
    let fields = text.split { !$0.isNumber }.compactMap { Int($0) }
    return try #require(
      calendar.date(from: DateComponents(year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4])))
  }

  // MARK: The window

  @Test(arguments: ["22:00-06:00", "00:00-23:59", "09:30-09:31"]) func windowsAreTimesOfDay(text: String) {
    #expect(DayWindow(argument: text) != nil)
  }

  @Test(arguments: ["", "22-6", "22:00", "24:00-06:00", "22:60-06:00", "22:00-22:00", "22:00-06:00-07:00", "2:00-06:00", "２２:00-06:00"])
  func whatIsNoWindowIsNotTaken(text: String) { #expect(DayWindow(argument: text) == nil) }

  @Test(arguments: [
    ("22:00-06:00", "2026-03-02 21:59", "2026-03-02 22:00"), ("22:00-06:00", "2026-03-02 22:00", nil),
    ("22:00-06:00", "2026-03-02 23:59", nil),
    ("22:00-06:00", "2026-03-03 05:59", nil), ("22:00-06:00", "2026-03-03 06:00", "2026-03-03 22:00"),
    ("09:00-17:00", "2026-03-02 08:59", "2026-03-02 09:00"), ("09:00-17:00", "2026-03-02 16:59", nil),
    ("09:00-17:00", "2026-03-31 17:00", "2026-04-01 09:00"),
  ])
  func aWindowOpensAtItsTimeAndStaysOpenToItsEnd(window: String, now: String, opening: String?) throws {
    let calendar = try Self.calendar()
    let at = try Self.date(now, calendar)
    #expect(
      try #require(DayWindow(argument: window)).opening(from: at, calendar: calendar) == opening.map { try Self.date($0, calendar) } ?? at)
  }

  @Test func aWindowThatTheClockLeapsOverOpensAfterTheLeap() throws {
    let calendar = try Self.calendar("Europe/Berlin")
    let opening = try #require(DayWindow(argument: "02:30-04:00")).opening(
      from: Self.date("2026-03-29 00:00", calendar), calendar: calendar)
    #expect(opening == (try Self.date("2026-03-29 03:00", calendar)))
  }

  @Test func devicesBeginAtMomentsOfTheirOwnAndEachAlikeEveryNight() throws {
    let window = try #require(DayWindow(argument: "22:00-06:00"))
    #expect(window.begun(for: "00000000ffff") == window)
    #expect(window.begun(for: "ffffffff0000").start == window.start + DayWindow.mostJitter)
    #expect(window.begun(for: "ffffffff0000").end == window.end)
    // A short window begins by its middle.
    #expect(try #require(DayWindow(argument: "23:50-00:10")).begun(for: "ffffffff").start == 0)
    let starts = (0..<200).map { number in window.begun(for: Hex8.text(UInt32(number) &* 2_654_435_761)).start - window.start }
    #expect(starts.allSatisfy { (0...DayWindow.mostJitter).contains($0) })
    #expect(Set(starts).count > 190)
    // They fill the hour: no quarter of it has half of them.
    for quarter in 0..<4 { #expect(starts.count { $0 / 900 == quarter } < 100) }
  }

  private enum Hex8 {
    static func text(_ number: UInt32) -> String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }
  }

  // MARK: Power and network

  private static func supplies(_ facts: [String: [String: String]]) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    for (supply, files) in facts {
      let url = folder.url.appendingPathComponent(supply)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for (name, text) in files { try Data((text + "\n").utf8).write(to: url.appendingPathComponent(name)) }
    }
    return (folder, folder.url.path)
  }

  @Test func powerIsWhatTheKernelSays() throws {
    let mains = ["type": "Mains", "online": "1"]
    let unplugged = ["type": "Mains", "online": "0"]
    let battery = ["type": "Battery", "status": "Discharging", "capacity": "37"]
    let full = ["type": "Battery", "status": "Full", "capacity": "100"]
    let mouse = ["type": "Battery", "scope": "Device", "status": "Discharging", "capacity": "3"]
    let usb = ["type": "USB", "online": "1"]
    let cases: [([String: [String: String]], Surroundings.Power)] = [
      ([:], .mains), (["AC": mains, "BAT0": battery], .mains), (["AC": unplugged, "BAT0": battery], .battery(37)),
      (["BAT0": battery, "BAT1": battery.merging(["capacity": "80"]) { $1 }], .battery(80)), (["BAT0": full], .mains),
      (["mouse": mouse], .mains),
      (["AC": unplugged, "mouse": mouse, "BAT0": battery], .battery(37)), (["AC": unplugged, "usb": usb, "BAT0": battery], .mains),
    ]
    for (facts, power) in cases {
      let (folder, path) = try Self.supplies(facts)
      withExtendedLifetime(folder) { #expect(Surroundings.power(in: path) == power, "\(facts)") }
    }
    #expect(Surroundings.power(in: "/nowhere") == .mains)
  }

  @Test(arguments: [("u 0\n", false), ("u 1\n", true), ("u 2\n", false), ("u 3\n", true), ("u 4\n", false), ("", false), ("u 11", false)])
  func aNetworkIsMeteredIfNetworkManagerSaysOrGuessesSo(answer: String, isMetered: Bool) {
    #expect(Surroundings.isMetered(answer) == isMetered)
  }

  @Test func theDaemonHasManners() throws {
    let calendar = try Self.calendar()
    let (day, night) = (try Self.date("2026-03-02 12:00", calendar), try Self.date("2026-03-02 23:00", calendar))
    func verdict(_ power: Surroundings.Power, isMetered: Bool, _ use: MeteredUse, _ now: Date, _ window: String? = nil) -> Manners.Verdict {
      let surroundings = Surroundings(power: { power }, isMetered: { isMetered }, routes: { [] })
      return Manners(window: window.flatMap { DayWindow(argument: $0) }, metered: use).verdict(now: now, surroundings, calendar: calendar)
    }
    #expect(verdict(.mains, isMetered: false, .never, day) == .go)
    #expect(verdict(.battery(Manners.leastBattery), isMetered: false, .never, day) == .sparingly)
    #expect(verdict(.battery(Manners.leastBattery - 1), isMetered: false, .always, day) == .wait(.battery, until: nil))
    #expect(verdict(.mains, isMetered: true, .always, day) == .go)
    #expect(verdict(.mains, isMetered: true, .sparingly, day) == .sparingly)
    #expect(verdict(.mains, isMetered: true, .never, day) == .wait(.metered, until: nil))
    let opening = try Self.date("2026-03-02 22:00", calendar)
    #expect(verdict(.mains, isMetered: false, .always, day, "22:00-06:00") == .wait(.window, until: opening))
    #expect(verdict(.mains, isMetered: false, .always, night, "22:00-06:00") == .go)
  }

  @Test func aRouteThatWasNotThereIsANetworkThatAppeared() {
    final class Box: @unchecked Sendable { var routes: Set<String> = ["eth0 a"] }
    let box = Box()
    var watch = RouteWatch { box.routes }
    var seen: [Bool] = []
    // One that goes is none that appeared.
    for routes: Set<String> in [["eth0 a"], [], ["wlan0 b"], ["wlan0 b"], ["wlan0 b", "eth0 a"]] {
      box.routes = routes
      seen.append(watch.hasAppeared())
    }
    #expect(seen == [false, false, true, false, true])
  }
}
