public import SyncCore

/// An exchange within one process: the messages are encoded and decoded as on any other way, only no network is between.
public struct LocalTransport<Store: ExchangeStore>: ExchangeTransport {
  private let store: Store

  /// - Parameter store: the answering side.
  public init(_ store: Store) { self.store = store }

  public func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    do {
      let request = try ExchangeRequest(decoding: body, codec: .standard)
      return try ExchangeResponder.answer(request, from: store).encoded(codec: .standard)
    } catch {
      throw TransportError(.serverFailed, detail: String(describing: error))
    }
  }
}
