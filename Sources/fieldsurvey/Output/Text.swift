import ArgumentParser

/// What a person reads, in both languages.
///
/// ```swift
/// printer.say(Text("收到 \(count) 条变更", "Received \(count) changesets"))
/// ```
struct Text: Hashable, Sendable {
  let zh: String
  let en: String

  init(_ zh: String, _ en: String) {
    self.zh = zh
    self.en = en
  }

  /// What reads alike in both: a name, a number, a path.
  init(verbatim text: String) { self.init(text, text) }

  func callAsFunction(_ language: Language) -> String {
    switch language {
    case .zh: zh
    case .en: en
    }
  }

  /// In this process's language: for help, which is made before the arguments are parsed.
  var here: String { self(.current) }

  /// The help of an argument, in this process's language.
  var help: ArgumentHelp { ArgumentHelp(here) }

  static func + (left: Text, right: Text) -> Text { Text(left.zh + right.zh, left.en + right.en) }
}

extension Sequence<Text> {
  /// The texts one after the other: 、 between them in Chinese, a comma in English.
  func joined() -> Text { Text(map(\.zh).joined(separator: "、"), map(\.en).joined(separator: ", ")) }
}
