import ArgumentParser
import Foundation
import GRDB
import SurveyModel
import SurveyPrint
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay

extension Failure {
  /// Tells any error in words: the one place where the modules' codes become sentences.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as SyncKitError: self.init(error)
    case let error as SurveyError: self.init(error)
    case let error as PrintError: self.init(error)
    case let error as TransportError: self.init(error)
    case let error as RelayError: self.init(error)
    case let error as BlobError: self.init(error)
    case let error as SyncCoreError: self.init(error)
    case let error as DatabaseError: self.init(error)
    case let error as CocoaError: self.init(error)
    case let error as POSIXError: self.init(posix: error.code.rawValue, path: nil)
    case let error as ValidationError: self.init("usage", .usage, Text(verbatim: error.message), next: Self.seeHelp)
    default: self.init(unforeseen: error)
    }
  }

  /// What nobody foresaw: the technical text is all there is.
  private init(unforeseen error: any Error) {
    self.init(
      "internal", .internal, Text("程序内部错误:\(error)", "An error inside the program: \(error)"), kept: Self.allKept,
      next: Text("请运行 fieldsurvey doctor,并把这段文字交给技术支持。", "Run fieldsurvey doctor, and hand this text to support."))
  }

  private init(_ error: SyncCoreError) {
    let details = ["code": error.code.description, "details": error.details]
    switch error.code {
    case .unsupportedVersion:
      self.init(
        "newer-format", .badInput,
        Text("数据由更新版本的程序写成(\(error.details))。", "The data was written by a newer version (\(error.details))."),
        kept: Self.nothingChanged, next: Self.upgrade, details: details)
    case .tooLarge:
      self.init(
        "too-large", .badInput, Text("数据超出允许的大小(\(error.details))。", "The data is larger than allowed (\(error.details))."),
        kept: Self.nothingChanged, details: details)
    case .malformed:
      self.init(
        "malformed", .badPeer,
        Text("收到的数据不符合协议(\(error.details))。", "What arrived does not follow the protocol (\(error.details))."),
        kept: Self.allKept, next: Text("请再同步一次;若仍如此,请告知办公室。", "Sync once more; if it stays so, tell the office."),
        details: details)
    default:
      self.init(
        "unexpected", .badPeer,
        Text("对方的回答与请求不符(\(error.details))。", "The other side's answer does not fit the question (\(error.details))."),
        kept: Self.allKept, next: Text("请再同步一次;若仍如此,请告知办公室。", "Sync once more; if it stays so, tell the office."),
        details: details)
    }
  }

  static let upgrade = Text("请升级 fieldsurvey 后再试。", "Upgrade fieldsurvey, then try again.")
  static let seeHelp = Text("加 --help 查看用法。", "See --help.")
}
