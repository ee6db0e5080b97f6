import SyncSimulator

/// Plays one seed again, shrinks what fails and prints a test to keep.
/// - Returns: whether nothing failed.
func reproduce(_ seed: Int, _ kind: WorldOptions.Kind, shrinks: Bool) -> Bool {
  let options = WorldOptions(seed: seed, kind: kind)
  let actions = ActionSource.history(options)
  say("world \(seed) (\(kind.name)): \(Report.line(options))")
  let outcome = Simulation.playTwice(seed: seed, kind: kind)
  guard let failure = outcome.failure else {
    say("no failure in \(outcome.steps) steps, trace \(String(outcome.trace, radix: 16))")
    return true
  }
  if failure.step < actions.count { say("step \(failure.step) of \(actions.count): \(actions[failure.step])") }
  say("FAILS \(failure.invariant) (docs/invariants.md): \(failure.message)")
  guard shrinks, failure.invariant != "I-14" else { return false }
  var shrinker = Shrinker(Shrinker.Story(options: options, actions: actions), failure)
  shrinker.shrink()
  let small = shrinker.story.options
  say(
    "shrunk to \(shrinker.story.actions.count) steps, \(small.replicas) devices, \(small.scopes) scopes, \(small.rows) rows: \(shrinker.failure)"
  )
  for (at, action) in shrinker.story.actions.enumerated() { say("  \(at): \(action)") }
  say("\nA regression test:\n\n\(Report.test(shrinker.story, shrinker.failure))")
  return false
}

/// Plays one history of the merge again and tells it.
func reproduceMerge(_ seed: Int) -> Bool {
  var walk = MergeWalk(seed: seed, isTold: true)
  do {
    try walk.play()
    say("no failure in \(walk.steps) steps")
    return true
  } catch {
    for line in walk.story { say("  \(line)") }
    say("FAILS \(error.invariant) (docs/invariants.md): \(error.message)")
    return false
  }
}
