/// A way to the other side that waits where the other side says that this device asks too often, and then asks again.
///
/// It waits some seconds at most, and some times for one message; after that the refusal is told as any other error.
public struct PatientTransport: ExchangeTransport {
  private let transport: any ExchangeTransport
  private let wait: (_ seconds: Int) throws(TransportError) -> Void

  /// Makes a transport over another.
  ///
  /// - Parameters:
  ///   - transport: by which messages go.
  ///   - wait: returns after so many seconds, or throws where they are not to be waited for.
  public init(over transport: any ExchangeTransport, wait: @escaping (_ seconds: Int) throws(TransportError) -> Void) {
    self.transport = transport
    self.wait = wait
  }

  public func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    var waits = 0
    while true {
      do throws(TransportError) {
        return try transport.roundTrip(path: path, body: body)
      } catch {
        guard error.code == .tooMany, waits < TransportLimits.waitsPerMessage, let seconds = error.retryAfterSeconds,
          seconds <= TransportLimits.longestWaitSeconds
        else { throw error }
        waits += 1
        try wait(seconds)
      }
    }
  }
}
