/// A report for an office as it is set on paper: sections of paragraphs, facts, tables and drawings, without markup or layout.
///
/// It is what a page of HTML and a printed page have in common, so that both say the same.
public struct Paper: Hashable, Sendable {
  /// Something that is recorded under a name.
  public struct Fact: Hashable, Sendable {
    /// What it is called.
    public let label: String
    /// What is recorded; nil while nothing is, which is not the same as 无.
    public let value: String?

    init(_ label: String, _ value: String?) {
      self.label = label
      self.value = value.flatMap(\.nonEmpty)
    }
  }

  /// A column of a table.
  public struct Column: Hashable, Sendable {
    /// Where a column's words stand.
    public enum Alignment: Hashable, Sendable {
      case left, center, right
    }

    /// Its head.
    public let title: String
    /// Its share of the table's width, beside the other columns' shares.
    public let width: Int
    /// Where its words stand.
    public let alignment: Alignment

    init(_ title: String, _ width: Int, _ alignment: Alignment = .left) {
      self.title = title
      self.width = width
      self.alignment = alignment
    }
  }

  /// A table; its head is repeated on each page.
  public struct Table: Hashable, Sendable {
    /// The columns.
    public let columns: [Column]
    /// The rows, of as many cells as there are columns; nil where nothing is recorded.
    public let rows: [[String?]]
  }

  /// A part of a section.
  public enum Block: Hashable, Sendable {
    /// A heading within the section.
    case heading(String)
    /// Words; line breaks are kept.
    case paragraph(String)
    /// What a reader must not miss: a contest, a thing that is missing.
    case alert(String)
    /// Small print: where something comes from, and what is doubtful about it.
    case note(String)
    /// Facts, one beside the other.
    case facts([Fact])
    /// A table.
    case table(Table)
    /// A picture.
    case picture(Drawing)
    /// Places to sign and seal, each with a date.
    case signatures([String])
  }

  /// A numbered part of the report.
  public struct Section: Hashable, Sendable {
    /// Its heading, with its number: 一、基本信息.
    public let title: String
    /// What it says.
    public internal(set) var blocks: [Block]
  }

  /// What it is: 企业数字化诊断报告.
  public let title: String
  /// What it is about: the enterprise's name.
  public let subject: String
  /// What stands on the cover.
  public let cover: [Fact]
  /// Why it is not to be relied on: 草稿. Nil for what is final.
  public let warning: String?
  /// When it was made, as records hold it.
  public let madeAt: String
  /// What it says.
  public private(set) var sections: [Section] = []

  init(title: String, subject: String, cover: [Fact], warning: String?, madeAt: String) {
    self.title = title
    self.subject = subject
    self.cover = cover
    self.warning = warning
    self.madeAt = madeAt
  }

  /// Opens a section; what is added next goes into it.
  mutating func section(_ title: String) {
    sections.append(Section(title: "\(Self.numeral(sections.count + 1))、\(title)", blocks: []))
  }

  /// Adds to the section that was opened last.
  mutating func add(_ block: Block) {
    guard !sections.isEmpty else { return }
    sections[sections.count - 1].blocks.append(block)
  }

  /// Adds a table, or says that nothing is recorded.
  mutating func table(_ columns: [Column], _ rows: [[String?]]) {
    add(rows.isEmpty ? .note("没有记录。") : .table(Table(columns: columns, rows: rows)))
  }

  /// What stands for a fact that is not recorded.
  public static let unfilled = "未填写"
  /// The same in a table's cell.
  public static let unfilledCell = "—"

  /// Facts by rows: two short ones beside each other, a long one alone.
  public static func rows(_ facts: [Fact]) -> [[Fact]] {
    var rows: [[Fact]] = []
    var isOpen = false
    for fact in facts {
      let isShort = fact.value.map { width($0) <= halfLine && !$0.contains(where: \.isNewline) } ?? true
      if isShort, isOpen { rows[rows.count - 1].append(fact) } else { rows.append([fact]) }
      isOpen = isShort && !isOpen
    }
    return rows
  }

  /// How wide what half a line holds may be, in Latin letters.
  private static let halfLine = 28

  /// About how wide words are, in Latin letters: a Chinese character takes two.
  private static func width(_ words: String) -> Int { words.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 1 : 2) } }

  /// Words as they may be set: line ends of one kind, and without what has no shape or turns the direction of what follows.
  public static func printable(_ words: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in words.replacingLineEnds.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
      let turnsDirection = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      if isControl || turnsDirection || scalar.properties.isNoncharacterCodePoint { continue }
      out.append(scalar)
    }
    return String(out)
  }

  /// A number below a hundred as sections are counted: 十二.
  static func numeral(_ number: Int) -> String {
    let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
    guard (1..<100).contains(number) else { return String(number) }
    let tens = number < 10 ? "" : (number < 20 ? "" : digits[number / 10]) + "十"
    return tens + digits[number % 10]
  }
}

extension String {
  /// The text with a line feed for every kind of line end.
  fileprivate var replacingLineEnds: String { split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\n") }
}
