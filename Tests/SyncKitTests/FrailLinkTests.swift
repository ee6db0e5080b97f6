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
}
