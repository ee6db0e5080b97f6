import SyncCore
import Testing

@Suite struct HybridClockTests {
  @Test func timeRisesWhateverTheWallClockSays() {
    var random = Seeded(2)
    var clock = HybridClock()
    var last = clock.latest
    // 1970 and before, 2106 and around it, and a clock that jumps.
    let walls: [Int64] = [0, -1, .min, 4_294_967_295_000, 4_294_967_296_000, 1_760_000_000_000, 1_000]
    for _ in 0..<5000 {
      if random.below(5) == 0 { clock.observe(HybridTime(rawValue: random.next() >> 18)) }
      let time = clock.next(wall: random.below(2) == 0 ? random.pick(walls) : Int64(random.below(4_300_000_000_000)))
      #expect(time > last)
      last = time
    }
  }

  @Test func aClockThatIsRightGivesItsOwnTime() {
    var clock = HybridClock()
    #expect(clock.next(wall: 1_760_000_000_000).milliseconds == 1_760_000_000_000)
    #expect(clock.next(wall: 1_760_000_000_000).rawValue == 1_760_000_000_000 << 16 + 1)
    #expect(clock.next(wall: 1_760_000_000_001).rawValue == 1_760_000_000_001 << 16)
  }

  @Test func whatWasObservedIsNeverRepeated() {
    var clock = HybridClock()
    let far = HybridTime(rawValue: 4_000_000_000_000 << 16 + 7)
    clock.observe(far)
    #expect(clock.next(wall: 1_760_000_000_000) > far)
    clock.observe(HybridTime(rawValue: 5))
    #expect(clock.latest > far)
  }

  @Test func aClockBefore1970CountsAs1970() {
    var clock = HybridClock()
    #expect(clock.next(wall: -1).rawValue == 1)
    #expect(clock.next(wall: .min).rawValue == 2)
  }

  @Test func aClockAtTheEndOfTimeStandsStillAndStaysReadable() {
    var clock = HybridClock()
    #expect(clock.next(wall: .max).rawValue <= HybridTime.last.rawValue)
    clock.observe(.last)
    #expect(clock.next(wall: 1_760_000_000_000) == .last)
    #expect(clock.next(wall: .max) == .last)
  }
}
