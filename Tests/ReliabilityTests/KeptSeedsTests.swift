import SyncSimulator
import Testing

/// Histories that once failed, shrunk, as `make reproduce` prints them: each is kept for ever.
@Suite struct KeptSeedsTests {
}

/// Plays a history and expects that every law holds.
func expectHolds(_ options: String, _ actions: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let story = try Report.story(options: options, actions: actions)
  let failure = Simulation.play(story.options, story.actions).failure
  #expect(failure == nil, sourceLocation: sourceLocation)
}
