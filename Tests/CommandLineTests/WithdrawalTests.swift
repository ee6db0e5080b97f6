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

  @Test func whatIsNotTakenIsToldWithItsCaseAndWhatToDoUntilItIsTaken() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "before the withdrawal")
    try laptop.run("sync")
    try office.place.run("assign", plant, "li", "--withdraw")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "after it")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "and more")

    for _ in 0..<2 {
      let outcome = try laptop.attempt("sync", "--json")
      #expect(outcome.status == 77)
      // The first that is not taken, of this device's own: what the relay has long had is no news.
      let told = Self.refused(try outcome.json())
      try #require(told.count == 1, "\(outcome.stdout)")
      #expect(told[0].scope == plant && told[0].code == "not-granted" && told[0].changeset.hasSuffix("#2"))
      #expect(told[0].enterprise == "鹭岛精密电子(虚构)")
      let status = try laptop.ask("status")
      #expect(Self.refused(status) == told)
      #expect(((status as? [String: Any])?["unsent"] as? [String: Any])?["changesets"] as? Int == 2)
    }
    let text = try laptop.run("status")
    #expect(text.contains("鹭岛精密电子(虚构)") && text.contains("bundle export") && text.contains("保留在本机"), "\(text)")

    try office.place.run("assign", plant, "li")
    try laptop.run("sync")
    #expect(Self.refused(try laptop.ask("status")).isEmpty)
    let needs = try #require(office.place.ask("need", "list", plant) as? [Any])
    #expect(needs.count == 3)
    #expect(office.stop() == 0)
  }

  @Test func whatIsNotTakenReachesTheOfficeByABundle() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try office.place.run("assign", plant, "li", "--withdraw")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "after it")
    #expect(try laptop.attempt("sync").status == 77)
    let stick = office.folder.url.appendingPathComponent("li.bundle").path
    try laptop.run("bundle", "export", stick)
    try office.place.run("bundle", "import", stick)
    #expect((try office.place.ask("need", "list", plant) as? [Any])?.count == 1)
    #expect(office.stop() == 0)
  }
}
