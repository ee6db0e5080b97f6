#if PostgreSQL
  import CPostgres

  extension StoreValue {
    /// The types of the tables' columns, as the server numbers them; what NULL is has to follow from where it stands.
    fileprivate enum PostgresType {
      static let boolean: Oid = 16
      static let bytes: Oid = 17
      static let integer: Oid = 20
      static let short: Oid = 23
      static let text: Oid = 25
    }

    var postgresType: Oid {
      switch self {
      case .null: 0
      case .integer: PostgresType.integer
      case .text: PostgresType.text
      case .blob: PostgresType.bytes
      }
    }

    /// The value as the server sends it.
    fileprivate init(_ bytes: UnsafeRawBufferPointer, _ type: Oid) {
      switch type {
      case PostgresType.integer: self = .integer(bytes.reduce(0) { $0 << 8 | Int64($1) })
      case PostgresType.short: self = .integer(Int64(Int32(bitPattern: bytes.reduce(0) { $0 << 8 | UInt32($1) })))
      case PostgresType.boolean: self = .integer(bytes.first == 1 ? 1 : 0)
      case PostgresType.bytes: self = .blob(Array(bytes))
      default: self = .text(String(decoding: bytes, as: UTF8.self))
      }
    }

    /// Adds the value as the server takes it.
    func append(to bytes: inout [UInt8]) {
      switch self {
      case .null: return
      case .integer(let number): bytes.append(bigEndian: number)
      case .text(let text): bytes.append(contentsOf: text.utf8)
      case .blob(let blob): bytes.append(contentsOf: blob)
      }
    }
  }

  extension [UInt8] {
    fileprivate mutating func append<T: FixedWidthInteger>(bigEndian number: T) {
      Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
  }

  /// Values laid out one behind the other, as a statement takes them.
  struct PostgresValues {
    private var bytes: [UInt8] = []
    private var places: [Range<Int>?] = []

    init(_ values: [StoreValue]) {
      for value in values {
        let start = bytes.count
        value.append(to: &bytes)
        places.append(value == .null ? nil : start..<bytes.count)
      }
      // A list of nothing has no address, and an empty value needs one.
      bytes.append(0)
    }

    func withPointers<T>(_ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> T) -> T {
      bytes.withUnsafeBytes { all in
        let start = all.bindMemory(to: CChar.self).baseAddress
        let pointers = places.map { place in place.flatMap { place in start.map { $0 + place.lowerBound } } }
        return body(pointers, places.map { Int32($0?.count ?? 0) }, places.map { _ in 1 })
      }
    }
  }

  /// What a statement gave.
  final class PostgresResult {
    private let result: OpaquePointer?

    init(_ result: OpaquePointer?) { self.result = result }

    deinit { PQclear(result) }

    /// How many rows it inserted, updated or deleted.
    var changes: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    var rows: [StoreRow] {
      let count = PQnfields(result)
      let columns = StoreRow.Columns((0..<count).map { PQfname(result, $0).map { String(cString: $0) } ?? "" })
      let types = (0..<count).map { PQftype(result, $0) }
      return (0..<PQntuples(result)).map { row in
        StoreRow(
          columns,
          (0..<count).map { column in
            guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
            return StoreValue(bytes, types[Int(column)])
          })
      }
    }
  }

  /// Rows in the binary form of COPY.
  struct PostgresCopy {
    /// How many bytes are sent at once.
    static let chunkBytes = 256 << 10

    var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    mutating func append(_ row: [StoreValue]) {
      bytes.append(bigEndian: Int16(row.count))
      for value in row {
        guard value != .null else {
          bytes.append(bigEndian: Int32(-1))
          continue
        }
        let place = bytes.count
        bytes.append(bigEndian: Int32(0))
        value.append(to: &bytes)
        withUnsafeBytes(of: Int32(bytes.count - place - 4).bigEndian) { bytes.replaceSubrange(place..<place + 4, with: $0) }
      }
    }

    mutating func end() { bytes.append(bigEndian: Int16(-1)) }
  }

  /// The relay's SQL as the server numbers its values.
  enum PostgresText {
    /// `?` is the one after the highest so far, `?2` the second, as SQLite has it; a question mark within quotes is none of them.
    static func numbered(_ sql: String) -> String {
      var out = ""
      var highest = 0
      var isQuoted = false
      var rest = sql[...]
      while let character = rest.popFirst() {
        if character == "'" { isQuoted.toggle() }
        guard character == "?", !isQuoted else {
          out.append(character)
          continue
        }
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        let number = Int(digits) ?? highest + 1
        highest = max(highest, number)
        out += "$\(number)"
      }
      return out
    }
  }
#endif
