import Foundation
import Testing

/// What people and scripts get wrong: a clear error, the right exit code, and nothing lost.
@Suite(.serialized) struct BadInputTests {
  @Test func anAnswerFileWithSeveralFaultsNamesThemAll() throws {
    let faults = #"{"answers":{"2":["B","C"],"1":["A","B"],"3":["Z"],"6":["B","B"],"7":[],"99":["A"]},"scenes":{"1":5}}"#
    let outcome = try Program.run(["rating", "compute", "--answers", "-", "--json"], stdin: faults)
    #expect(outcome.status == 65)
    #expect(outcome.stdout.isEmpty)
    let error = try outcome.error()
    #expect(error["code"] as? String == "answers-refused")
    #expect((error["details"] as? [String: String])?["count"] == "7")
    let message = try #require(error["message"] as? String)
    for part in ["Z", "5", "99"] { #expect(message.contains(part)) }
  }

  @Test func fullWidthInputIsTaken() throws {
    let full = "{\"answers\":{\"１\":[\"Ｂ\",\"ｃ\"],\"2\":[\"C\"]},\"scenes\":{\"１\":2}}"
    let half = #"{"answers":{"1":["B","C"],"2":["C"]},"scenes":{"1":2}}"#
    let score = try Program.run(["rating", "compute", "--answers", "-", "--json"], stdin: full).object()["scoreMilli"] as? Int
    #expect(try score == Program.run(["rating", "compute", "--answers", "-", "--json"], stdin: half).object()["scoreMilli"] as? Int)
    #expect(score != nil)
  }

  @Test func aCodeOfSeventeenCharactersIsInvalidAndNoFailure() throws {
    let outcome = try Program.run(["enterprise", "check-code", String(Office.code.dropLast()), "--json"])
    #expect(outcome.status == 0)
    #expect(try outcome.object()["valid"] as? Bool == false)
    let wide = String(String.UnicodeScalarView(Office.code.lowercased().unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
    #expect(try Program.run(["enterprise", "check-code", wide, "--json"]).object()["valid"] as? Bool == true)
  }

  @Test func aRefusedAnswerChangesNothing() throws {
    let office = try Office()
    let plant = try office.plant()
    let assessment = try office.place.make("assessment", "start", plant)
    try office.place.run("assessment", "answer", assessment, "2", "C")
    for arguments in [["answer", assessment, "2", "Z"], ["answer", assessment, "1", "A", "B"], ["scene", assessment, "1", "5"]] {
      let outcome = try Program.run(["assessment"] + arguments + ["--json", "--home", office.place.home.path])
      #expect(outcome.status == 65)
      #expect(try outcome.error()["kept"] as? String == "数据没有任何改动。")
    }
    let shown = try #require(office.place.ask("assessment", "show", assessment) as? [String: Any])
    #expect(shown["answers"] as? [String: [String]] == ["2": ["C"]])
    #expect(try office.place.attempt("assessment", "show", "ffff").status == 66)
    #expect(office.stop() == 0)
  }

  @Test func anEditWithAnImpossibleDayOrAmountChangesNothing() throws {
    let office = try Office()
    let plant = try office.plant()
    for (option, field) in [
      ("--established-on=2025-02-30", "establishedOn"), ("--registered-capital=-5", "registeredCapital"),
      ("--registered-capital=三百万", "registeredCapital"), ("--untrusted-on=2025-13-01", "untrustedOn"),
    ] {
      let outcome = try office.place.attempt("enterprise", "edit", plant, "--park", "示例园区", option, "--json")
      #expect(outcome.status == 65)
      let error = try outcome.error()
      #expect(error["code"] as? String == "value-invalid")
      #expect((error["details"] as? [String: String])?["field"] == field)
    }
    var shown = try #require(try office.place.object("enterprise", "show", plant)["enterprise"] as? [String: Any])
    #expect(shown["park"] == nil && shown["establishedOn"] == nil && shown["registeredCapitalFen"] == nil)
    try office.place.run(
      "enterprise", "edit", plant, "--established-on", "2009-05-01", "--registered-capital", "500万", "--ownership", "民营", "--main-products",
      "连接器", "--park", "示例园区", "--systems", "ERP", "--untrusted-on", "2025-01-02", "--untrusted-source", "信用厦门")
    shown = try #require(try office.place.object("enterprise", "show", plant)["enterprise"] as? [String: Any])
    #expect(shown["registeredCapitalFen"] as? Int == 500_000_000 && shown["systems"] as? String == "ERP")
    #expect(try office.place.run("enterprise", "show", plant).contains("⚠ 严重失信(2025-01-02):信用厦门"))
    #expect(office.stop() == 0)
  }

  @Test func aDatabaseOfANewerFormatIsLeftAlone() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    let replica = office.place.home.appendingPathComponent("replica.sqlite")
    try Python.run(
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"UPDATE synckit_meta SET value=99 WHERE name='format'\"); c.commit()",
      replica.path)
    let outcome = try office.place.attempt("status", "--json")
    #expect(outcome.status == 65)
    #expect(try outcome.error()["code"] as? String == "newer-format")
    let profile = office.place.home.appendingPathComponent("home.json")
    let text = try String(contentsOf: profile, encoding: .utf8).replacing("\"format\" : 1", with: "\"format\" : 2")
    try text.write(to: profile, atomically: true, encoding: .utf8)
    #expect(try office.place.attempt("status", "--json").error()["code"] as? String == "newer-format")
  }

  @Test func aForeignDatabaseIsNotTakenOver() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    let replica = office.place.home.appendingPathComponent("replica.sqlite")
    try Data("this is no database, and long enough to be read as one".utf8).write(to: replica)
    let outcome = try office.place.attempt("status", "--json")
    #expect(outcome.status == 65)
    #expect(try outcome.error()["code"] as? String == "not-a-replica")
    #expect(try String(contentsOf: replica, encoding: .utf8).hasPrefix("this is no database"))
  }

  @Test func aLostDatabaseIsNotReplacedByAnEmptyOne() throws {
    let office = try Office()
    let plant = try office.plant(for: "li")
    let laptop = try office.laptop("li")
    try laptop.run("sync")
    let replica = laptop.home.appendingPathComponent("replica.sqlite")
    for isCut in [false, true] {
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: replica.path + suffix) }
      if isCut { try Data().write(to: replica) }
      let outcome = try laptop.attempt("status", "--json")
      #expect(outcome.status == 78)
      #expect(try outcome.error()["code"] as? String == "replica-lost")
      #expect(FileManager.default.fileExists(atPath: replica.path) == isCut)
    }
    let code = try office.place.run("device", "code", "li").trimmingCharacters(in: .whitespacesAndNewlines)
    try laptop.run("enrol", office.url, code)
    try laptop.run("sync")
    try laptop.run("enterprise", "show", plant)
    // Another device's file in its place is noticed as well.
    let other = try office.laptop("chen")
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: replica.path + suffix) }
    try FileManager.default.copyItem(at: other.home.appendingPathComponent("replica.sqlite"), to: replica)
    #expect(try laptop.attempt("status", "--json").error()["code"] as? String == "replica-lost")
    #expect(office.stop() == 0)
  }

  @Test func aBundleTakesNoPlaceButAFiles() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    let pipe = office.folder.url.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/null", office.folder.url.path] {
      #expect(try office.place.attempt("bundle", "export", path, "--for", "office", "--json").status == 73)
      let outcome = try office.place.attempt("bundle", "import", path, "--json")
      #expect(outcome.status == 65)
      #expect(try outcome.error()["code"] as? String == "not-a-file")
    }
    func kind(_ path: String) throws -> FileAttributeType? {
      try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
    #expect(try kind("/dev/null") == .typeCharacterSpecial)
    // Foundation has no word for a pipe; a file would have taken its place.
    #expect(try kind(pipe) == .typeUnknown)
  }

  @Test func aFileSizeLimitIsAnErrorAndNotADeath() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    let address = String(repeating: "湖里", count: 20_000)
    let outcome = try Program.run(
      shell: "ulimit -f 64; exec \"$0\" enterprise add 鹭岛 --address \"$(cat)\" --json --home \"$1\"", office.place.home.path, stdin: address
    )
    #expect(outcome.status == 73 || outcome.status == 74)
    #expect(try outcome.error()["kept"] != nil)
    #expect(try (office.place.ask("enterprise", "list") as? [Any])?.isEmpty == true)
    try office.place.run("doctor")
  }

  @Test func closedStandardStreamsAreNoFilesOfOurs() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    let bundle = office.folder.url.appendingPathComponent("case.bundle")
    let outcome = try Program.run(
      shell: "exec \"$0\" bundle export \"$1/../case.bundle\" --for office --home \"$1\" <&- >&- 2>&-", office.place.home.path)
    #expect(outcome.status == 74)
    try office.place.run("bundle", "import", bundle.path)
    try office.place.run("doctor")
  }

  @Test func tooFewDescriptorsAreToldAsSuch() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    for limit in [6, 9, 13, 63] {
      let outcome = try Program.run(shell: "ulimit -n \(limit); exec \"$0\" status --json --home \"$1\"", office.place.home.path)
      #expect(outcome.status == 78)
      #expect(try outcome.error()["code"] as? String == "too-few-descriptors")
    }
    // A limit that may be raised is.
    let outcome = try Program.run(shell: "ulimit -S -n 10; exec \"$0\" status --json --home \"$1\"", office.place.home.path)
    #expect(outcome.status == 0, "\(outcome.stderr)")
  }

  @Test func aReadOnlyFolderIsToldAndNothingIsWritten() throws {
    let office = try Office()
    #expect(office.stop() == 0)
    chmod(office.place.home.path, 0o500)
    defer { chmod(office.place.home.path, 0o700) }
    let outcome = try office.place.attempt("enterprise", "add", "鹭岛(虚构)", "--json")
    #expect(outcome.status == 73)
    #expect(try outcome.error()["code"] as? String == "read-only")
  }

  @Test func aHomeThatCannotBeMadeIsTold() throws {
    // Nobody, root included, makes folders in /sys.
    let outcome = try Program.run(["serve", "--init", "--json", "--home", "/sys/fieldsurvey"])
    #expect(outcome.status == 73)
    #expect(try outcome.error()["code"] as? String == "read-only")
  }

  @Test func onlyTheOfficeIssuesCodes() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let outcome = try laptop.attempt("device", "code", "chen", "--json")
    #expect(outcome.status == 77)
    #expect(try outcome.error()["code"] as? String == "office-only")
  }
}

/// Python's own SQLite, as a program that lacks our library.
enum Python {
  static func run(_ script: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
