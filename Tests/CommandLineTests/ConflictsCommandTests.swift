import Foundation
import Testing

/// Conflicts at the office by the page, and one by its name.
@Suite(.serialized) struct ConflictsCommandTests {
  @Test func conflictsComeByThePageWithTheirTotalAndTheWayOn() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let assessment = try li.make("assessment", "start", plant)
    try li.run("sync")
    try chen.run("sync")
    for (person, level) in [(li, "1"), (chen, "2")] {
      for scene in 1...5 { try person.run("assessment", "scene", assessment, "\(scene)", level) }
      try person.run("sync")
    }
    try office.place.run("sync", "--wait", "10")

    func page(_ arguments: String...) throws -> (ids: [String], next: String?) {
      let arguments = ["conflicts", "list", "--limit", "2", "--table", "scene", "--json", "--home", office.place.home.path] + arguments
      let records = try #require(JSONSerialization.jsonObject(with: Data(Program.run(arguments).stdout.utf8)) as? [[String: Any]])
      let ids = records.compactMap { $0["id"] as? String }
      return (ids, ids.count == 2 ? ids.last : nil)
    }
    var ids: [String] = []
    var (last, next) = try page()
    ids += last
    while let after = next {
      #expect(last.count == 2)
      (last, next) = try page("--after", after)
      ids += last
    }
    #expect(ids.count == 5 && Set(ids).count == 5)
    // A program that asks for no page gets all.
    #expect((try office.place.ask("conflicts", "list") as? [Any])?.count == 5)

    let text = try office.place.attempt("conflicts", "list", "--limit", "2")
    #expect(text.stderr.contains("共 5 处") && text.stderr.contains("conflicts list --after \(ids[1])"), "\(text.stderr)")
    #expect(try office.place.attempt("conflicts", "show", "--limit", "5").stderr.isEmpty)
    #expect(try office.place.attempt("conflicts", "list", "--limit", "0").status == 64)
    #expect(try office.place.attempt("conflicts", "list", "--after", "ffffffffff").status == 66)
    let one = try #require(office.place.ask("conflicts", "show", String(ids[3].prefix(8))) as? [String: Any])
    #expect(one["id"] as? String == ids[3])
    #expect((try office.place.ask("conflicts", "show", ids[0], ids[4]) as? [Any])?.count == 2)
    #expect(try office.place.attempt("conflicts", "show", ids[0], "ffffffffff").status == 66)

    try office.place.run("conflicts", "settle", ids[3], "--choose", "1", "--reason", "现场复核")
    try office.place.run("conflicts", "settle", "--table", "scene", "--author", "li", "--reason", "以主办人为准")
    #expect((try office.place.ask("conflicts", "list") as? [Any])?.isEmpty == true)
    #expect(office.stop() == 0)
  }
}
