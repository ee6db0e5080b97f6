import CCurl

/// One libcurl easy handle, kept so that its connection is used again. It serves one thread at a time.
///
/// It moves bytes and keeps bounds; what an outcome means is decided by ``TransportError``.
final class CurlConnection {
  private let handle: UnsafeMutableRawPointer
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let responseLimit: Int
  private let options: CurlTransport.Options
  private var outcome = Outcome()
  private var accept = ""
  private var headerBytes = 0
  private var isHeaderComplete = false
  /// The sockets of the connection in use; several while libcurl still tries which address answers.
  private var sockets: [curl_socket_t] = []
  private var hasOpenedSocket = false
  private var movement: MovementWatch
  /// What is left to be sent of a body that is read by and by.
  private var unread = UnsafeRawBufferPointer(start: nil, count: 0)
  private var progress: ((Int, Int) -> Void)?
  private var isCancelled: (() -> Bool)?

  /// libcurl wants this once per process, before anything else; a static is initialized once, by whichever thread.
  private static let isLibraryReady = ccurl_global_init() == CURLE_OK

  init(endpoint: Endpoint, options: CurlTransport.Options) throws(TransportError) {
    guard Self.isLibraryReady, let handle = curl_easy_init() else {
      errorText.deallocate()
      throw TransportError(.clientFailed, detail: "libcurl did not start")
    }
    self.handle = handle
    responseLimit = options.maximumResponseBytes
    self.options = options
    movement = MovementWatch(options, at: .now)
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    var settings = [
      ccurl_set_http_only(handle),
      ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      ccurl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
      ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1),
      ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.milliseconds),
      ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, options.totalTimeout.milliseconds),
      ccurl_set_long(handle, CURLOPT_NOPROGRESS, 0),
      // What a proxy is told must not include the token.
      ccurl_set_long(handle, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE)),
      ccurl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
      ccurl_set_string(handle, CURLOPT_USERAGENT, options.userAgent),
      ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText),
    ]
    // HTTP/2 where TLS negotiates it; a libcurl built without it refuses the option and speaks HTTP/1.1.
    _ = ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // An unset list lets the environment's proxies and exceptions count; "*" keeps this machine's traffic on it.
    if endpoint.isLoopback { settings.append(ccurl_set_string(handle, CURLOPT_NOPROXY, "*")) }
    settings.append(contentsOf: Self.trust(options, handle))
    settings.append(contentsOf: installCallbacks())
    if let failed = settings.first(where: { $0 != CURLE_OK }) {
      throw TransportError(.clientFailed, detail: String(cString: curl_easy_strerror(failed)))
    }
  }

  deinit {
    curl_easy_cleanup(handle)
    errorText.deallocate()
  }

  /// Sends a request and waits for its outcome.
  ///
  /// - Parameters:
  ///   - progress: told the bytes sent and received so far of this request, about once a second at least.
  ///   - isCancelled: asked as often whether to stop.
  func perform(_ request: Request, progress: ((Int, Int) -> Void)?, isCancelled: (() -> Bool)?) -> Outcome {
    outcome = Outcome()
    accept = request.accept
    headerBytes = 0
    isHeaderComplete = false
    hasOpenedSocket = false
    movement = MovementWatch(options, at: .now)
    errorText[0] = 0
    self.progress = progress
    self.isCancelled = isCancelled
    defer {
      self.progress = nil
      self.isCancelled = nil
      outcome = Outcome()
    }
    var headers: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(headers) }
    for header in request.headers {
      guard let longer = curl_slist_append(headers, header) else {
        outcome.result = CURLE_OUT_OF_MEMORY
        return outcome
      }
      headers = longer
    }
    // An empty array may have no address, and without one libcurl would read the body from standard input.
    let bytes = request.body.isEmpty ? [0] : request.body
    bytes.withUnsafeBytes { pointer in
      var settings = [
        ccurl_set_string(handle, CURLOPT_URL, request.url),
        ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headers),
        ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method == .patch ? "PATCH" : nil),
      ]
      if request.method == .get {
        settings.append(ccurl_set_long(handle, CURLOPT_HTTPGET, 1))
      } else {
        settings += [
          ccurl_set_long(handle, CURLOPT_POST, 1),
          ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)),
          // A piece of a file that follows what has arrived is right once. libcurl sends what it could begin anew a second time by itself
          // when a connection that it used again dies; what it reads by and by it cannot.
          ccurl_set_bytes(handle, CURLOPT_POSTFIELDS, request.method == .patch ? nil : pointer.baseAddress),
        ]
        unread = UnsafeRawBufferPointer(rebasing: pointer[..<request.body.count])
      }
      outcome.result = settings.first { $0 != CURLE_OK } ?? ccurl_perform(handle)
      unread = UnsafeRawBufferPointer(start: nil, count: 0)
      _ = ccurl_set_bytes(handle, CURLOPT_POSTFIELDS, nil)
      _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, nil)
    }
    collectFacts()
    return outcome
  }

  private func collectFacts() {
    if isHeaderComplete, let status = long(CURLINFO_RESPONSE_CODE), status >= 200 { outcome.status = status }
    outcome.mediaType = mediaType()
    outcome.proxyStatus = long(CURLINFO_HTTP_CONNECTCODE) ?? 0
    outcome.verifyResult = long(CURLINFO_SSL_VERIFYRESULT) ?? 0
    outcome.redirectURL = string(CURLINFO_REDIRECT_URL)
    if let seconds = offset(CURLINFO_RETRY_AFTER), seconds > 0 {
      outcome.retryAfterSeconds = min(seconds, TransportLimits.retryAfterSeconds)
    }
    if (long(CURLINFO_HTTP_VERSION) ?? 0) >= Int(CURL_HTTP_VERSION_2_0) { outcome.isFramed = true }
    if outcome.result != CURLE_OK {
      outcome.message = String(cString: errorText[0] == 0 ? curl_easy_strerror(outcome.result) : UnsafePointer(errorText))
    }
  }

  // MARK: - Callbacks

  private func installCallbacks() -> [CURLcode] {
    let me = Unmanaged.passUnretained(self).toOpaque()
    return [
      ccurl_set_pointer(handle, CURLOPT_WRITEDATA, me),
      ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
        guard let user else { return 0 }
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<CurlConnection>.fromOpaque(user).takeUnretainedValue().receive(piece) ? piece.count : 0
      },
      ccurl_set_pointer(handle, CURLOPT_READDATA, me),
      ccurl_set_data_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, user in
        guard let bytes, let user else { return 0 }
        return Unmanaged<CurlConnection>.fromOpaque(user).takeUnretainedValue().give(
          UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
      },
      ccurl_set_pointer(handle, CURLOPT_HEADERDATA, me),
      ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
        guard let user else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<CurlConnection>.fromOpaque(user).takeUnretainedValue().receive(header: line) ? line.count : 0
      },
      ccurl_set_pointer(handle, CURLOPT_SOCKOPTDATA, me),
      ccurl_set_socket_callback(handle) { user, socket, _ in
        if let user { Unmanaged<CurlConnection>.fromOpaque(user).takeUnretainedValue().opened(socket) }
        return Int32(CURL_SOCKOPT_OK)
      },
      ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, me),
      ccurl_set_progress_callback(handle) { user, _, down, _, up in
        guard let user else { return 1 }
        let me = Unmanaged<CurlConnection>.fromOpaque(user).takeUnretainedValue()
        return me.goesOn(up: Int(up), down: Int(down)) ? 0 : 1
      },
    ]
  }

  private func opened(_ socket: curl_socket_t) {
    if !hasOpenedSocket { sockets = [] }
    hasOpenedSocket = true
    sockets.append(socket)
    ccurl_limit_unsent(socket, Int32(TransportLimits.unsentBytes))
  }

  /// Reports what moved and says whether to go on.
  private func goesOn(up: Int, down: Int) -> Bool {
    progress?(up, down)
    let isConnected = (offset(CURLINFO_PRETRANSFER_TIME_T) ?? 0) > 0
    let counts = MovementWatch.Counts(up: up, down: down, unsent: sockets.reduce(0) { $0 + ccurl_unsent_bytes($1) })
    if !isConnected {
      movement.noteConnecting(counts, at: .now)
    } else if movement.hasStalled(counts, at: .now) {
      outcome.isStalled = true
      return false
    }
    return isCancelled?() != true
  }

  /// Gives what follows of a body.
  private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let some = unread.prefix(buffer.count)
    buffer.copyBytes(from: some)
    unread = UnsafeRawBufferPointer(rebasing: unread.dropFirst(some.count))
    return some.count
  }

  /// Takes a header line; refuses when the header as a whole is too long.
  private func receive(header line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= TransportLimits.headerBytes else {
      outcome.isTooLarge = true
      return false
    }
    if line.starts(with: "HTTP/".utf8) {
      isHeaderComplete = false
      outcome.isFramed = false
    } else if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
      isHeaderComplete = true
    } else {
      let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
      if name == "content-length" || name == "transfer-encoding" { outcome.isFramed = true }
      if name == "content-range" {
        outcome.contentRange = String(decoding: line.dropFirst(name.utf8.count + 1), as: UTF8.self).filter { !$0.isWhitespace }
      }
    }
    return true
  }

  /// Takes a piece of the answer; refuses when it breaks the bound, or at once when the header announces that it will.
  private func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    var limit = responseLimit
    if let status = long(CURLINFO_RESPONSE_CODE), !(200..<300).contains(status) || mediaType() != accept {
      limit = TransportLimits.errorBytes
    }
    let announced = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) ?? -1
    guard outcome.body.count + piece.count <= limit, announced <= limit else {
      outcome.isTooLarge = true
      return false
    }
    if outcome.body.isEmpty, announced > 0 { outcome.body.reserveCapacity(announced) }
    outcome.body.append(contentsOf: piece)
    return true
  }

  // MARK: - What libcurl knows

  private func mediaType() -> String? {
    string(CURLINFO_CONTENT_TYPE).map { text in String(text.lowercased().prefix { $0 != ";" && !$0.isWhitespace }) }
  }

  private func long(_ info: CURLINFO) -> Int? {
    var value = 0
    return ccurl_get_long(handle, info, &value) == CURLE_OK ? value : nil
  }

  private func offset(_ info: CURLINFO) -> Int? {
    var value: curl_off_t = 0
    return ccurl_get_offset(handle, info, &value) == CURLE_OK ? Int(value) : nil
  }

  private func string(_ info: CURLINFO) -> String? {
    var text: UnsafePointer<CChar>?
    guard ccurl_get_string(handle, info, &text) == CURLE_OK, let text else { return nil }
    return String(cString: text)
  }
}

extension Duration {
  /// Whole milliseconds, at least one: libcurl reads zero as "for ever".
  fileprivate var milliseconds: Int {
    max(1, Int(clamping: components.seconds) &* 1000 &+ Int(components.attoseconds / 1_000_000_000_000_000))
  }
}
