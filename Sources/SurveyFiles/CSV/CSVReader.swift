import SurveyModel

/// Reads CSV by RFC 4180: fields with commas between them, in quotes where they hold a comma, a quote or a line break; lines end with LF,
/// CR LF or CR; a mark at the beginning (BOM) is passed over.
enum CSVReader {
  static func table(_ bytes: [UInt8], _ limits: FileLimits) throws -> ImportTable {
    try requireUTF8(bytes)
    var scan = Scan(bytes: bytes, limits: limits)
    try scan.run()
    return ImportTable(rows: scan.rows)
  }

  private struct Scan {
    let bytes: [UInt8]
    let limits: FileLimits
    var rows: [ImportTable.Row] = []
    private var number = 1
    private var cells: [String] = []

    init(bytes: [UInt8], limits: FileLimits) {
      self.bytes = bytes
      self.limits = limits
    }

    mutating func run() throws {
      var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      while at < bytes.count {
        cells.append(CSVGuard.removed(try field(&at)))
        guard at < bytes.count else { break }
        let mark = bytes[at]
        at += 1
        if mark == comma {
          // What ends with a comma has one more field, which is empty.
          if at == bytes.count { cells.append("") }
          continue
        }
        if mark == carriageReturn, at < bytes.count, bytes[at] == lineFeed { at += 1 }
        try endRow()
      }
      if !cells.isEmpty { try endRow() }
    }

    /// A field, up to the comma or the line's end behind it.
    private func field(_ at: inout Int) throws -> String {
      guard bytes[at] == quote else {
        let start = at
        while at < bytes.count, bytes[at] != comma, bytes[at] != lineFeed, bytes[at] != carriageReturn {
          if bytes[at] == quote { throw malformed }
          at += 1
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
      }
      var text: [UInt8] = []
      at += 1
      while true {
        guard at < bytes.count else { throw malformed }
        let byte = bytes[at]
        at += 1
        if byte != quote {
          text.append(byte)
        } else if at < bytes.count, bytes[at] == quote {
          text.append(quote)
          at += 1
        } else {
          break
        }
      }
      guard at == bytes.count || [comma, lineFeed, carriageReturn].contains(bytes[at]) else { throw malformed }
      return String(decoding: text, as: UTF8.self)
    }

    private mutating func endRow() throws {
      let width = (cells.lastIndex { !$0.isEmpty } ?? -1) + 1
      guard width <= limits.columns else { throw SurveyError(.fileTooLarge, ["what": "columns", "limit": String(limits.columns)]) }
      if width > 0 {
        guard rows.count < limits.rows else { throw SurveyError(.fileTooLarge, ["what": "rows", "limit": String(limits.rows)]) }
        rows.append(ImportTable.Row(number, Array(cells.prefix(width))))
      }
      cells.removeAll(keepingCapacity: true)
      number += 1
    }

    private var malformed: SurveyError { SurveyError(.csvMalformed, ["row": String(number)]) }
  }

  // MARK: Which encoding

  private static func requireUTF8(_ bytes: [UInt8]) throws(SurveyError) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { throw SurveyError(.fileUTF16) }
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    throw SurveyError(isGBK(bytes) ? .fileGBK : .notUTF8)
  }

  /// Whether the bytes follow GB 18030, of which GBK is the part that Windows writes.
  private static func isGBK(_ bytes: [UInt8]) -> Bool {
    var at = 0
    while at < bytes.count {
      if bytes[at] < 0x80 {
        at += 1
      } else if (0x81...0xFE).contains(bytes[at]), at + 1 < bytes.count, (0x40...0xFE).contains(bytes[at + 1]), bytes[at + 1] != 0x7F {
        at += 2
      } else if (0x81...0xFE).contains(bytes[at]), at + 3 < bytes.count, (0x30...0x39).contains(bytes[at + 1]) {
        at += 4
      } else {
        return false
      }
    }
    return true
  }
}

private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
