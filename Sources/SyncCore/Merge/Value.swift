/// One value as SQLite stores it. Text keeps its bytes, valid UTF-8 or not, so that every value returns bit for bit.
public enum Value: Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text([UInt8])
  case blob([UInt8])

  /// Text from a Swift string.
  public static func text(_ string: String) -> Value { .text(Array(string.utf8)) }
}

extension Value: Hashable {
  /// Equality to the last bit: 0.0 and -0.0 differ, 1 and 1.0 differ.
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.integer(let x), .integer(let y)): x == y
    case (.real(let x), .real(let y)): x.bitPattern == y.bitPattern
    case (.text(let x), .text(let y)): x == y
    case (.blob(let x), .blob(let y)): x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .integer(let x): hasher.combine(x)
    case .real(let x): hasher.combine(x.bitPattern)
    case .text(let x): hasher.combine(x)
    case .blob(let x): hasher.combine(x)
    }
  }
}

extension Value: Comparable {
  /// SQLite's order: NULL, then numbers, then text, then blobs; ties between equal numbers of two kinds go to the integer first.
  public static func < (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): x < y
    case (.real(let x), .real(let y)): x == y ? x.sign == .minus && y.sign == .plus : x < y
    case (.integer(let x), .real(let y)): Double(x) <= y
    case (.real(let x), .integer(let y)): x < Double(y)
    case (.text(let x), .text(let y)), (.blob(let x), .blob(let y)): x.lexicographicallyPrecedes(y)
    default: a.rank < b.rank
    }
  }

  private var rank: Int {
    switch self {
    case .null: 0
    case .integer, .real: 1
    case .text: 2
    case .blob: 3
    }
  }
}
