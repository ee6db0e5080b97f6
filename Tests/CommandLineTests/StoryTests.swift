import Foundation
import Testing

/// The main job in short: two laptops and a stick, conflicts settled at the office, one digest everywhere.
@Suite(.serialized) struct StoryTests {
  @Test func whatTwoPeopleWroteOfflineIsKeptExplainedSettledAndTheSameEverywhere() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let chen = try office.laptop("chen", environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": "10800"])
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let assessment = try li.make("assessment", "start", plant)
    try li.run("assessment", "answer", assessment, "3", "B")
    try li.run("sync")
    try chen.run("sync")

    // Offline, both answer the same question; neither is interrupted.
    try li.run("assessment", "answer", assessment, "3", "C")
    try chen.run("assessment", "answer", assessment, "3", "D")
    try chen.run("assessment", "scene", assessment, "1", "2")
    try li.run("sync")
    try chen.run("sync")
    try office.place.run("sync", "--wait", "10")

    let conflicts = try #require(office.place.ask("conflicts", "list") as? [[String: Any]])
    try #require(conflicts.count == 1)
    let conflict = conflicts[0]
    let candidates = try #require(conflict["candidates"] as? [[String: Any]])
    #expect(Set(candidates.compactMap { $0["value"] as? String }) == ["C", "D"])
    #expect(conflict["base"] as? String == "B")
    #expect((conflict["impact"] as? [String: Any])?["choices"] as? [Any] != nil)
    let writes = candidates.flatMap { $0["writes"] as? [[String: Any]] ?? [] }
    #expect(Set(writes.compactMap { $0["author"] as? String }) == ["li", "chen"])
    let ahead = writes.first { $0["author"] as? String == "chen" }?["clockAheadSeconds"] as? Int
    #expect((10_000...10_800).contains(ahead ?? 0))
    #expect(writes.first { $0["author"] as? String == "li" }?["clockAheadSeconds"] == nil)

    let id = try #require(conflict["id"] as? String)
    #expect(try office.place.attempt("conflicts", "settle", id, "--choose", "1").status == 64)
    #expect(try office.place.attempt("conflicts", "settle", id, "--choose", "3", "--reason", "现场复核").status == 65)
    #expect(try office.place.attempt("conflicts", "settle", id, "--value", "Z", "--reason", "现场复核").status == 65)
    #expect(try office.place.attempt("conflicts", "settle", "ffffffffff", "--choose", "1", "--reason", "现场复核").status == 66)
    try office.place.run("conflicts", "settle", "--table", "answer", "--author", "li", "--reason", "现场复核")
    #expect((try office.place.ask("conflicts", "list") as? [Any])?.isEmpty == true)

    #expect(try office.place.attempt("verify", "--against", li.home.path).status == 2)
    try office.place.run("sync", "--wait", "10")
    try li.run("sync")
    try chen.run("sync")
    let history = try #require(chen.ask("history", "answer", assessment, "3") as? [[String: Any]])
    #expect(history.count == 4)
    #expect(history.last?["kind"] as? String == "settled")
    #expect(history.last?["note"] as? String == "现场复核")
    let first = try #require(history.first?["changeset"] as? String)
    let past = try #require(chen.ask("history", "answer", assessment, "3", "--as-of", first) as? [[String: Any]])
    #expect(past.map { $0["letters"] as? String } == ["B"])

    let third = try office.laptop("wang")
    let stick = office.folder.url.appendingPathComponent("stick.bundle").path
    try office.place.run("bundle", "export", stick, "--for", "wang")
    try third.run("bundle", "import", stick)
    let verified = try #require(
      office.place.ask("verify", "--against", li.home.path, chen.home.path, third.home.path) as? [String: Any])
    #expect(verified["same"] as? Bool == true)
    let digests = try #require(verified["replicas"] as? [[String: Any]]).compactMap { $0["digest"] as? String }
    #expect(digests.count == 4 && Set(digests).count == 1)
    #expect(office.stop() == 0)
  }

  @Test func aBundleThatIsCutOrAlteredIsToldAndMayBeImportedAgain() throws {
    let office = try Office()
    let plant = try office.plant()
    let laptop = try office.laptop("li")
    let stick = office.folder.url.appendingPathComponent("stick.bundle")
    try office.place.run("bundle", "export", stick.path, "--for", "li")
    let whole = try Data(contentsOf: stick)

    let cut = office.folder.url.appendingPathComponent("cut.bundle")
    for length in [0, 4, 20, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: cut)
      let outcome = try laptop.attempt("bundle", "import", cut.path, "--json")
      #expect(outcome.status == 65)
      #expect(["bundle-cut", "not-a-bundle"].contains(try outcome.error()["code"] as? String))
    }
    for position in [10, whole.count / 2, whole.count - 10] {
      var altered = whole
      altered[position] ^= 0x20
      try altered.write(to: cut)
      let outcome = try laptop.attempt("bundle", "import", cut.path, "--json")
      #expect(outcome.status == 65, "at \(position): \(outcome.stderr)")
    }
    #expect(try laptop.attempt("bundle", "import", "/nowhere/at.all", "--json").status == 66)

    try laptop.run("bundle", "import", stick.path)
    let again = try #require(laptop.ask("bundle", "import", stick.path) as? [String: Any])
    #expect(again["changesets"] as? Int == 0)
    #expect((try laptop.ask("enterprise", "list") as? [[String: Any]])?.first?["id"] as? String == plant)
  }
}
