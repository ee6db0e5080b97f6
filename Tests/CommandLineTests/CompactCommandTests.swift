import Foundation
import Testing

/// The office leaves out what has no effect any more, and keeps it in an archive (docs/decisions/0012).
@Suite(.serialized) struct CompactCommandTests {
  @Test func whatIsWrittenOverGoesAndTheArchiveTellsIt() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    for at in 0..<6 { try laptop.run("enterprise", "edit", plant, "--address", "address \(at)") }
    for _ in 0..<2 { for place in [laptop, office.place] { try place.run("sync") } }
    let archive = Place(home: office.place.home.deletingLastPathComponent().appendingPathComponent("archive"))

    // Thirty days are kept, unless less is asked for.
    #expect(try compact(office) == 0)
    #expect(try compact(office, "--keep-days", "0", "--archive", archive.home.path) == 5)
    #expect(try compact(office, "--keep-days", "0", "--archive", archive.home.path) == 0)
    try laptop.run("sync")
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against", laptop.home.path, archive.home.path])
    #expect(said.status == 0, "\(said.stdout)\(said.stderr)")
    func history(_ place: Place) throws -> Int { (try place.ask("history", "enterprise", plant) as? [Any])?.count ?? 0 }
    #expect(try history(archive) == 7)
    #expect(try history(laptop) == 2)
    for place in [office.place, laptop, archive] { #expect(try place.attempt("doctor").status == 0) }
    try laptop.run("enterprise", "edit", plant, "--address", "and on")
    try laptop.run("sync")

    #expect(try laptop.attempt("compact").status == 77)
    #expect(try office.place.attempt("compact", "--json", "--archive", laptop.home.path).stderr.contains("not-an-archive"))
    #expect(try office.place.attempt("compact", "--keep-days", "-1").status == 64)
    #expect(office.stop() == 0)
  }

  private func compact(_ office: Office, _ arguments: String...) throws -> Int? {
    let said = try Program.run(["compact", "--home", office.place.home.path, "--json"] + arguments)
    #expect(said.status == 0, "\(said.stderr)")
    let told = try JSONSerialization.jsonObject(with: Data(said.stdout.utf8)) as? [String: Any]
    return told?["changesets"] as? Int
  }
}
