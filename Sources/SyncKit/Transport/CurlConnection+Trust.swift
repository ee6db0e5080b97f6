import CCurl

extension CurlConnection {
  /// Whom this side believes, how it shows itself and by which way it goes, where that is not the system's own.
  static func trust(_ options: CurlTransport.Options, _ handle: UnsafeMutableRawPointer) -> [CURLcode] {
    var settings: [CURLcode] = []
    func set(_ option: CURLoption, _ value: String?) { settings.append(ccurl_set_string(handle, option, value)) }
    if let file = options.certificateAuthorityFile {
      set(CURLOPT_CAINFO, file)
      // The system's authorities stand in a folder as well.
      set(CURLOPT_CAPATH, nil)
    }
    if !options.pinnedKeys.isEmpty { set(CURLOPT_PINNEDPUBLICKEY, options.pinnedKeys.joined(separator: ";")) }
    if let own = options.clientCertificate {
      set(CURLOPT_SSLCERT, own.certificateFile)
      set(CURLOPT_SSLKEY, own.keyFile)
      // Without one, an encrypted key would have OpenSSL ask at the terminal.
      set(CURLOPT_KEYPASSWD, "")
    }
    if let proxy = options.proxy { set(CURLOPT_PROXY, proxy) }
    return settings
  }
}
