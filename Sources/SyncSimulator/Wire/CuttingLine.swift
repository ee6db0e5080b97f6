import SyncCore
import SyncKit
import SyncRelay

/// A way to a store that lets each message through once it has cut it at one offset, in each direction.
final class CuttingLine: ExchangeTransport {
  private let way: LocalTransport<SparingStore<RelayAccess>>
  /// Nil for a way that cuts nothing.
  private let offset: Int?
  private var seen: Set<[UInt8]> = []
  /// How many times something was cut, and how long the longest message was.
  private(set) var cuts = 0
  private(set) var longest = 0

  init(_ store: RelayAccess, at offset: Int?, batchBytes: Int) {
    way = LocalTransport(SparingStore(store: store, batchBytes: batchBytes))
    self.offset = offset
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    // A greeting is answered otherwise once anything has arrived: it is cut once in each direction.
    let name = path == "/v1/hello" ? Array(path.utf8) : body
    if let end = cut(body, [0] + name) {
      // What arrives of it is no message.
      if (try? way.roundTrip(path: path, body: end)) == nil { throw TransportError(.cutShort) }
      throw TransportError(.rejected, detail: "a message's beginning was taken for a message")
    }
    let answer = try way.roundTrip(path: path, body: body)
    return cut(answer, [1] + name) ?? answer
  }

  private func cut(_ message: [UInt8], _ name: [UInt8]) -> [UInt8]? {
    longest = max(longest, message.count)
    guard let offset, offset < message.count, seen.insert(name).inserted else { return nil }
    cuts += 1
    return Array(message.prefix(offset))
  }
}
