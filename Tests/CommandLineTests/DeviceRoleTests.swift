import Foundation
import Testing

/// Somebody's role changes while their laptop is away; it takes the new one up by syncing.
@Suite(.serialized) struct DeviceRoleTests {
  @Test func aRoleChangesWithoutEnrollingAgainAndWhatComesTooLateIsToldWithItsText() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin", "qiu")
    let lin = try office.laptop("lin")
    let code = try office.place.run("device", "code", "qiu", "--role", "agency").trimmingCharacters(in: .whitespacesAndNewlines)
    let laptop = Place(home: office.folder.url.appendingPathComponent("qiu"))
    let enrolled = try #require(try laptop.ask("enrol", office.url, code) as? [String: Any])
    let fingerprint = try #require(enrolled["fingerprint"] as? String)
    let listed = try #require(try office.place.ask("device", "list") as? [[String: Any]])
    #expect(listed.first { $0["user"] as? String == "qiu" }?["fingerprint"] as? String == fingerprint)
    #expect(fingerprint.split(separator: " ").map(\.count) == [4, 4, 4, 4, 4])
    #expect(try office.place.run("device", "list").contains(fingerprint))
    for place in [lin, laptop] { try place.run("sync") }

    #expect(try office.place.attempt("device", "role", "nobody", "specialist").status == 66)
    #expect(try office.place.attempt("device", "role", "qiu", "emperor").status == 65)
    let told = try #require(try office.place.ask("device", "role", "qiu", "specialist") as? [String: Any])
    #expect((told["devices"] as? [String])?.count == 1 && told["role"] as? String == "specialist")
    // The laptop has not heard of it.
    try laptop.run("acceptance", "add", plant, "acceptedOn=2024-09-01", "verdict=passed", "level=2")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "也归专员写")
    for place in [laptop, lin, office.place, laptop] { try place.run("sync") }
    for place in [laptop, lin, office.place] {
      #expect(try (place.ask("acceptance", "list", plant) as? [Any])?.isEmpty == true)
      #expect(try (place.ask("need", "list", plant) as? [[String: Any]])?.map { $0["text"] as? String } == ["也归专员写"])
    }
    let doctor = try laptop.attempt("doctor")
    #expect(doctor.stdout.contains("角色变更之后才送达") && doctor.stdout.contains("2024-09-01"), "\(doctor.stdout)")
    // From now on it is a specialist's, and proposes.
    let proposal = try #require(
      try laptop.ask("acceptance", "add", plant, "acceptedOn=2024-09-01", "verdict=passed", "level=2", "--because", "现场看过")
        as? [String: Any])
    #expect((proposal["proposal"] as? [String: Any])?["proposedAs"] as? String == "specialist")
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against", lin.home.path])
    #expect(said.status == 0, "\(said.stdout)\(said.stderr)")
    #expect(office.stop() == 0)
  }
}
