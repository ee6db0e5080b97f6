import Foundation
import Testing

/// A stick between real homes: whoever finds it reads nothing.
@Suite(.serialized) struct BundleCommandTests {
  @Test func onlyThoseWhomItIsForOpenIt() throws {
    let office = try Office()
    let plant = try office.plant(for: "li")
    let (li, zhou) = (try office.laptop("li"), try office.laptop("zhou"))
    try li.run("sync")
    try li.run("need", "add", plant, "--link", "rd", "--text", "只给办公室看")
    let stick = office.folder.url.appendingPathComponent("li.bundle")

    // Nothing that zhou wrote has come here: there is no key to write for.
    let unknown = try li.attempt("bundle", "export", stick.path, "--for", "zhou", "--json")
    #expect(unknown.status == 65)
    #expect(try unknown.error()["code"] as? String == "recipient-unknown")
    #expect(!FileManager.default.fileExists(atPath: stick.path))

    let written = try li.object("bundle", "export", stick.path)
    #expect(written["readers"] as? [String] == ["office"])
    #expect(try Data(contentsOf: stick).range(of: Data(plant.utf8)) == nil)
    let refused = try zhou.attempt("bundle", "import", stick.path, "--json")
    #expect(refused.status == 77)
    #expect(try refused.error()["code"] as? String == "not-a-recipient")
    #expect(try (zhou.ask("enterprise", "list") as? [Any])?.isEmpty == true)
    try office.place.run("bundle", "import", stick.path)
    #expect(try (office.place.ask("need", "list", plant) as? [Any])?.count == 1)
    #expect(office.stop() == 0)
  }

  @Test func theOfficeNamesWhomItIsForAndNoRevokedDeviceIsAmongThem() throws {
    let office = try Office()
    let plant = try office.plant()
    let li = try office.laptop("li")
    let stick = office.folder.url.appendingPathComponent("office.bundle").path
    let unnamed = try office.place.attempt("bundle", "export", stick, "--json")
    #expect(unnamed.status == 64)
    #expect(try unnamed.error()["code"] as? String == "no-recipient")

    try office.place.run("bundle", "export", stick, "--for", "li")
    try li.run("bundle", "import", stick)
    #expect((try li.ask("enterprise", "list") as? [[String: Any]])?.first?["id"] as? String == plant)

    let device = try #require(try (office.place.ask("device", "list") as? [[String: Any]])?.first?["id"] as? String)
    try office.place.run("device", "revoke", device)
    let gone = try office.place.attempt("bundle", "export", stick, "--for", "li", "--json")
    #expect(gone.status == 65)
    #expect(try gone.error()["code"] as? String == "recipient-unknown")
    #expect(office.stop() == 0)
  }

  /// Invented data are written under another certificate of the office's device; it is the office's all the same.
  @Test func theOfficeStaysAReaderAfterItWroteInventedData() throws {
    let office = try Office()
    try office.place.run("sample", "--scale", "100")
    let li = try office.laptop("li")
    let plant = try #require(try (office.place.ask("enterprise", "list") as? [[String: Any]])?.first?["id"] as? String)
    try office.place.run("assign", plant, "li")
    try office.place.run("sync", "--wait", "10")
    try li.run("sync")
    let written = try li.object("bundle", "export", office.folder.url.appendingPathComponent("li.bundle").path)
    #expect(written["readers"] as? [String] == ["office"])
    #expect(office.stop() == 0)
  }
}
