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
  private func outcome(_ error: TransportError, times: Int) -> (code: TransportError.Code?, asked: Int, waits: [Int]) {
    let refusing = Refusing(error, times: times)
    var waits: [Int] = []
    do throws(TransportError) {
      _ = try PatientTransport(over: refusing) { (seconds) throws(TransportError) in waits.append(seconds) }.roundTrip(path: "/", body: [1])
      return (nil, refusing.asked, waits)
    } catch {
      return (error.code, refusing.asked, waits)
    }
  }

  @Test("it is waited for, five seconds at most and three times for one message")
  func waits() {
    func tooMany(_ seconds: Int?) -> TransportError { TransportError(.tooMany, httpStatus: 429, retryAfterSeconds: seconds) }
    #expect(outcome(tooMany(1), times: 3) == (nil, 4, [1, 1, 1]))
    #expect(outcome(tooMany(1), times: 4) == (.tooMany, 4, [1, 1, 1]))
    #expect(outcome(tooMany(5), times: 1) == (nil, 2, [5]))
    #expect(outcome(tooMany(6), times: 1) == (.tooMany, 1, []))
    #expect(outcome(tooMany(nil), times: 1) == (.tooMany, 1, []))
  }

  @Test("nothing else is waited for, and who is to stop does not wait")
  func others() {
    #expect(outcome(TransportError(.serverFailed, httpStatus: 503, retryAfterSeconds: 1), times: 1) == (.serverFailed, 1, []))
    let refusing = Refusing(TransportError(.tooMany, retryAfterSeconds: 1), times: 1)
    let transport = PatientTransport(over: refusing) { (_) throws(TransportError) in throw TransportError(.cancelled) }
    #expect(throws: TransportError(.cancelled)) { try transport.roundTrip(path: "/", body: []) }
    #expect(refusing.asked == 1)
  }
}
