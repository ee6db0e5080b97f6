import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// A way that ends after so many bytes, in both directions together: each attempt has a connection of its own.
private final class FrailTransport<Store: ExchangeStore>: ExchangeTransport {
  private let way: LocalTransport<Store>
  private var left: Int

  init(_ store: Store, bytes: Int) {
    way = LocalTransport(store)
    left = bytes
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    try carry(body)
    let answer = try way.roundTrip(path: path, body: body)
    try carry(answer)
    return answer
  }

  private func carry(_ message: [UInt8]) throws(TransportError) {
    left -= message.count
    if left < 0 { throw TransportError(.cutShort) }
  }
}

/// A connection that never lasts for a whole batch moves everything all the same.
@Suite struct FrailLinkTests {
  private let field: TestField

  init() throws { field = try TestField() }

  /// Exchanges over connections that last for so many bytes.
  /// - Returns: how many were needed.
  private func attempts(_ a: Replica, _ b: Replica, bytes: Int) throws -> Int {
    for attempt in 1...400 {
      do {
        _ = try a.sync(with: FrailTransport(b.exchangeStore, bytes: bytes), peer: "b")
        return attempt
      } catch let error as TransportError { #expect(error.code == .cutShort) }
    }
    throw TransportError(.cutShort, detail: "no progress")
  }

  @Test func aConnectionThatDiesAfterEvery40KiBConverges() throws {
    let (a, b) = try field.pair()
    // 2 MiB that no compression shortens, each way.
    for row in 0..<128 {
      try a.run("INSERT INTO note(id, a) VALUES(?, randomblob(16000))", ["a\(row)"])
      try b.run("INSERT INTO note(id, a) VALUES(?, randomblob(16000))", ["b\(row)"])
    }
    let count = try attempts(a, b, bytes: 40 << 10)
    #expect(count < 4 << 20 / 12_000, "\(count) attempts")
    #expect(try a.hex == b.hex)
  }

  @Test func whatTheLinkBearsIsRememberedAndTriedAgain() throws {
    let (a, b) = try field.pair()
    for row in 0..<128 { try a.run("INSERT INTO note(id, a) VALUES(?, randomblob(16000))", ["a\(row)"]) }
    _ = try attempts(a, b, bytes: 100 << 10)
    let remembered = try #require(try PeerMemory(a, "b").batchBytes())
    #expect(remembered < 100 << 10)
    // Over a good link they grow again.
    for row in 0..<128 { try a.run("INSERT INTO note(id, a) VALUES(?, randomblob(16000))", ["c\(row)"]) }
    _ = try a.sync(with: LocalTransport(b.exchangeStore), peer: "b")
    #expect(try #require(try PeerMemory(a, "b").batchBytes()) > remembered)
    #expect(try PeerMemory(a, "another").batchBytes() == nil)
  }

  @Test func aPartLargerThanTheLinkBearsIsTold() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note(id, a) VALUES('large', randomblob(200000))")
    var codes: [TransportError.Code] = []
    for _ in 0..<12 {
      do { _ = try a.sync(with: FrailTransport(b.exchangeStore, bytes: 40 << 10), peer: "b") } catch let error as TransportError {
        codes.append(error.code)
      }
    }
    #expect(codes.count == 12)
    #expect(codes.first == .cutShort && codes.last == .linkTooFrail)
    #expect(try a.status(peer: "b").lastOutcome == "link-too-frail")
    #expect(try a.status(peer: "b").unsentChangesets == 1)
    // Nothing is lost: a better link carries it.
    _ = try a.sync(with: LocalTransport(b.exchangeStore), peer: "b")
    #expect(try a.hex == b.hex)
  }
}
