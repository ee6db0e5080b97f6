import Testing

@testable import SyncSimulator

/// The first trials of each kind that `simulate` plays by the thousand.
@Suite struct WireTests {
  private func failures(of kind: (some Trials).Type, _ seeds: some Sequence<Int>) -> [String] {
    var trials = kind.init()
    var failures: [String] = []
    for seed in seeds { failures += trials.play(seed: seed).failures }
    return failures + trials.end().failures
  }

  /// I-10, I-11: messages that decode, with every digest right, in three worlds.
  @Test(arguments: [0, 256, 512])
  func aForgedMessageIsRefusedWholeOrTakenByAll(from: Int) {
    #expect(failures(of: WireTrials.self, from..<from + 80) == [])
  }

  /// I-2, I-8, I-9: at every 32nd byte.
  @Test func anExchangeCutAnywhereIsTakenUp() throws {
    let total = try CutTrials().total ?? 0
    #expect(total > 1000)
    #expect(failures(of: CutTrials.self, stride(from: 0, to: total, by: 32)) == [])
  }

  /// I-2: two sessions of a device at once among them.
  @Test func whatIsRepeatedIsDoneOnce() {
    #expect(failures(of: RepeatTrials.self, 0..<20) == [])
  }
}
