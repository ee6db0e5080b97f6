import ArgumentParser
import Foundation

/// A part of each day, such as the night, by the machine's own clock and time zone: `22:00-06:00`. It begins later on some devices than on
/// others, so that a fleet does not come at one moment.
struct DayWindow: ExpressibleByArgument, Hashable, Sendable {
  /// Seconds since midnight.
  let start: Int
  let end: Int

  private static let day = 86_400
  /// The last device begins no later than this, in seconds, nor than in the middle of the window.
  static let mostJitter = 3600

  init?(argument: String) {
    let halves = argument.split(separator: "-", omittingEmptySubsequences: false).map(Self.seconds)
    guard halves.count == 2, let start = halves[0], let end = halves[1], start != end else { return nil }
    (self.start, self.end) = (start, end)
  }

  private init(start: Int, end: Int) { (self.start, self.end) = (start, end) }

  private static func seconds(_ text: Substring) -> Int? {
    guard let found = text.wholeMatch(of: /([01][0-9]|2[0-3]):([0-5][0-9])/), let hour = Int(found.1), let minute = Int(found.2) else {
      return nil
    }
    return hour * 3600 + minute * 60
  }

  /// The same window for one device: what its identifier says decides how much later it begins, each night alike.
  func begun(for device: String) -> DayWindow {
    let length = (end - start + Self.day) % Self.day
    // The identifier is random: its first digits are as good as a throw of dice.
    let share = Double(UInt32(device.prefix(8), radix: 16) ?? 0) / Double(UInt32.max)
    return DayWindow(start: (start + Int(share * Double(min(length / 2, Self.mostJitter)))) % Self.day, end: end)
  }

  /// When it is open next: now, if it is.
  func opening(from now: Date, calendar: Calendar = .current) -> Date {
    let parts = calendar.dateComponents([.hour, .minute, .second], from: now)
    let second = (parts.hour ?? 0) * 3600 + (parts.minute ?? 0) * 60 + (parts.second ?? 0)
    let isOpen = start < end ? (start..<end).contains(second) : second >= start || second < end
    if isOpen { return now }
    let opening = DateComponents(hour: start / 3600, minute: start / 60 % 60, second: start % 60)
    // Where the clock is put forward over that moment, the next one after it.
    return calendar.nextDate(after: now, matching: opening, matchingPolicy: .nextTime) ?? now
  }
}
