import Testing

@testable import SyncKit

/// When a request counts as stalled, second by second.
@Suite struct MovementWatchTests {
  private typealias Counts = MovementWatch.Counts

  /// The second at which a request is given up whose counts at each second are these; nil when it never is.
  private static func second(_ counts: (Int) -> Counts) -> Int? {
    let start = ContinuousClock.now
    var watch = MovementWatch(CurlTransport.Options(), at: start)
    return (1...600).first { watch.hasStalled(counts($0), at: start + .seconds($0)) }
  }

  @Test func aByteASecondIsGivenUpAfterOneWindow() {
    #expect(Self.second { Counts(up: 100, down: $0) } == 60)
    #expect(Self.second { Counts(up: $0) } == 60)
  }

  @Test func theLeastRateIsEnoughInEitherDirection() {
    #expect(Self.second { Counts(down: $0 * 256) } == nil)
    #expect(Self.second { Counts(up: $0 * 256) } == nil)
    #expect(Self.second { Counts(up: $0 * 128, down: $0 * 128) } == nil)
    #expect(Self.second { Counts(down: $0 * 255) } == 60)
  }

  @Test func whatWaitsInTheSystemsBuffersHasNotMoved() {
    #expect(Self.second { Counts(up: 1 << 20, unsent: 1 << 20 - $0 * 300) } == nil)
    #expect(Self.second { Counts(up: 1 << 20, unsent: 1 << 20 - $0) } == 60)
  }

  @Test func aFastBeginningDoesNotPayForATrickle() {
    #expect(Self.second { Counts(down: 10 << 20 + $0) } == 120)
  }

  @Test func silenceIsGivenUpSooner() {
    #expect(Self.second { Counts(up: min($0, 5) * 10_000) } == 35)
  }

  @Test func connectingTakesItsOwnTime() {
    let start = ContinuousClock.now
    var watch = MovementWatch(CurlTransport.Options(), at: start)
    watch.noteConnecting(Counts(), at: start + .seconds(100))
    let hasStalled = watch.hasStalled(Counts(up: 100), at: start + .seconds(101))
    #expect(!hasStalled)
  }
}
