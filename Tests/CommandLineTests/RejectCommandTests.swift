import Foundation
import Testing

/// The office rejects what should never have been written; its author is told, and keeps the text (docs/decisions/0013).
@Suite(.serialized) struct RejectCommandTests {
  private struct Written: Decodable {
    let changeset: String
    let kind: String
  }

  @Test func whatIsRejectedGoesAndItsAuthorIsTold() throws {
    let office = try Office()
    let (laptop, other) = (try office.laptop("li"), try office.laptop("wang"))
    let plant = try office.plant(for: "li", "wang")
    try laptop.run("sync")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "记错了企业")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "本企业的需求")
    for place in [laptop, other, office.place] { try place.run("sync") }
    func needs(_ place: Place) throws -> [[String: Any]] { try place.ask("need", "list", plant) as? [[String: Any]] ?? [] }
    let wrong = try #require(try needs(other).first { $0["text"] as? String == "记错了企业" })
    let id = try #require(wrong["id"] as? String)
    func history(_ place: Place) throws -> [Written] {
      try JSONDecoder().decode([Written].self, from: Data(place.run("history", "need", id, "--json").utf8))
    }
    let changeset = try #require(try history(office.place).first?.changeset)

    #expect(try laptop.attempt("reject", plant, changeset, "--reason", "x").status == 77)
    #expect(try office.place.attempt("reject", plant, changeset).status == 64)
    #expect(try office.place.attempt("reject", plant, "nonsense", "--reason", "x").status == 65)
    #expect(try office.place.attempt("reject", plant, changeset + "9", "--reason", "x").status == 66)
    #expect(try office.place.run("reject", plant, changeset, "--reason", "属于另一家企业").contains(changeset))
    for _ in 0..<2 { for place in [laptop, other, office.place] { try place.run("sync") } }
    for place in [laptop, other, office.place] { #expect(try needs(place).map { $0["text"] as? String } == ["本企业的需求"]) }
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against", laptop.home.path, other.home.path])
    #expect(said.status == 0, "\(said.stdout)\(said.stderr)")
    // It is told in words, with the reason and the text.
    #expect(try laptop.run("status").contains("退回"))
    let doctor = try laptop.attempt("doctor")
    #expect(doctor.status == 0 && doctor.stdout.contains("属于另一家企业") && doctor.stdout.contains("记错了企业"))
    #expect(try history(laptop).map(\.kind) == ["rejected"])
    #expect(try office.place.run("reject").contains("没有拒收"))
    #expect(office.stop() == 0)
  }
}
