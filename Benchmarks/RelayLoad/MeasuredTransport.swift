import SyncKit

/// A transport that counts what goes over it, and how long each request takes.
final class MeasuredTransport: ExchangeTransport {
  let transport: CurlTransport
  private(set) var tally = Tally()

  init(url: String, token: String) throws {
    transport = try CurlTransport(baseURL: url, token: token)
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    tally.bytesUp += body.count
    let began = ContinuousClock.now
    let answer = try transport.roundTrip(path: path, body: body)
    tally.requests.note(ContinuousClock.now - began)
    tally.bytesDown += answer.count
    return answer
  }
}
