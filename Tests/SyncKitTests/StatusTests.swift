import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// What a replica says of its unsent work.
@Suite struct StatusTests {
  private let field: TestField

  init() throws { field = try TestField() }

  @Test func whatCameFromOthersIsCarriedAndNotUnsent() throws {
    let (a, b, relay) = (try field.replica("a"), try field.replica("b"), try field.replica("relay"))
    for row in 0..<5 { try a.run("INSERT INTO note(id) VALUES(?)", ["\(row)"]) }
    _ = try a.exportBundle(to: field.path("a.bundle"))
    _ = try b.importBundle(from: field.path("a.bundle"))
    var status = try b.status(peer: "relay")
    #expect(status.unsentChangesets == 0 && status.unsentBytes == 0 && status.oldestUnsent == nil)
    #expect(status.carriedChangesets == 5)
    field.time.set(TestClock.start + 1_000_000)
    try b.run("INSERT INTO note(id) VALUES('own')")
    status = try b.status(peer: "relay")
    #expect(status.unsentChangesets == 1 && status.carriedChangesets == 5)
    // The age is that of its own work, not of what it carries.
    #expect(try #require(status.oldestUnsent) >= TestClock.start + 1_000_000)
    #expect(status.unsentBytes > 0 && status.unsentBytes < 1000)
    _ = try b.sync(with: LocalTransport(relay.exchangeStore), peer: "relay")
    status = try b.status(peer: "relay")
    #expect(status.unsentChangesets == 0 && status.carriedChangesets == 0 && status.unsentBytes == 0)
    // To another peer nothing has been sent yet.
    #expect(try b.status(peer: "other").unsentChangesets == 1)
  }

  @Test func whatThePeerGaveIsNotUnsent() throws {
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try b.run("INSERT INTO note(id) VALUES('b')")
    _ = try a.sync(with: LocalTransport(b.exchangeStore), peer: "b")
    let status = try a.status(peer: "b")
    #expect(status.unsentChangesets == 0 && status.carriedChangesets == 0)
  }
}
