import Foundation
import Testing

/// What a laptop is told of work in a case that was taken from its user.
@Suite(.serialized) struct WithdrawalTests {
  private struct Refused: Equatable {
    let scope: String
    let changeset: String
    let code: String
    let enterprise: String

    init(_ value: Any) {
      let record = value as? [String: Any] ?? [:]
      func text(_ key: String) -> String { record[key] as? String ?? "" }
      (scope, changeset, code, enterprise) = (text("scope"), text("changeset"), text("code"), text("enterprise"))
    }
  }

  private static func refused(_ value: Any) -> [Refused] { ((value as? [String: Any])?["refused"] as? [Any] ?? []).map(Refused.init) }

  private static func withdrawn(_ place: Place) throws -> [[String: Any]] {
    (try place.ask("status") as? [String: Any])?["withdrawn"] as? [[String: Any]] ?? []
  }

  private static func needs(_ place: Place, _ plant: String) throws -> Int? { (try place.ask("need", "list", plant) as? [Any])?.count }

  /// Whether the office's replica, which takes in soon after what laptops pushed, holds so many needs before long.
  private static func comesTo(_ count: Int, _ office: Office, _ plant: String) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while try needs(office.place, plant) != count {
      if ContinuousClock.now > deadline { return false }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return true
  }

  @Test func whatWasWrittenBeforeTheLaptopWasToldArrivesAndThenTheCaseIsFrozenUntilItIsAssignedAgain() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "before the withdrawal")
    try laptop.run("sync")
    try office.place.run("assign", plant, "li", "--withdraw")
    for text in ["not told yet", "nor now"] { try laptop.run("need", "add", plant, "--link", "rd", "--text", text) }
    try laptop.run("sync")
    #expect(try Self.comesTo(3, office, plant))

    let refused = try laptop.attempt("need", "add", plant, "--link", "rd", "--text", "too late", "--json")
    #expect(try refused.status == 77 && refused.error()["code"] as? String == "withdrawn", "\(refused.stderr)")
    #expect(try laptop.attempt("need", "add", plant, "--link", "rd", "--text", "x", "--lang", "en").stderr.contains("withdrawn from you"))
    #expect(try Self.needs(laptop, plant) == 3, "what is there can be read")
    let told = try Self.withdrawn(laptop)
    #expect(told.count == 1 && told[0]["scope"] as? String == plant && told[0]["enterprise"] as? String == "鹭岛精密电子(虚构)")
    #expect(told[0]["removableAt"] == nil && told[0]["removedAt"] == nil && told[0]["returning"] as? Bool == false)
    #expect(try laptop.run("status").contains("收回  鹭岛精密电子(虚构):只能查看"))
    #expect(try laptop.run("status", "--lang", "en").contains("to be read, not written in"))
    #expect(try laptop.run("doctor").contains("鹭岛精密电子(虚构):只能查看"))

    try office.place.run("assign", plant, "li")
    try laptop.run("sync")
    #expect(try Self.withdrawn(laptop).isEmpty)
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "on and on")
    try laptop.run("sync")
    #expect(try Self.comesTo(4, office, plant))
    #expect(office.stop() == 0)
  }

  @Test func withTheOfficesWordTheLaptopLetsGoOfTheCaseAndGetsItBackWhole() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "unsent")
    #expect(try office.place.attempt("assign", plant, "li", "--remove").status == 64)
    try office.place.run("assign", plant, "li", "--withdraw", "--remove")
    try laptop.run("sync")
    #expect(try Self.withdrawn(laptop).first?["removableAt"] is String)
    #expect(try Self.needs(laptop, plant) == 1)
    // A laptop's clock a week later.
    let later = Place(home: laptop.home, environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": String(8 * 86_400)])
    try later.run("sync")
    #expect(try Self.withdrawn(later).first?["removedAt"] is String)
    #expect(try later.run("status").contains("已从本机移除"))
    #expect(try later.attempt("enterprise", "show", plant).status != 0)
    #expect(try Self.comesTo(1, office, plant))
    try office.place.run("assign", plant, "li")
    try later.run("sync")
    #expect(try Self.needs(later, plant) == 1 && Self.withdrawn(later).isEmpty)
    try later.run("need", "add", plant, "--link", "rd", "--text", "after it came back")
    try later.run("sync")
    #expect(try Self.comesTo(2, office, plant))
    #expect(office.stop() == 0)
  }

  /// A laptop that was away for longer than its work is waited for.
  @Test func whatComesTooLateIsToldWithItsCaseAndReachesTheOfficeByABundle() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try office.place.run("assign", plant, "li", "--withdraw")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "after it")
    #expect(office.stop() == 0)
    try office.start(daysLater: 91)
    for _ in 0..<2 {
      let outcome = try laptop.attempt("sync", "--json")
      #expect(outcome.status == 77)
      let told = Self.refused(try outcome.json())
      try #require(told.count == 1, "\(outcome.stdout)")
      #expect(told[0].scope == plant && told[0].code == "not-granted" && told[0].enterprise == "鹭岛精密电子(虚构)")
      #expect(try Self.refused(laptop.ask("status")) == told)
    }
    let text = try laptop.run("status")
    #expect(text.contains("鹭岛精密电子(虚构)") && text.contains("bundle export") && text.contains("保留在本机"), "\(text)")
    let stick = office.folder.url.appendingPathComponent("li.bundle").path
    try laptop.run("bundle", "export", stick)
    try office.place.run("bundle", "import", stick)
    #expect(try Self.comesTo(1, office, plant))
    #expect(office.stop() == 0)
  }
}
