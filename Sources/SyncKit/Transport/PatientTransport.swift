/// A way to the other side that waits where the other side says that this device asks too often, or that it has too much to do just now, and
/// then asks again.
///
/// It waits some seconds at most, and some times for one message; after that the refusal is told as any other error. Each wait is a little
/// longer than what is asked for, by chance: devices that were turned away together do not come back together.
public struct PatientTransport: ExchangeTransport {
  private let transport: any ExchangeTransport
  private let chance: () -> Double
  private let wait: (_ duration: Duration) throws(TransportError) -> Void

  /// Makes a transport over another.
  ///
  /// - Parameters:
  ///   - transport: by which messages go.
  ///   - chance: a number from 0 up to 1, by which the waits of many differ.
  ///   - wait: returns after so long, or throws where that is not to be waited for.
  public init(
    over transport: any ExchangeTransport, chance: @escaping () -> Double = { Double.random(in: 0..<1) },
    wait: @escaping (_ duration: Duration) throws(TransportError) -> Void
  ) {
    self.transport = transport
    self.chance = chance
    self.wait = wait
  }

  public func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    try patiently { () throws(TransportError) in try transport.roundTrip(path: path, body: body) }
  }

  /// Asks something, as often as is waited for.
  func patiently<T>(_ ask: () throws(TransportError) -> T) throws(TransportError) -> T {
    var waits = 0
    while true {
      do throws(TransportError) {
        return try ask()
      } catch {
        guard waits < Self.waits(error), let seconds = error.retryAfterSeconds, seconds <= TransportLimits.longestWaitSeconds else {
          throw error
        }
        waits += 1
        try wait(.seconds(seconds) * (1 + TransportLimits.waitSpread * chance()))
      }
    }
  }

  /// How often is waited where one message meets this error.
  private static func waits(_ error: TransportError) -> Int {
    switch error.code {
    case .tooMany: TransportLimits.waitsPerMessage
    case .serverFailed: TransportLimits.waitsWhileBusy
    default: 0
    }
  }
}
