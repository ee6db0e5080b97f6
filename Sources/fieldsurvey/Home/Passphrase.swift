import Foundation
import SyncKit

/// What a person, or a file that they named, says to open a home: never an argument, never a variable of the environment.
struct Passphrase {
  /// How many characters a new one needs: who has the laptop can guess for as long as they like.
  static let leastCharacters = 12
  /// How large a file with one may be, in bytes.
  static let mostBytes = 1024

  let text: String
  var bytes: [UInt8] { Array(text.precomposedStringWithCanonicalMapping.utf8) }

  /// Asks on the terminal, without showing what is typed.
  static func ask(_ prompt: Text) throws -> Passphrase {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { throw noTerminal }
    defer { close(terminal) }
    Terminal.write(Array(prompt.here.utf8), to: terminal)
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else { throw noTerminal }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &silent)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      Terminal.write([UInt8(ascii: "\n")], to: terminal)
    }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.count < mostBytes, read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
    return Passphrase(text: String(decoding: bytes, as: UTF8.self))
  }

  /// Asks for a new one, twice.
  static func askForNew() throws -> Passphrase {
    let first = try ask(Text("新口令(至少 \(leastCharacters) 个字符):", "New passphrase (at least \(leastCharacters) characters): ")).judgedAsNew()
    guard try ask(Text("再输入一次:", "Once more: ")).bytes == first.bytes else {
      throw Failure.badInput(Text("两次输入的口令不同。", "The two passphrases differ."), code: "passphrases-differ")
    }
    return first
  }

  init(text: String) { self.text = text }

  /// Reads the first line of a file, which may be a descriptor's (`/dev/fd/3`).
  init(file path: String) throws {
    if let status = FileStatus(path), status.isOrdinaryFile, status.isOpenToOthers {
      throw Failure(
        "key-exposed", .notConfigured, Text("别人也能读这个口令文件:\(path)", "Others can read this passphrase: \(path)"),
        kept: Failure.nothingChanged,
        next: Text(
          "先运行 chmod 600 \(path);若可能已被看到,请换口令:fieldsurvey passphrase。",
          "Run chmod 600 \(path); change it if it may have been seen: fieldsurvey passphrase."),
        details: ["path": path])
    }
    guard let file = FileHandle(forReadingAtPath: path) else { throw Failure(posix: errno, path: path) }
    var bytes = Data()
    while bytes.count <= Self.mostBytes, let more = try file.read(upToCount: Self.mostBytes + 1 - bytes.count), !more.isEmpty {
      bytes += more
    }
    guard bytes.count <= Self.mostBytes, let text = String(data: bytes.prefix { $0 != UInt8(ascii: "\n") }, encoding: .utf8), !text.isEmpty
    else {
      throw Failure.badInput(
        Text("\(path) 里没有口令(应为一行,至多 \(Self.mostBytes) 字节)。", "\(path) holds no passphrase: one line of at most \(Self.mostBytes) bytes."),
        code: "bad-passphrase-file", details: ["path": path])
    }
    self.text = text.hasSuffix("\r") ? String(text.dropLast()) : text
  }

  /// Fails for one that is too short to be a new one.
  func judgedAsNew() throws -> Passphrase {
    guard text.count >= Self.leastCharacters else {
      throw Failure.badInput(
        Text("口令太短,至少要 \(Self.leastCharacters) 个字符。", "The passphrase is too short: at least \(Self.leastCharacters) characters."),
        code: "short-passphrase",
        next: Text("几个不相干的词连在一起,好记也难猜。", "Several words that have nothing to do with each other are easy to remember and hard to guess."))
    }
    return self
  }

  private static let noTerminal = Failure(
    "no-passphrase", .usage, Text("没有终端可以输入口令。", "There is no terminal on which to type the passphrase."), kept: Failure.nothingChanged,
    next: Text("请用 --passphrase-file 指定一个仅本人可读的文件。", "Name a file that you alone may read: --passphrase-file."))
}

/// What opens a home when its passphrase is forgotten: 140 random bits on paper, in letters and digits that are not mistaken for each other.
enum RecoveryKey {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  private static let groups = 7
  private static let groupLength = 4

  static func made(_ random: (Int) -> [UInt8]) -> String {
    let characters = random(groups * groupLength).map { alphabet[Int($0 % 32)] }
    return stride(from: 0, to: characters.count, by: groupLength).map { String(characters[$0..<$0 + groupLength]) }.joined(separator: "-")
  }

  /// As it was typed from paper: in either case, with whatever stands between.
  static func read(_ text: String) -> Passphrase {
    let alike: [Character: Character] = ["O": "0", "I": "1", "L": "1"]
    let characters = text.uppercased().map { alike[$0] ?? $0 }.filter { alphabet.contains($0) }
    return Passphrase(text: String(characters))
  }
}
