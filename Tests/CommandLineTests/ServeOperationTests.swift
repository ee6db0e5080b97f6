import Foundation
import Testing

/// The relay as its operator sees it: how it stops, and what it writes down.
@Suite(.serialized) struct ServeOperationTests {
  @Test func aRelayThatIsToldToStopIsNotReadyAtOnceFinishesWhatIsUnderWayAndTakesNoMore() throws {
    let office = try Office("--drain-seconds", "2")
    #expect(RawConnection.get("/readyz", port: office.port)?.hasPrefix("HTTP/1.1 200 ") == true)
    let slow = try #require(RawConnection(port: office.port))
    let key = String(repeating: "0", count: 64)
    let body = #"{"code":"00000-00000","device":"00000000000000090000000000000009","label":"l","key":"\#(key)"}"#
    slow.send("POST /v1/enrol HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
    slow.send(String(body.prefix(10)))
    Thread.sleep(forTimeInterval: 0.3)

    office.beginToStop()
    Thread.sleep(forTimeInterval: 0.5)
    let draining = try #require(RawConnection.get("/readyz", port: office.port))
    #expect(draining.hasPrefix("HTTP/1.1 503 ") && draining.contains(#""code":"draining""#))
    #expect(RawConnection.get("/healthz", port: office.port)?.hasPrefix("HTTP/1.1 200 ") == true)
    let deadline = Date().addingTimeInterval(10)
    while RawConnection(port: office.port) != nil, Date() < deadline { Thread.sleep(forTimeInterval: 0.1) }
    #expect(RawConnection(port: office.port) == nil)
    #expect(office.isRunning)

    slow.send(String(body.dropFirst(10)))
    let answer = slow.receive()
    #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.contains(#""code":"code-unknown""#), "\(answer)")
    #expect(office.stop() == 0)
  }

  @Test func theJSONLogIsAnObjectALineWithTheIdOfTheProblemAndWithoutTokensCodesAndKeys() throws {
    let secrets = try TemporaryFolder()
    let metrics = String(repeating: "Metrics-token-9", count: 3)
    let metricsFile = secrets.url.appendingPathComponent("metrics.token")
    try Data((metrics + "\n").utf8).write(to: metricsFile)
    let office = try Office("--verbose", "--log-format", "json", "--metrics-token-file", metricsFile.path)
    let code = try office.place.run("device", "code", "li").trimmingCharacters(in: .whitespacesAndNewlines)
    let laptop = Place(home: office.folder.url.appendingPathComponent("li"))
    try laptop.run("enrol", office.url, code)
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    try laptop.run("enterprise", "edit", plant, "--address", "厦门市")
    try laptop.run("sync")
    #expect(try Place(home: office.folder.url.appendingPathComponent("again")).attempt("enrol", office.url, code).status == 77)
    let token = try String(contentsOf: laptop.home.appendingPathComponent("token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    for path in ["/v1/hello?token=\(token)", "/metrics?\(metrics)", "/v1/enrol?code=\(code)"] {
      _ = RawConnection.get(path, port: office.port, headers: "Authorization: Bearer \(token)")
    }
    let numbers = RawConnection.get("/metrics", port: office.port, headers: "Authorization: Bearer \(metrics)")
    #expect(numbers?.hasPrefix("HTTP/1.1 200 ") == true && numbers?.contains("synckit_relay_changesets ") == true)
    let problem = try #require(RawConnection.get("/nowhere", port: office.port))
    let id = try #require(problem.firstMatch(of: /"id":"([0-9a-f]{16})"/)?.output.1)
    #expect(office.stop() == 0)

    let log = try office.log()
    let lines = try log.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
    }
    #expect(lines.allSatisfy { $0["at"] != nil && $0["level"] != nil && $0["message"] != nil })
    #expect(lines.contains { $0["id"] == String(id) && $0["status"] == "404" && $0["code"] == "not-found" })
    #expect(lines.contains { $0["path"] == "/v1/push" && $0["status"] == "200" && $0["device"]?.count == 32 })
    var keys = [code, code.filter { $0 != "-" }, token, metrics]
    for (place, name) in [(laptop, "device.key"), (office.place, "device.key"), (office.place, "issuer.key")] {
      keys.append(
        try String(contentsOf: place.home.appendingPathComponent(name), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    #expect(keys.allSatisfy { $0.count >= 10 })
    for key in keys { #expect(!log.lowercased().contains(key.lowercased())) }
    // Nor who is surveyed, and by whom.
    for word in [plant, Office.code, "鹭岛", "厦门"] { #expect(!log.contains(word)) }
  }

  @Test func oneProcessServesAHomeAndAMetricsTokenIsLongAndInAFile() throws {
    let office = try Office()
    let second = try office.place.attempt("serve", "--port", "0", "--json")
    #expect(second.status == 75)
    #expect(try second.error()["code"] as? String == "serving")
    #expect(office.stop() == 0)
    let file = office.folder.url.appendingPathComponent("metrics.token")
    try Data("123456789012345\n".utf8).write(to: file)
    #expect(try office.place.attempt("serve", "--metrics-token-file", file.path).status == 65)
    #expect(try office.place.attempt("serve", "--metrics-token-file", file.path + ".none").status == 66)
    for wrong in [["--drain-seconds", "301"], ["--drain-seconds", "-1"], ["--least-free-mib", "-1"], ["--log-format", "xml"]] {
      #expect(try Program.run(["serve", "--home", office.place.home.path] + wrong).status == 64)
    }
  }
}
