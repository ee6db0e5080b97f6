import SyncRelay

/// Numbers in the text format 0.0.4 of Prometheus.
struct Exposition {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String {
    case counter, gauge, histogram
  }

  private(set) var text = ""

  /// Begins a family of samples, which follow it.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: some CustomStringConvertible) {
    let labels = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
    text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  /// A family of one sample.
  mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: some CustomStringConvertible) {
    family(name, kind, help)
    sample(name, [:], value)
  }

  static func escaped(_ label: String) -> String {
    label.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}

extension Exposition {
  /// What the server has counted, and how the log stands.
  init(_ counts: Metrics.Counts, underWay: Int, isDraining: Bool, _ log: RelayStatistics) {
    write(counts)
    value("synckit_relay_requests_open", .gauge, "Requests that are being worked on.", underWay)
    value("synckit_relay_draining", .gauge, "1 from the moment on at which the server was told to stop.", isDraining ? 1 : 0)
    write(log)
  }

  private mutating func write(_ counts: Metrics.Counts) {
    family("synckit_relay_requests_total", .counter, "Requests that were answered.")
    for (answer, count) in counts.requests.sorted(by: { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }) {
      sample("synckit_relay_requests_total", ["route": answer.route.rawValue, "status": "\(answer.status)"], count)
    }
    let durations = "synckit_relay_request_duration_seconds"
    family(durations, .histogram, "How long requests took, with the arrival of their bodies.")
    for (route, taken) in counts.durations.sorted(by: { $0.key < $1.key }) {
      var sum = 0
      for (bound, count) in zip(Metrics.bounds, taken.classes) {
        sum += count
        sample(durations + "_bucket", ["route": route.rawValue, "le": "\(bound)"], sum)
      }
      sample(durations + "_bucket", ["route": route.rawValue, "le": "+Inf"], taken.count)
      sample(durations + "_sum", ["route": route.rawValue], taken.seconds)
      sample(durations + "_count", ["route": route.rawValue], taken.count)
    }
    value("synckit_relay_request_bytes_total", .counter, "Bytes of requests' bodies.", counts.bytesIn)
    value("synckit_relay_response_bytes_total", .counter, "Bytes of answers' bodies.", counts.bytesOut)
    family("synckit_relay_refused_total", .counter, "Changesets that pushes brought and that were not taken.")
    for (code, count) in counts.refused.sorted(by: { $0.key < $1.key }) { sample("synckit_relay_refused_total", ["code": code], count) }
  }

  private mutating func write(_ log: RelayStatistics) {
    value("synckit_relay_changesets", .gauge, "Changesets in the log.", log.changesets)
    value("synckit_relay_scopes", .gauge, "Scopes in the log.", log.scopes)
    value("synckit_relay_rejections", .gauge, "Changesets that count as applied without effect.", log.rejected)
    value("synckit_relay_refused_waiting", .gauge, "Chains of changesets that wait because one was refused.", log.refused)
    family("synckit_relay_devices", .gauge, "Devices that ever enrolled.")
    sample("synckit_relay_devices", ["state": "active"], log.activeDevices)
    sample("synckit_relay_devices", ["state": "revoked"], log.revokedDevices)
    family("synckit_relay_files", .gauge, "Attached files.")
    sample("synckit_relay_files", ["state": "held"], log.files)
    sample("synckit_relay_files", ["state": "unnamed"], log.filesUnnamed)
    sample("synckit_relay_files", ["state": "released"], log.filesReleased)
    value("synckit_relay_file_bytes", .gauge, "Size of the attached files that are held.", log.fileBytes)
    value("synckit_relay_log_bytes", .gauge, "Size of the log's files.", log.bytes)
    if let free = log.freeBytes { value("synckit_relay_disk_free_bytes", .gauge, "Room on the log's disk.", free) }
    if let newest = log.newest {
      value("synckit_relay_received_timestamp_seconds", .gauge, "When the latest changeset was received.", Double(newest) / 1000)
    }
    if let backedUp = log.backedUp {
      value("synckit_relay_backup_timestamp_seconds", .gauge, "When the log was last backed up.", Double(backedUp) / 1000)
    }
  }
}
