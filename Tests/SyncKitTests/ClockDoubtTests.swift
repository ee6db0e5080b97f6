import SyncCore
import SyncKit
import Testing

@Suite struct ClockDoubtTests {
  static let day: Int64 = 86_400_000
  let field: TestField
  let office: Replica

  init() throws {
    field = try TestField()
    office = try field.replica("office")
    try office.run("INSERT INTO note(id, a) VALUES('1', 'by the office')")
  }

  /// A laptop whose clock is off by so many days from the office's.
  func laptop(_ name: String, days: Int64 = 0) throws -> Replica {
    let clock = TestClock()
    clock.set(TestClock.start + days * Self.day)
    return try field.replica(name, clock: clock)
  }

  @Test func aClockThatIsAheadIsKnownByTheArrivalAndWhoReadWhatItWroteIsNotBlamed() throws {
    let (fast, right) = (try laptop("fast", days: 2), try laptop("right"))
    try office.exchange(with: fast)
    try fast.run("UPDATE note SET a = 'ahead' WHERE id = '1'")
    try fast.exchange(with: right)
    try right.run("UPDATE note SET b = 'on time' WHERE id = '1'")
    try right.exchange(with: office)
    let doubts = try office.clockDoubts(tolerating: 1000)
    #expect(doubts.map(\.kind) == [.ahead] && doubts.map(\.author) == ["fast"])
    let doubt = try #require(doubts.first)
    #expect(doubt.milliseconds == doubt.wallClock - doubt.arrived && (2 * Self.day - 1000...2 * Self.day).contains(doubt.milliseconds))
    #expect(try office.clockDoubts(tolerating: doubt.milliseconds - 1).count == 1)
    #expect(try office.clockDoubts(tolerating: doubt.milliseconds).isEmpty)
    #expect(try office.clockDoubts(tolerating: doubt.milliseconds + 1).isEmpty)
  }

  @Test func aClockThatIsBehindIsKnownByWhatItsReplicaHadSeen() throws {
    let slow = try laptop("slow", days: -2000)
    try office.exchange(with: slow)
    try slow.run("INSERT INTO note(id, a) VALUES('2', 'in another year')")
    try slow.exchange(with: office)
    let doubt = try #require(try office.clockDoubts(tolerating: 1000).first)
    #expect(doubt.kind == .behind && doubt.author == "slow")
    #expect((2000 * Self.day - 1000...2000 * Self.day).contains(doubt.milliseconds))
    #expect(try office.clockDoubts(tolerating: doubt.milliseconds - 1).count == 1)
    #expect(try office.clockDoubts(tolerating: doubt.milliseconds).isEmpty)
  }

  @Test func longWorkOfflineAndAReplicaThatHadSeenNothingRaiseNoDoubt() throws {
    let (away, fresh) = (try laptop("away", days: -30), try laptop("fresh", days: -3000))
    for laptop in [away, fresh] {
      try laptop.run("INSERT INTO note(id, a) VALUES('\(laptop.site)', 'x')")
      try laptop.exchange(with: office)
    }
    #expect(try office.clockDoubts(tolerating: 0).isEmpty)
  }
}
