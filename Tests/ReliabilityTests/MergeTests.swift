import SyncSimulator
import Testing

/// The laws of the merge and the clock, over histories of one row.
@Suite struct MergeTests {
  @Test(arguments: [(2, true), (3, true), (4, false)])
  func everySmallHistoryInEveryOrderGivesTheRowThatItMust(length: Int, forms: Bool) {
    var cases = MergeCases(length: length, forms: forms)
    cases.run()
    #expect(cases.failures == [])
    #expect(cases.histories > [0, 0, 20, 1000, 5000][length])
  }

  @Test func longHistoriesKeepEveryLaw() throws {
    for seed in 0..<2000 {
      var walk = MergeWalk(seed: seed)
      do { try walk.play() } catch { Issue.record("make reproduce SEED=\(seed) WORLD=merge: \(error)") }
    }
  }
}
