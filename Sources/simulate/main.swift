import Foundation
import SyncSimulator

guard let arguments = Arguments(Array(CommandLine.arguments.dropFirst())) else {
  say(usage)
  exit(64)
}

/// The scoreboard's name for worlds of a kind.
func name(_ kind: WorldOptions.Kind) -> (class: String, title: String) {
  switch kind {
  case .any: ("A3", "whole worlds, safety then liveness")
  case .histories: ("A2", "seeded histories on real SQLite")
  case .with(.clones): ("E1", "cloned device")
  case .with(.deviceRestores): ("E2", "restored device")
  case .with(.relayRestores): ("E3", "restored relay")
  case .with(.clocks): ("E4", "wrong clocks")
  case .with(.skew): ("F2", "schema skew")
  case .with(let fault): ("A3 \(fault.rawValue)", "whole worlds with \(fault.rawValue)")
  }
}

func kind() -> WorldOptions.Kind {
  guard let kind = WorldOptions.Kind(arguments.world) else {
    say("simulate: no world \(arguments.world)\n\n\(usage)")
    exit(64)
  }
  return kind
}

func trials(_ kind: any Trials.Type) -> Bool {
  var campaign = Campaign(arguments, class: kind.kind.name, title: kind.kind.title)
  return campaign.trials(kind)
}

let isClean: Bool
switch arguments.command {
case .worlds:
  let (short, title) = name(kind())
  var campaign = Campaign(arguments, class: short, title: title)
  isClean = campaign.worlds(kind())
case .merge:
  var campaign = Campaign(arguments, class: "A1", title: "pure merge and clock steps")
  isClean = campaign.merge()
case .cases:
  var campaign = Campaign(arguments, class: "A1 cases", title: "every small history of the merge")
  isClean = campaign.cases()
case .disk:
  var campaign = Campaign(arguments, class: arguments.disk.row, title: arguments.disk.title)
  isClean = try campaign.disks()
case .wire: isClean = trials(WireTrials.self)
case .cuts: isClean = trials(CutTrials.self)
case .repeats: isClean = trials(RepeatTrials.self)
case .year:
  var campaign = Campaign(arguments, class: arguments.keepsAll ? "year, all kept" : "year", title: "a year of laptops: bytes in use")
  isClean = try campaign.year()
case .reproduce:
  isClean = arguments.world == "merge" ? reproduceMerge(arguments.seed) : reproduce(arguments.seed, kind(), shrinks: arguments.shrinks)
}
exit(isClean ? 0 : 1)
