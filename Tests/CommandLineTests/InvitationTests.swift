import Foundation
import Testing

/// A laptop enrols by what a QR code says, and the code in it never stands in an argument.
@Suite(.serialized) struct InvitationTests {
  /// What a camera makes of the lines that a terminal shows.
  private static func read(_ lines: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    process.arguments = ["python3", tests.appendingPathComponent("Fixtures/read-qr.py").path]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func whatTheCameraReadsEnrols() throws {
    let office = try Office()
    let shown = try office.place.run("device", "code", "lin", "--relay", office.url, "--qr").split(separator: "\n").map(String.init)
    let invitation = try Self.read(Array(shown.dropFirst()))
    #expect(invitation.hasPrefix("fieldsurvey:enrol?relay=\(office.url)&code=\(shown[0])&issuer="), "\(invitation)")
    let lin = Place(home: office.folder.url.appendingPathComponent("lin"))
    // By a scanner, which types what it reads.
    try lin.run("enrol", stdin: invitation + "\n")
    try lin.run("sync")
    // Neither is a picture where nobody sees it, nor one without an address.
    #expect(try office.place.run("device", "code", "wang", "--relay", office.url).split(separator: "\n").count == 1)
    #expect(try office.place.attempt("device", "code", "wang", "--qr").status != 0)
    #expect(try office.place.attempt("device", "code", "wang", "--qr", "--relay", "http://relay.example.org").status != 0)
  }

  @Test func aFileWillDoAndAnArgumentWillNot() throws {
    let office = try Office()
    let told = try #require(try office.place.ask("device", "code", "lin", "--relay", office.url) as? [String: Any])
    let invitation = try #require(told["invitation"] as? String)
    let file = office.folder.url.appendingPathComponent("invitation").path
    let lin = Place(home: office.folder.url.appendingPathComponent("lin"))
    func attempt(_ text: String, _ arguments: String...) throws -> String? {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      let outcome = try Program.run(
        ["enrol"] + arguments + ["--code-file", file, "--json", "--home", lin.home.path], stdin: "", environment: [:])
      return outcome.status == 0 ? nil : try outcome.error()["code"] as? String
    }
    let argument = try lin.attempt("enrol", invitation, "--json")
    #expect(try argument.status != 0 && argument.error()["code"] as? String == "bad-invitation")
    for text in ["", "fieldsurvey:enrol?code=1", "fieldsurvey:other?relay=x&code=1", String(invitation.dropLast())] {
      #expect(try attempt(text) == "bad-invitation", "\(text)")
    }
    #expect(try attempt(invitation, "https://elsewhere.example.org") == "bad-invitation")
    // One byte more than is read, and as many as are.
    let room = 2048 - invitation.utf8.count
    #expect(try attempt(String(repeating: " ", count: room + 1) + invitation) == "bad-invitation")
    // Another office's issuer: the relay that answers is not the one that was meant.
    let last = try #require(invitation.last)
    #expect(try attempt(invitation.dropLast() + (last == "0" ? "1" : "0")) == "not-our-server")
    let again = try #require(try office.place.ask("device", "code", "lin", "--relay", office.url) as? [String: Any])
    let other = try #require(again["invitation"] as? String)
    #expect(try attempt(String(repeating: " ", count: 2048 - other.utf8.count) + other) == nil)
    // A code alone, for a relay that is named.
    #expect(try attempt(office.code("lin") + "\n", office.url) == nil)
    try lin.run("sync")
  }
}
