/// How a message reaches the other side and how its answer comes back: the only thing the exchange needs of a network.
///
/// A transport keeps no state of the exchange. Messages are idempotent, so a caller that did not get an answer sends the
/// same message again.
public protocol ExchangeTransport {
  /// Sends one message and waits for its answer.
  ///
  /// - Parameters:
  ///   - path: where the message goes on the other side; it begins with a slash.
  ///   - body: the message, in the encoding of the exchange.
  /// - Returns: the answer's bytes, complete.
  /// - Throws: ``TransportError`` when there is no answer, or none of the exchange.
  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8]
}

/// The bounds of a transport, in one place.
public enum TransportLimits {
  /// The largest answer taken unless the caller says otherwise, in bytes.
  public static let responseBytes = 16 << 20
  /// How many bytes the system may have taken of a request and not sent yet: on a link that ends they have to be sent again.
  public static let unsentBytes = 16 << 10
  /// The largest error document or foreign page that is read before it is classified, in bytes.
  public static let errorBytes = 64 << 10
  /// The largest answer header taken, in bytes.
  public static let headerBytes = 64 << 10
  /// The least rate of a request under way, in bytes per second.
  public static let leastBytesPerSecond = 256
  /// Over how long the least rate is judged.
  public static let rateWindow: Duration = .seconds(60)
  /// The longest wait that a server may ask for, in seconds; a larger request is cut to this.
  public static let retryAfterSeconds = 86_400
  /// The longest wait for which ``PatientTransport`` waits itself, in seconds.
  public static let longestWaitSeconds = 5
  /// How often it waits for one message where this device asks too often.
  public static let waitsPerMessage = 3
  /// How often it waits for one message where the other side has too much to do, as in a night with many first syncs.
  public static let waitsWhileBusy = 24
  /// By which share of it a wait may be longer than asked for.
  public static let waitSpread = 0.5
  /// The longest technical detail kept in an error, in characters.
  public static let detailCharacters = 200
  /// The longest code or identifier taken from a problem document, in characters.
  public static let problemMemberCharacters = 100
}
