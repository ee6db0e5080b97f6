import CCurl

extension CurlConnection {
  /// What is sent.
  struct Request {
    var method = Method.post
    let url: String
    let headers: [String]
    let body: [UInt8]
    /// The media type of a usable answer; the body of any other is read only as far as an error document goes.
    let accept: String
  }

  enum Method {
    case post, patch, get
  }

  /// What came of it.
  struct Outcome {
    var result = CURLE_OK
    /// The final status; `nil` when no complete answer header arrived.
    var status: Int?
    var mediaType: String?
    var body: [UInt8] = []
    /// Whether the header said where the answer ends; without that a cut cannot be told from an end.
    var isFramed = false
    /// Whether the answer broke a bound and was abandoned.
    var isTooLarge = false
    /// Whether nothing moved for too long and the request was abandoned.
    var isStalled = false
    var retryAfterSeconds: Int?
    /// Which part of the whole the body is, as the header says.
    var contentRange: String?
    /// The status of a proxy's answer to CONNECT; 0 when there was none.
    var proxyStatus = 0
    /// OpenSSL's reason for not trusting the certificate; 0 when it trusts it.
    var verifyResult = 0
    /// The address that a redirect names.
    var redirectURL: String?
    /// libcurl's own words about a failure.
    var message = ""
  }
}
