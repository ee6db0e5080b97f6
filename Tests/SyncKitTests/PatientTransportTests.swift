import SyncKit
import Testing

@Suite("Where the other side asks to wait")
struct PatientTransportTests {
  /// Refuses some times, then answers.
  private final class Refusing: ExchangeTransport {
    private(set) var asked = 0
    let error: TransportError
    let times: Int

    init(_ error: TransportError, times: Int) { (self.error, self.times) = (error, times) }

    func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
      asked += 1
      if asked <= times { throw error }
      return body
    }
  }

  /// What an exchange of one message comes to.
  private func outcome(
    _ error: TransportError, times: Int, chance: Double = 0
  ) -> (code: TransportError.Code?, asked: Int, waits: [Duration]) {
    let refusing = Refusing(error, times: times)
    var waits: [Duration] = []
    let transport = PatientTransport(over: refusing, chance: { chance }, wait: { (wait) throws(TransportError) in waits.append(wait) })
    do throws(TransportError) {
      _ = try transport.roundTrip(path: "/", body: [1])
      return (nil, refusing.asked, waits)
    } catch {
      return (error.code, refusing.asked, waits)
    }
  }

  @Test("it is waited for, five seconds at most and three times for one message")
  func waits() {
    func tooMany(_ seconds: Int?) -> TransportError { TransportError(.tooMany, httpStatus: 429, retryAfterSeconds: seconds) }
    #expect(outcome(tooMany(1), times: 3) == (nil, 4, [.seconds(1), .seconds(1), .seconds(1)]))
    #expect(outcome(tooMany(1), times: 4) == (.tooMany, 4, [.seconds(1), .seconds(1), .seconds(1)]))
    #expect(outcome(tooMany(5), times: 1) == (nil, 2, [.seconds(5)]))
    #expect(outcome(tooMany(6), times: 1) == (.tooMany, 1, []))
    #expect(outcome(tooMany(nil), times: 1) == (.tooMany, 1, []))
  }

  @Test("where it has too much to do it is waited for two minutes and more, and where it does not say how long, not at all")
  func busy() {
    func busy(_ seconds: Int?) -> TransportError { TransportError(.serverFailed, httpStatus: 503, retryAfterSeconds: seconds) }
    let most = TransportLimits.waitsWhileBusy
    #expect(outcome(busy(5), times: most) == (nil, most + 1, [Duration](repeating: .seconds(5), count: most)))
    #expect(outcome(busy(5), times: most + 1).code == .serverFailed)
    #expect(outcome(busy(nil), times: 1) == (.serverFailed, 1, []))
  }

  @Test("many that were turned away together do not come back together, and none before its time")
  func spread() {
    let error = TransportError(.serverFailed, httpStatus: 503, retryAfterSeconds: 4)
    #expect(outcome(error, times: 1, chance: 0).waits == [.seconds(4)])
    #expect(outcome(error, times: 1, chance: 0.5).waits == [.seconds(5)])
  }

  @Test("nothing else is waited for, and who is to stop does not wait")
  func others() {
    #expect(outcome(TransportError(.rejected, httpStatus: 409, retryAfterSeconds: 1), times: 1) == (.rejected, 1, []))
    let refusing = Refusing(TransportError(.tooMany, retryAfterSeconds: 1), times: 1)
    let transport = PatientTransport(over: refusing, wait: { (_) throws(TransportError) in throw TransportError(.cancelled) })
    #expect(throws: TransportError(.cancelled)) { try transport.roundTrip(path: "/", body: []) }
    #expect(refusing.asked == 1)
  }
}
