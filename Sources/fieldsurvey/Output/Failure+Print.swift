import SurveyPrint

extension Failure {
  /// Why a report could not be laid out on paper.
  init(_ error: PrintError) {
    switch error {
    case .noChineseFont:
      self.init(
        "no-chinese-font", .notConfigured, Text("本机没有中文字体,写不出 PDF。", "No Chinese font is installed, so that no PDF can be made."),
        kept: Self.nothingChanged,
        next: Text(
          "请安装一种中文字体(Debian:apt-get install fonts-noto-cjk),或改用 .html。",
          "Install one (Debian: apt-get install fonts-noto-cjk), or write .html instead."))
    case .drawing(let reason):
      self.init(
        "print-failed", .io, Text("排版失败:\(reason)", "The report could not be laid out: \(reason)"), kept: Self.nothingChanged,
        next: Text("可改用 .html。", "Write .html instead."), details: ["reason": reason])
    }
  }
}
