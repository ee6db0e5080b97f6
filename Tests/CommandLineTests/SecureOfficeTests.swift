import Foundation
import TestCertificates
import Testing

/// The office's relay by TLS, and the laptops that recognise it.
@Suite(.serialized) struct SecureOfficeTests {
  @Test func aLaptopKeepsTheOfficesAuthorityThoughTheStickIsGone() throws {
    let authority = try TestAuthority()
    let office = try Office(certificate: authority.issue())
    let stick = office.folder.url.appendingPathComponent("stick.pem")
    try Data(authority.pem.utf8).write(to: stick)
    let laptop = Place(home: office.folder.url.appendingPathComponent("li"))
    let refused = try laptop.attempt("enrol", office.url, office.code("li"), "--json")
    #expect(refused.status == 76)
    #expect(try refused.error()["code"] as? String == "tls-failed")
    try laptop.run("enrol", office.url, office.code("li"), "--ca-file", stick.path)
    try FileManager.default.removeItem(at: stick)
    try laptop.run("enterprise", "add", "鹭岛(虚构)", "--uscc", Office.code)
    try laptop.run("sync")
    // Another code, and the authority stays.
    try laptop.run("enrol", office.url, office.code("li"))
    try laptop.run("sync")
    try Data().write(to: laptop.home.appendingPathComponent("ca.pem"))
    let empty = try laptop.attempt("sync", "--json")
    #expect(empty.status == 78)
    #expect(try empty.error()["code"] as? String == "bad-authority-file")
    #expect(office.stop() == 0)
  }

  @Test func aPinnedKeyIsAskedForUntilTheOfficeNamesAnother() throws {
    let authority = try TestAuthority()
    let (first, second) = (try authority.issue(), try authority.issue())
    let office = try Office(certificate: first)
    let trusted = office.folder.url.appendingPathComponent("authority.pem")
    try Data(authority.pem.utf8).write(to: trusted)
    let laptop = Place(home: office.folder.url.appendingPathComponent("li"))
    let code = try office.code("li")
    let refused = try laptop.attempt("enrol", office.url, code, "--ca-file", trusted.path, "--pin", second.pin, "--json")
    #expect(refused.status == 76)
    #expect(try refused.error()["code"] as? String == "pin-mismatch")
    // Nothing was sent to whom it may be: the code is unused.
    try laptop.run("enrol", office.url, code, "--ca-file", trusted.path, "--pin", first.pin)
    try laptop.run("sync")
    #expect(office.stop() == 0)
    try office.start(certificate: second)
    let strange = try laptop.attempt("sync", "--json")
    #expect(strange.status == 76)
    #expect(try strange.error()["code"] as? String == "pin-mismatch")
    try laptop.run("enrol", office.url, office.code("li"), "--pin", second.pin)
    try laptop.run("sync")
    #expect(office.stop() == 0)
  }

