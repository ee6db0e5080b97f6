import SurveyModel
import Testing

@Suite struct MomentTests {
  @Test(arguments: [
    ("2026-11-21", "2026-11-20T16:00:00Z"), ("2026-11-21 14:30", "2026-11-21T06:30:00Z"), ("2026-11-21T14:30:05", "2026-11-21T06:30:05Z"),
    ("2026-11-21T14:30:05.250Z", "2026-11-21T14:30:05Z"), ("2026-11-21T14:30+08:00", "2026-11-21T06:30:00Z"),
    ("2026-11-21T01:00-0330", "2026-11-21T04:30:00Z"), ("２０２６-１１-２１　１４：３０", "2026-11-21T06:30:00Z"),
    ("2024-02-29", "2024-02-28T16:00:00Z"), ("2000-03-01T00:00Z", "2000-03-01T00:00:00Z"), ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
  ])
  func aTimeIsReadAsPeopleTypeItAndKeptInUTC(typed: String, kept: String) {
    #expect(Moment(typed)?.text == kept)
  }

  @Test(arguments: [
    "", "2026-11-31", "2025-02-29", "2026-13-01", "2026-11-21T24:00", "2026-11-21 14:60", "2026-11-21 14:30 uhr", "2026-11-21T14",
    "26-11-21",
    "2026-11-21T14:30+08:0", "-026-11-21", "2026-11-21T14:30:05.Z",
  ])
  func whatTheCalendarDoesNotHaveIsNoTime(typed: String) {
    #expect(Moment(typed) == nil)
  }

  @Test func aTimeReturnsFromItsText() {
    for milliseconds in stride(from: Int64(-3_000_000_000_000), through: 4_000_000_000_000, by: 86_399_000_000) {
      let moment = Moment(milliseconds: milliseconds / 1000 * 1000)
      #expect(Moment(moment.text) == moment)
    }
  }

  @Test func peopleReadBeijingTime() {
    #expect(Moment("2026-11-21T16:30:00Z")?.beijingText == "2026-11-22 00:30")
  }

  @Test func aDayIsADay() {
    #expect(Moment.day("２０２６-１２-０１") == "2026-12-01")
    #expect(Moment.day("2026-12-01 10:00") == nil)
  }
}
