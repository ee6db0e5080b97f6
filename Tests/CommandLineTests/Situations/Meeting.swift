import Foundation
import Testing

extension Office {
  /// All laptops send, the office takes in and answers, all laptops receive.
  func meet(_ laptops: Place...) throws {
    for laptop in laptops { try laptop.run("sync") }
    try place.run("sync", "--wait", "10")
    for laptop in laptops { try laptop.run("sync") }
  }

  /// A plant of a pilot sub-sector, assigned to users.
  func pilotPlant(for users: [String], name: String = "鹭岛精密电子(虚构)", code: String = Office.code) throws -> String {
    let plant = try place.make(
      "enterprise", "add", name, "--uscc", code, "--district", "350206", "--sub-sector", "electronicDevices")
    for user in users { try place.run("assign", plant, user) }
    try place.run("sync")
    return plant
  }

  /// Puts a plant on the list.
  func select(_ plant: String, on day: String) throws {
    try place.run("project", "step", "add", plant, "step=selected", "happenedOn=\(day)")
  }

  /// How many an indicator counts in the first year, as of a day.
  func count(_ indicator: String, asOf day: String) throws -> Int? {
    let rows = try place.object("indicator", "table", "--as-of", day)["rows"] as? [[String: Any]]
    return (rows?.first { $0["id"] as? String == indicator }?["actual"] as? [String: Any])?["y1"] as? Int
  }
}

extension Place {
  /// The objects that a command prints.
  func list(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
    try #require(try json(arguments, sourceLocation) as? [[String: Any]], sourceLocation: sourceLocation)
  }

  /// The object that a command prints.
  func object(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    try #require(try json(arguments, sourceLocation) as? [String: Any], sourceLocation: sourceLocation)
  }

  private func json(_ arguments: [String], _ sourceLocation: SourceLocation) throws -> Any {
    let outcome = try Program.run(arguments + ["--json", "--home", home.path], environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.stderr)", sourceLocation: sourceLocation)
    return try outcome.json()
  }
}
