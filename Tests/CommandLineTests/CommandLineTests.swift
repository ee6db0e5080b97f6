import Foundation
import Testing

@Suite struct UsageTests {
  @Test func aMistypedCommandEndsWith64AndAHint() throws {
    let outcome = try Program.run(["sync", "--bogus"])
    #expect(outcome.status == 64)
    #expect(outcome.stdout.isEmpty)
    #expect(outcome.stderr.contains("错误:没有选项 --bogus。"))
    #expect(outcome.stderr.contains("用法:fieldsurvey sync"))
  }

  @Test func englishIsSpokenWhenAskedFor() throws {
    #expect(try Program.run(["nope", "--lang", "en"]).stderr.hasPrefix("Error: "))
    #expect(try Program.run(["nope"], environment: ["LANG": "en_US.UTF-8"]).stderr.hasPrefix("Error: "))
    #expect(try Program.run(["nope"], environment: ["LANG": "C.UTF-8"]).stderr.hasPrefix("错误:"))
    #expect(try Program.run(["nope"], environment: ["LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"]).stderr.hasPrefix("错误:"))
  }

  @Test func withJSONAnErrorIsOneObjectOnStderrAndStdoutStaysEmpty() throws {
    let folder = try TemporaryFolder()
    let place = Place(home: folder.url.appendingPathComponent("none"))
    for command in [["status"], ["sync"], ["enterprise", "list"], ["conflicts", "list"], ["verify"], ["device", "list"]] {
      let outcome = try Program.run(command + ["--json", "--home", place.home.path])
      #expect(outcome.status == 78)
      #expect(outcome.stdout.isEmpty)
      let error = try outcome.error()
      #expect(error["code"] as? String == "no-home")
      #expect(error["exit"] as? Int == 78)
      #expect((error["next"] as? String)?.contains("fieldsurvey enrol URL CODE") == true)
    }
  }

  @Test func aClockBeyondAllDatesIsNoCrash() throws {
    for offset in [String(Int64.max), String(Int64.min), "x"] {
      let outcome = try Program.run(
        ["doctor", "--json", "--home", "/nonexistent"], environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": offset])
      #expect(outcome.status == 1)
      #expect(try outcome.object()["ok"] as? Bool == false)
    }
  }

  @Test func aMistypedCommandWithJSONIsAnObjectToo() throws {
    let outcome = try Program.run(["sync", "--json", "--bogus"])
    #expect(outcome.status == 64)
    #expect(try outcome.error()["code"] as? String == "usage")
  }

  @Test func helpAndVersionAreResults() throws {
    let help = try Program.run(["--help"])
    #expect(help.status == 0)
    #expect(help.stderr.isEmpty)
    for command in ["serve", "device", "enrol", "sync", "daemon", "status", "conflicts", "history", "bundle", "verify", "doctor"] {
      #expect(help.stdout.contains("  \(command) "))
    }
    #expect(try Program.run(["--version"]).stdout.hasPrefix("0."))
  }

  @Test func aResultThatCannotBeWrittenIsNoSuccess() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let process = Program.process(["enterprise", "check-code", Office.code, "--json"])
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }
}