  @Test func aRelayThatAsksForClientsCertificatesIsReachedByThoseWhoHaveOneAndTheCodeComesWithWhatToPin() throws {
    let (authority, clients) = (try TestAuthority(), try TestAuthority("clients"))
    let folder = try TemporaryFolder()
    let certificate = try authority.issue()
    let (ca, trusted) = (folder.url.appendingPathComponent("clients.pem"), folder.url.appendingPathComponent("authority.pem"))
    try Data(clients.pem.utf8).write(to: ca)
    try Data(authority.pem.utf8).write(to: trusted)
    let office = try Office("--client-ca", ca.path, certificate: certificate)
    let told = try #require(try office.place.ask("device", "code", "li") as? [String: Any])
    let (code, pin) = (try #require(told["code"] as? String), try #require(told["pin"] as? String))
    #expect(pin == certificate.pin)
    let laptop = Place(home: office.folder.url.appendingPathComponent("li"))
    var refused = try laptop.attempt("enrol", office.url, code, "--ca-file", trusted.path, "--pin", pin, "--json")
    // A connection that breaks off may take the reason with it.
    for _ in 0..<10 where refused.status == 69 {
      refused = try laptop.attempt("enrol", office.url, code, "--ca-file", trusted.path, "--pin", pin, "--json")
    }
    #expect(refused.status == 77, "\(refused.stderr)")
    let own = try clients.issue("laptop").write(to: folder.url.path, as: "laptop")
    try laptop.run(
      "enrol", office.url, code, "--ca-file", trusted.path, "--pin", pin, "--client-certificate", own.certificate, "--client-key", own.key)
    try laptop.run("enterprise", "add", "鹭岛(虚构)", "--uscc", Office.code)
    try laptop.run("sync")
    #expect(office.stop() == 0)
    #expect(try Program.run(["serve", "--client-ca", ca.path, "--home", office.place.home.path]).status == 64)
    // Behind a proxy there is nothing of ours to pin.
    let plain = try Office()
    #expect(try #require(try plain.place.ask("device", "code", "li") as? [String: Any])["pin"] == nil)
    #expect(plain.stop() == 0)
  }

  @Test func anOfficeDoesNotBeginWithFilesThatAreNoGood() throws {
    let folder = try TemporaryFolder()
    let place = Place(home: folder.url.appendingPathComponent("office"))
    let files = try TestAuthority().issue().write(to: folder.url.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: files.key)
    func attempt(_ arguments: String...) throws -> Outcome {
      try Program.run(["serve", "--init", "--port", "0", "--json"] + arguments + ["--home", place.home.path])
    }
    let exposed = try attempt("--tls-certificate", files.certificate, "--tls-key", files.key)
    #expect(exposed.status == 78)
    #expect(try exposed.error()["code"] as? String == "key-exposed")
    #expect(try attempt("--tls-certificate", files.certificate).status == 64)
    let open = try attempt("--host", "0.0.0.0")
    #expect(open.status == 64)
    #expect(try open.error()["code"] as? String == "insecure-address")
  }

  @Test func aClientsKeyThatOthersCanReadIsNotUsed() throws {
    let folder = try TemporaryFolder()
    let laptop = Place(home: folder.url.appendingPathComponent("li"))
    let files = try TestAuthority().issue("laptop").write(to: folder.url.path, as: "laptop")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: files.key)
    let address = ["enrol", "https://localhost:9", "7K3QM-9WX2T"]
    let own = ["--client-certificate", files.certificate, "--client-key", files.key, "--json", "--home", laptop.home.path]
    let exposed = try Program.run(address + own)
    #expect(exposed.status == 78)
    #expect(try exposed.error()["code"] as? String == "key-exposed")
    #expect(try Program.run(address + own.suffix(5)).status == 64)
    let proxy = try laptop.attempt("enrol", "https://relay.example.org", "7K3QM-9WX2T", "--proxy", "http://me:secret@proxy:3128", "--json")
    #expect(proxy.status == 64)
    #expect(try proxy.error()["code"] as? String == "bad-url")
    #expect(!proxy.stderr.contains("secret"))
    #expect(!FileManager.default.fileExists(atPath: laptop.home.path))
  }

  @Test func whoeverIsToSlowDownWaitsAndSaysSo() throws {
    let answer =
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    let office = try Office()
    let laptop = try office.laptop("li")
    let busy = try CannedServer(answer)
    let file = laptop.home.appendingPathComponent("home.json")
    try String(contentsOf: file, encoding: .utf8).replacing(office.url, with: busy.url).write(to: file, atomically: true, encoding: .utf8)
    let began = ContinuousClock.now
    let outcome = try laptop.attempt("sync", "--lang", "en")
    #expect(outcome.status == 75 && began.duration(to: .now) >= .seconds(3))
    #expect(outcome.stderr.components(separatedBy: "asks this device to wait: going on in ").count == 4)
    #expect(office.stop() == 0)
  }
}
