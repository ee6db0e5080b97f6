import SyncKit

extension Failure {
  init(_ error: TransportError) {
    let (status, what, next) = Self.explain(error)
    var details = ["detail": error.detail]
    if let http = error.httpStatus { details["httpStatus"] = String(http) }
    if let wait = error.retryAfterSeconds { details["retryAfterSeconds"] = String(wait) }
    if let code = error.serverCode { details["serverCode"] = code }
    if let id = error.serverID { details["serverID"] = id }
    self.init(error.code.rawValue, status, what, kept: Self.allKept, next: next, details: details)
  }

  private static let later = Text("有网络时再运行 fieldsurvey sync。", "Run fieldsurvey sync again when there is a network.")
  private static let resumes = Text("再运行一次 fieldsurvey sync,会从断点继续。", "Run fieldsurvey sync again; it goes on from there.")
  private static let checkAddress = Text(
    "请向办公室核对地址;若在酒店或机场,先在浏览器里登录网络。",
    "Check the address with the office; in a hotel or an airport, sign in to the network in a browser first.")

  private static func explain(_ error: TransportError) -> (ExitStatus, Text, Text?) {
    let http = error.httpStatus.map { "HTTP \($0)" } ?? error.code.rawValue
    switch error.code {
    case .unreachable: return (.unreachable, Text("连不上中继服务器。", "The relay cannot be reached."), later)
    case .timedOut: return (.unreachable, Text("中继服务器没有及时回答。", "The relay did not answer in time."), resumes)
    case .cutShort: return (.unreachable, Text("连接中途断开。", "The connection broke off."), resumes)
    case .linkTooFrail:
      return (
        .unreachable,
        Text("连接总是很快断开,最小的一批也送不过去。", "The connection keeps breaking before even the smallest batch is across."),
        Text(
          "请换个网络再运行 fieldsurvey sync,或用 fieldsurvey bundle export 把内容交给办公室。",
          "Run fieldsurvey sync over another network, or hand the content over by fieldsurvey bundle export.")
      )
    case .cancelled: return (.tryLater, Text("已按要求停止。", "Stopped as asked."), resumes)
    case .tlsFailed:
      return (
        .badPeer, Text("无法建立可信的加密连接:对方证书不受信任。", "No trusted encrypted connection: the certificate is not trusted."),
        Text(
          "请向办公室核对地址;办公室有自己的 CA 时,用 --ca-file 重新登记;若在酒店或机场,先在浏览器里登录网络。",
          "Check the address with the office; if it has an authority of its own, enrol with --ca-file; in a hotel, sign in first.")
      )
    case .pinMismatch:
      return (
        .badPeer,
        Text("对方的密钥不是登记时固定的那把,已停止:可能有人冒充。", "The relay's key is not the pinned one; stopped, as it may be somebody else."),
        Text(
          "请当面或打电话问办公室是否换了密钥;确实换了,再用新的 --pin 重新登记。",
          "Ask the office, face to face or by phone, whether its key is new; if it is, enrol again with the new --pin.")
      )
    case .badPin:
      return (
        .usage, Text("--pin 的写法不对,应为 sha256// 加 44 个字符。", "A pin is sha256// and 44 characters."),
        Text("请向办公室核对指纹。", "Check the digest with the office.")
      )
    case .badAuthorityFile:
      return (
        .notConfigured, Text("CA 证书文件读不了,或里面没有证书。", "The authority's file cannot be read, or holds no certificate."),
        Text("请向办公室要 PEM 格式的 CA 证书,用 --ca-file 重新登记。", "Ask the office for its authority as PEM, and enrol again with --ca-file.")
      )
    case .badClientCertificate:
      return (
        .notConfigured,
        Text("本机的客户端证书或其密钥用不了(\(error.detail))。", "This machine's certificate or its key cannot be used (\(error.detail))."),
        Text(
          "请检查 home.json 里 connection 所指的文件;密钥不能加密。",
          "Check the files that connection names in home.json; the key may not be encrypted.")
      )
    case .clientCertificateRequired:
      return (
        .notPermitted, Text("服务器要求客户端证书。", "The server asks for a certificate of this machine."),
        Text(
          "请向办公室要证书,用 --client-certificate、--client-key 重新登记。",
          "Ask the office for one, and enrol with --client-certificate and --client-key.")
      )
    case .certificateDate:
      return (
        .badPeer, Text("服务器证书不在有效期内。", "The server's certificate is not valid at this time."),
        Text("请先检查本机的日期和时间。", "Check this machine's date and time first.")
      )
    case .proxyFailed:
      return (
        .unreachable, Text("代理服务器不可用。", "The proxy cannot be used."),
        Text(
          "请检查环境变量 https_proxy / no_proxy,或 home.json 里的 proxy。",
          "Check the environment variables https_proxy and no_proxy, or proxy in home.json.")
      )
    case .notOurServer:
      return (
        .badPeer, Text("回答的不是中继服务器,可能是网页或登录页(\(error.detail))。", "What answered is no relay: a web page perhaps (\(error.detail))."),
        checkAddress
      )
    case .redirected:
      return (.badPeer, Text("请求被转到别处(\(error.detail)),已停止。", "The request was sent elsewhere (\(error.detail)); stopped."), checkAddress)
    case .unauthorized, .forbidden: return refused(error)
    case .notFound:
      return (.badPeer, Text("该地址上没有中继服务(\(http))。", "There is no relay at that address (\(http))."), checkAddress)
    case .tooLarge:
      return (
        .badPeer, Text("服务器不接受这么大的请求(\(http))。", "The server refuses a request of this size (\(http))."),
        Text("请办公室检查中继前的代理对请求大小的限制(至少 2 MiB)。", "Ask the office to check the size limit of the proxy before the relay (2 MiB at least).")
      )
    case .tooMany:
      let wait = error.retryAfterSeconds.map { Text(" \($0) 秒后", " in \($0) seconds") } ?? Text("稍后", " later")
      return (
        .tryLater, Text("请求过于频繁(\(http))。", "Too many requests (\(http))."), Text("请\(wait.zh)再试。", "Try again\(wait.en).")
      )
    case .rejected where error.serverCode == "device-taken":
      return (
        .notPermitted, Text("这台设备已登记给另一位用户。", "This device is enrolled for another user."),
        Text("请用 --home 指定另一个目录,或请办公室先停用这台设备。", "Name another folder with --home, or have the office revoke this device first.")
      )
    case .rejected where error.serverCode == "other-key":
      return (
        .notPermitted, Text("中继那里已是这台设备的另一把密钥。", "The relay has another key of this device."),
        Text(
          "请向办公室要登记码,重新登记:fieldsurvey enrol URL CODE(数据不会丢失)。",
          "Ask the office for a code and enrol again: fieldsurvey enrol URL CODE (no data is lost).")
      )
    case .rejected:
      return (
        .badPeer, Text("服务器拒绝了请求(\(http))。", "The server rejects the request (\(http))."),
        Text("请把这段文字和编号告诉办公室。", "Tell the office this text and the number.")
      )
    case .serverFailed where error.serverCode == "no-room":
      return (
        .tryLater, Text("中继的磁盘快满了,暂不接收附件。", "The relay's disk is nearly full, and takes no files for now."),
        Text("请告知办公室;文字照常同步,附件以后接着送。", "Tell the office; words are synced as ever, and files go on later.")
      )
    case .serverFailed:
      return (
        error.httpStatus == 503 ? .tryLater : .unreachable, Text("服务器出错(\(http))。", "The server failed (\(http))."),
        Text("稍后再运行 fieldsurvey sync;若持续如此,请告知办公室。", "Run fieldsurvey sync later; if it stays so, tell the office.")
      )
    case .responseTooLarge:
      return (.badPeer, Text("对方的回答大得不合理。", "The answer is larger than any should be."), checkAddress)
    case .insecureURL:
      return (
        .usage, Text("拒绝使用不加密的 http 地址:令牌会泄露。", "A plain http address is refused: it would show the token to everyone."),
        Text("请使用 https:// 地址。", "Use an https:// address.")
      )
    case .badURL:
      return (.usage, Text("地址写法不对(\(error.detail))。", "The address is malformed (\(error.detail))."), seeHelp)
    case .badHeader:
      return (
        .notConfigured, Text("保存的令牌已损坏。", "The stored token is damaged."),
        Text("请用新的登记码重新登记:fieldsurvey enrol URL CODE。", "Enrol again with a new code: fieldsurvey enrol URL CODE.")
      )
    default:
      return (.internal, Text("本机的网络库出错(\(error.detail))。", "This machine's network library failed (\(error.detail))."), nil)
    }
  }

  /// Only an answer with a code of ours is known to come from a relay: a gateway may answer 401 and 403 too.
  private static func refused(_ error: TransportError) -> (ExitStatus, Text, Text?) {
    let newCode = Text("请向办公室要一个新的登记码。", "Ask the office for a new code.")
    switch error.serverCode {
    case "code-unknown": return (.notPermitted, Text("登记码不对。", "There is no such enrolment code."), newCode)
    case "code-expired": return (.notPermitted, Text("登记码已过期。", "The enrolment code has expired."), newCode)
    case "code-used": return (.notPermitted, Text("登记码已被用过。", "The enrolment code has been used."), newCode)
    case .some:
      return (
        .notPermitted, Text("中继不认可本设备:可能已被停用。", "The relay does not accept this device: it may have been revoked."),
        Text("请联系办公室;重新登记:fieldsurvey enrol URL CODE。", "Ask the office; to enrol again: fieldsurvey enrol URL CODE.")
      )
    case nil:
      let http = error.httpStatus ?? 0
      return (
        .notPermitted,
        Text("对方拒绝访问(HTTP \(http)),但看不出是中继本身,可能是代理或登录页。", "Access was refused (HTTP \(http)), though not recognizably by the relay."),
        checkAddress
      )
    }
  }
}
