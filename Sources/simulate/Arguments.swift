import Foundation
import SyncSimulator

let usage = """
  Plays what the simulator draws from seeds, and says what it came to in a line of JSON.

      simulate worlds --seeds 200 --from 0 [--world KIND]   worlds; KIND is any, histories, or the name of a fault that each must have
      simulate merge --steps 1000000 --from 0               random histories of the merge and the clock alone
      simulate cases --length 4 [--forms]                   every small history of the merge
      simulate disk --class power-loss --seeds 200 --from 0 disks that lose power, or fail: io-error, disk-full
      simulate wire|cuts|repeats --seeds 200 --from 0       forged messages; an exchange cut at each byte; answers lost, requests repeated
      simulate year --laptops 102 --days 365 [--keep-all]   how large files become; with everything kept, to compare
      simulate reproduce --seed 42 [--world KIND|merge]     one of them, shrunk, with a test to keep; --no-shrink as it is

    --commit ID --json FILE        the commit that stands in the record; the file that the record is added to
    --seconds N --stop             end after so long, or at the first failure
    --jobs N                       play so many worlds at the same time
    --every N                      of disks and messages only each nth

  Exits with 0 when nothing failed, 1 when something did, 64 when it was asked for nothing it knows.
  """

struct Arguments {
  enum Command: String { case worlds, merge, cases, disk, wire, cuts, repeats, year, reproduce }

  var command = Command.worlds
  var seeds = 200
  var steps = 1_000_000
  var from = 0
  var seed = 0
  var world = "any"
  var disk = DiskFailure.powerLoss
  var every = 1
  var length = 4
  var jobs = 1
  var laptops = 102
  var days = 365
  var keepsAll = false
  var forms = false
  var stops = false
  var shrinks = true
  var commit = "unknown"
  var json: String?
  var limit = Double.infinity

  /// - Returns: nil when a word is not understood.
  init?(_ words: [String]) {
    var words = words[...]
    guard let command = words.popFirst().flatMap({ Command(rawValue: $0) }) else { return nil }
    self.command = command
    while let word = words.popFirst() {
      switch word {
      case "--stop": stops = true
      case "--no-shrink": shrinks = false
      case "--keep-all": keepsAll = true
      case "--forms": forms = true
      default:
        guard let value = words.popFirst(), take(word, value) else { return nil }
      }
    }
  }

  private mutating func take(_ word: String, _ value: String) -> Bool {
    func read(_ path: WritableKeyPath<Arguments, Int>) -> Bool {
      guard let number = Int(value), number >= 0 || path == \.seed || path == \.from else { return false }
      self[keyPath: path] = number
      return true
    }
    switch word {
    case "--seeds": return read(\.seeds)
    case "--steps": return read(\.steps)
    case "--from": return read(\.from)
    case "--seed": return read(\.seed)
    case "--length": return read(\.length)
    case "--jobs": return read(\.jobs)
    case "--laptops": return read(\.laptops) && laptops > 1
    case "--days": return read(\.days)
    case "--every": return read(\.every) && every > 0
    case "--class":
      guard let failure = DiskFailure(rawValue: value) else { return false }
      disk = failure
    case "--world": world = value
    case "--commit": commit = value
    case "--json": json = value
    case "--seconds":
      guard let seconds = Double(value) else { return false }
      limit = seconds
    default: return false
    }
    return true
  }

  /// What has to be typed to have this again.
  var text: String { (["simulate"] + CommandLine.arguments.dropFirst().filter { $0 != json && $0 != "--json" }).joined(separator: " ") }
}
