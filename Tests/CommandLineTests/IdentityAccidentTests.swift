import Foundation
import Testing

/// Homes that are copied and restored as people do it, by copying folders (I-12).
@Suite(.serialized) struct IdentityAccidentTests {
  private func copy(_ place: Place, as name: String, environment: [String: String] = [:]) throws -> Place {
    let other = Place(home: place.home.deletingLastPathComponent().appendingPathComponent(name), environment: environment)
    try? FileManager.default.removeItem(at: other.home)
    try FileManager.default.copyItem(at: place.home, to: other.home)
    return other
  }

  private func need(_ place: Place, _ plant: String, _ text: String) throws {
    try place.run("need", "add", plant, "--link", "rd", "--text", text)
  }

  private func needs(_ place: Place, _ plant: String) throws -> Set<String> {
    let all = try place.ask("need", "list", plant) as? [[String: Any]] ?? []
    return Set(all.compactMap { $0["text"] as? String })
  }

  private func incidents(_ place: Place) throws -> [String] {
    let status = try place.ask("status") as? [String: Any]
    return (status?["incidents"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
  }

  /// Exchanges twice with everybody, and compares.
  private func settleDown(_ office: Office, _ places: [Place]) throws {
    for _ in 0..<2 { for place in places + [office.place] { try place.run("sync") } }
    let all = [office.place] + places
    let said = try Program.run(["verify", "--json", "--home"] + all.map(\.home.path))
    #expect(said.status == 0, "\(said.stdout)\(said.stderr)")
    for place in all { #expect(try place.attempt("doctor").status == 0) }
  }

  /// With and without what the machine remembers of the file outside of the home.
  @Test(arguments: [true, false]) func aCopiedHome(_ isRemembered: Bool) throws {
    let office = try Office()
    let blind = isRemembered ? [:] : ["XDG_STATE_HOME": "/dev/null"]
    let laptop = try office.laptop("li", environment: blind)
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    let clone = try copy(laptop, as: "clone", environment: blind)
    for at in 0..<2 { try need(laptop, plant, "original \(at)") }
    for at in 0..<2 { try need(clone, plant, "copy \(at)") }
    try laptop.run("enterprise", "edit", plant, "--address", "as the original says")
    try clone.run("enterprise", "edit", plant, "--address", "as the copy says")
    try laptop.run("sync")
    try settleDown(office, [laptop, clone])
    #expect(try needs(office.place, plant) == ["original 0", "original 1", "copy 0", "copy 1"])
    let conflicts = try office.place.run("conflicts", "list")
    #expect(conflicts.contains("as the original says") && conflicts.contains("as the copy says"))
    #expect(try incidents(clone) == (isRemembered ? ["moved"] : ["went-back", "restamped"]))
    #expect(try incidents(laptop).isEmpty)
    #expect(office.stop() == 0)
  }

  @Test(arguments: [true, false]) func aHomeRestoredFromABackup(_ isRemembered: Bool) throws {
    let office = try Office()
    let laptop = try office.laptop("li", environment: isRemembered ? [:] : ["XDG_STATE_HOME": "/dev/null"])
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try need(laptop, plant, "before the backup")
    let backup = try copy(laptop, as: "backup")
    try need(laptop, plant, "sent after the backup")
    try laptop.run("sync")
    try FileManager.default.removeItem(at: laptop.home)
    try FileManager.default.copyItem(at: backup.home, to: laptop.home)
    try need(laptop, plant, "written after the restore")
    try settleDown(office, [laptop])
    #expect(try needs(office.place, plant) == ["before the backup", "sent after the backup", "written after the restore"])
    #expect(try !incidents(laptop).isEmpty)
    #expect(office.stop() == 0)
  }

  /// The relay alone, as from a nightly backup of its file, and the office's whole home.
  @Test(arguments: [false, true]) func anOfficeRestoredFromABackup(_ isWhole: Bool) throws {
    let office = try Office()
    let laptops = try ["li", "wang"].map { try office.laptop($0) }
    let plant = try office.plant(for: "li", "wang")
    for laptop in laptops { try laptop.run("sync") }
    try need(laptops[0], plant, "before the backup")
    try laptops[0].run("sync")
    #expect(office.stop() == 0)
    let backup = try copy(office.place, as: "backup")
    try office.start()
    for (at, laptop) in laptops.enumerated() {
      try need(laptop, plant, "lost by the relay \(at)")
      try laptop.run("sync")
    }
    try need(office.place, plant, "lost by the office")
    try office.place.run("sync")
    try laptops[1].run("sync")
    #expect(office.stop() == 0)
    if isWhole {
      try FileManager.default.removeItem(at: office.place.home)
      try FileManager.default.copyItem(at: backup.home, to: office.place.home)
    } else {
      for suffix in ["", "-wal", "-shm"] {
        let (from, to) = (backup.home, office.place.home)
        try? FileManager.default.removeItem(at: to.appendingPathComponent("relay.sqlite" + suffix))
        try? FileManager.default.copyItem(
          at: from.appendingPathComponent("relay.sqlite" + suffix), to: to.appendingPathComponent("relay.sqlite" + suffix))
      }
    }
    try office.start()
    try need(office.place, plant, "by the office after the restore")
    try need(laptops[1], plant, "by wang after the restore")
    try settleDown(office, laptops)
    #expect(
      try needs(office.place, plant) == [
        "before the backup", "lost by the relay 0", "lost by the relay 1", "lost by the office", "by the office after the restore",
        "by wang after the restore",
      ])
    #expect(try incidents(laptops[0]).contains("relay-restored") || incidents(laptops[1]).contains("relay-restored"))
    #expect(office.stop() == 0)
  }
}
