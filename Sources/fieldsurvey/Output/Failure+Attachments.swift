import Foundation
import SurveyModel
import SyncBlobs

extension Failure {
  /// What keeps a file from being kept or read.
  init(_ error: BlobError) {
    let details = ["path": error.place, "errno": String(error.errno)]
    switch error.code {
    case .noRoom: self = Self.diskFull(details: details)
    case .notPermitted: self = Self.readOnly(error.place, details: details)
    case .wrongDigest:
      self.init(
        "damaged", .io, Text("文件已损坏:\(error.place)", "The file is damaged: \(error.place)"), kept: Self.allKept,
        next: Text("再取一次;若是本机添加的,请重新添加原件。", "Fetch it again; if it was attached here, attach the original again."),
        details: details)
    default:
      if error.errno != 0 {
        self.init(posix: error.errno, path: error.place)
      } else {
        self.init(
          error.code.rawValue, .io, Text("无法读写附件:\(error.place)", "An attachment cannot be read or written: \(error.place)"),
          kept: Self.nothingChanged, details: details)
      }
    }
  }

  /// What is wrong with a file that is to be attached; nil for codes that are not of attachments.
  static func attachment(_ error: SurveyError) -> Text? {
    func of(_ key: String) -> String { error.details[key] ?? "?" }
    switch error.code {
    case .mediaTypeUnknown:
      return Text(
        "\(of("path")) 不是可以添加的文件:只收照片(JPEG、PNG、WebP、HEIC)、PDF、MP4 视频和 Office 文档。",
        "\(of("path")) is of no kind that is taken: pictures (JPEG, PNG, WebP, HEIC), PDF, MP4 and office documents are.")
    case .pictureMalformed: return Text("照片已损坏或不完整(\(of("type")))。", "The picture is damaged or incomplete (\(of("type"))).")
    case .pictureTooLarge:
      return Text(
        "照片的像素太多(\(of("width"))×\(of("height")),上限 \(of("limit")))。",
        "The picture has too many pixels (\(of("width"))×\(of("height")), at most \(of("limit"))).")
    case .locationStays:
      return Text(
        "\(of("path")) 里的拍摄位置去不掉(\(of("type"))),办公室要求去除。",
        "The place cannot be taken out of \(of("path")) (\(of("type"))), and the office wants it out.")
    default: return nil
    }
  }

  /// What to do about it.
  static func nextForAttachment(_ code: SurveyError.Code) -> Text? {
    switch code {
    case .locationStays:
      Text("请在手机上另存为 JPEG 再添加;视频请由办公室决定(attachment policy)。", "Save it as JPEG first; of videos the office decides (attachment policy).")
    case .pictureMalformed: Text("请重新导出这张照片。", "Export the picture once more.")
    default: nil
    }
  }
}
