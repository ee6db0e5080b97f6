import SyncRelay
import SyncServer

extension Failure {
  init(_ error: RelayError) {
    let details = ["details": error.details]
    func make(_ status: ExitStatus, _ what: Text, next: Text? = nil) -> Failure {
      Failure(error.code.rawValue, status, what, kept: Self.nothingChanged, next: next, details: details)
    }
    switch error.code {
    case .notARelay:
      self = make(.badInput, Text("这不是中继的数据库(\(error.details))。", "This is not a relay's database (\(error.details))."))
    case .newerFormat:
      self = make(
        .badInput, Text("relay.sqlite 由更新版本的程序写成。", "relay.sqlite was written by a newer version."), next: Self.upgrade)
    case .cannotOpen:
      self = make(
        .cannotWrite, Text("无法打开 relay.sqlite(\(error.details))。", "relay.sqlite cannot be opened (\(error.details))."),
        next: Text("请检查目录的权限。", "Check the folder's permissions."))
    case .damaged:
      self = make(
        .io, Text("relay.sqlite 已损坏(\(error.details))。", "relay.sqlite is damaged (\(error.details))."),
        next: Text("请先复制整个目录,再从备份恢复。", "Copy the whole folder first, then restore a backup."))
    case .badArgument, .malformed, .tooLarge:
      self = make(
        .badInput,
        Text(
          "不接受这个值(\(error.code.rawValue):\(error.details))。",
          "This is not taken (\(error.code.rawValue): \(error.details))."))
    case .codeUnknown, .codeExpired, .codeUsed, .revoked, .deviceTaken:
      self = make(.notPermitted, Text("中继拒绝(\(error.code.rawValue))。", "The relay refuses (\(error.code.rawValue))."))
    case .deviceUnknown:
      self = make(
        .notFound, Text("没有这台设备:\(error.details)", "No such device: \(error.details)"),
        next: Text("用 fieldsurvey device list 查看。", "See fieldsurvey device list."))
    case .userUnknown:
      self = make(
        .notFound, Text("没有这个用户的设备:\(error.details)", "No device of such a user: \(error.details)"),
        next: Text("用 fieldsurvey device list 查看。", "See fieldsurvey device list."))
    case .changesetUnknown:
      self = make(
        .notFound, Text("中继没有这条变更,也没有拒收过它:\(error.details)", "The relay neither holds this changeset nor has refused it: \(error.details)"),
        next: Text("用 fieldsurvey reject 查看拒收过的变更。", "See fieldsurvey reject for what was refused."))
    case .fileExists:
      self = make(
        .cannotWrite, Text("文件已存在:\(error.details)", "There is a file already: \(error.details)"),
        next: Text("请换一个文件名。", "Name another file."))
    case .otherDigest:
      self = make(
        .badInput,
        Text(
          "备份与旁边 .sha256 文件所记的不符,它的 sha256 是 \(error.details)。",
          "The backup is not what the .sha256 file beside it says; its sha256 is \(error.details)."),
        next: Text("请另取一份备份。", "Take another backup."))
    case .otherIssuer:
      self = make(
        .badInput, Text("这是另一个办公室的备份:证书由别的密钥签发。", "This is another office's backup: another key issued its certificates."),
        next: Text(
          "请检查文件,或先放回原来的 issuer.key。", "Check the file; or put the issuer.key back that belongs to it first."))
    case .inUse:
      self = make(
        .tryLater, Text("另一个进程正在使用 \(error.details)。", "Another process has \(error.details) open."),
        next: Text("请先停止它:systemctl stop fieldsurvey-relay。", "Stop it first: systemctl stop fieldsurvey-relay."))
    case .unavailable, .moved:
      self = make(
        .tryLater, Text("连不上中继的数据库(\(error.details))。", "The relay's database cannot be reached (\(error.details))."),
        next: Text(
          "请检查数据库,稍后再试;运维手册:docs/operating/postgres.md。",
          "Look after the database and try again; for operators: docs/operating/postgres.md."))
    case .databaseError:
      self = make(
        .io, Text("数据库拒绝了请求(\(error.details))。", "The database refused (\(error.details))."),
        next: Text("请看数据库的日志。", "See the database's log."))
    case .badAddress:
      self = make(
        .usage, Text("这不是可用的数据库地址(\(error.details))。", "This is no address of a database that can be used (\(error.details))."),
        next: Text(
          "例如:postgres://fieldsurvey@db1,db2/relay?sslmode=verify-full",
          "For example: postgres://fieldsurvey@db1,db2/relay?sslmode=verify-full"))
    case .passwordShown:
      self = make(
        .usage,
        Text("地址或环境变量里有数据库密码,别人看得到。", "The database's password stands in the address or the environment, where others can read it."),
        next: Text(
          "请把密码放进只有自己能读的文件,用 PGPASSFILE 指出它;若已被看到,请换密码。",
          "Put it into a file that only you can read, and name that with PGPASSFILE; change it if it may have been seen."))
    case .insecureDatabase:
      self = make(
        .usage,
        Text(
          "拒绝不经验证地连接别的机器上的数据库:\(error.details)", "Refused: the way to the database on another machine is not verified: \(error.details)"),
        next: Text("请在地址后加 ?sslmode=verify-full(和 sslrootcert=文件)。", "Add ?sslmode=verify-full (and sslrootcert=FILE) to the address."))
    case .unfinished:
      self = make(
        .notConfigured, Text("这个库正在接收迁移来的记录,还没有完成。", "A log is being moved into this database, and not all of it is there."),
        next: Text("请再运行一次 fieldsurvey relay migrate。", "Run fieldsurvey relay migrate again."))
    case .otherStore:
      self = make(
        .usage, Text("中继的记录在 PostgreSQL 里,不在 relay.sqlite。", "The relay's log is in PostgreSQL, and not in relay.sqlite."),
        next: Text(
          "恢复备份请用 --to 指出一个空库,见 docs/operating/postgres.md。",
          "To restore a backup name an empty database with --to: docs/operating/postgres.md."))
    case .insecureAddress:
      self = make(
        .usage,
        Text(
          "拒绝在 \(error.details) 上不加密地提供服务:令牌会泄露。",
          "Serving on \(error.details) without TLS is refused: it would show everybody the tokens."),
        next: Text(
          "给出证书(--tls-certificate、--tls-key);或用 127.0.0.1,并在前面放 TLS 代理(--behind-tls-proxy)。",
          "Give a certificate (--tls-certificate, --tls-key), or use 127.0.0.1 with a TLS proxy before it (--behind-tls-proxy)."))
    case .certificateUnreadable:
      self = make(
        .notConfigured, Text("TLS 证书用不了(\(error.details))。", "The TLS certificate cannot be used (\(error.details))."),
        next: Text("需要 PEM 文件:先是服务器的证书,后面是它的上级证书。", "It is a PEM file: the server's certificate, and behind it those above it."))
    case .keyUnreadable:
      self = make(
        .notConfigured, Text("TLS 密钥用不了(\(error.details))。", "The TLS key cannot be used (\(error.details))."),
        next: Text("需要未加密的 PEM 密钥,运行中继的用户要能读。", "It is a PEM file, not encrypted, that the relay's user may read."))
    case .keyExposed:
      self = make(
        .notConfigured, Text("别人也能读或改这个密钥文件:\(error.details)", "Others can read or change this key: \(error.details)"),
        next: Text(
          "先运行 chmod 600 \(error.details);若可能已被复制,请换一把新的。",
          "Run chmod 600 \(error.details); replace the key if it may have been copied."))
    case .clientAuthoritiesUnreadable:
      self = make(
        .notConfigured,
        Text("客户端证书的 CA 文件用不了(\(error.details))。", "The file of the clients' authorities cannot be used (\(error.details))."),
        next: Text("--client-ca 需要 PEM 文件,内有签发客户端证书的 CA。", "--client-ca takes a PEM file of those that issue the clients' certificates."))
    case .keyMismatch:
      self = make(
        .notConfigured, Text("这个密钥不是证书的密钥:\(error.details)", "This key is not the certificate's: \(error.details)"),
        next: Text("请检查 --tls-certificate 和 --tls-key 是不是一对。", "Check that --tls-certificate and --tls-key belong together."))
    case .certificateDate:
      self = make(
        .notConfigured, Text("TLS 证书已过期或尚未生效:\(error.details)", "The TLS certificate has expired or is not valid yet: \(error.details)"),
        next: Text("请先检查本机的日期,再换新证书;所有笔记本都会拒绝它。", "Check this machine's date, then renew it: every laptop would refuse it."))
    default:
      self = make(.failure, Text("中继报错(\(error.code.rawValue))。", "The relay reports an error (\(error.code.rawValue))."))
    }
  }
}
