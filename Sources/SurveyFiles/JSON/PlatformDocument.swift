import SurveyModel
import SyncCore
import SyncKit

/// What the national platform takes, as a file: the content in canonical form, and its digest.
struct PlatformDocument {
  /// SHA-256 of the content's bytes, in hexadecimal.
  let digest: String
  let bytes: [UInt8]
  private let export: PlatformExport

  init(_ export: PlatformExport) throws {
    let content = try canonical(export.content)
    self.export = export
    digest = Hex.text(Codec.standard.digest(content))
    let head = Array("{\"content\":".utf8)
    let tail = Array(",\"exportDigest\":\"\(digest)\",\"format\":\"fieldsurvey-platform\",\"version\":1}\n".utf8)
    bytes = head + content + tail
  }

  /// The line that the trail keeps of this export.
  func trail(_ path: String) throws -> [UInt8] {
    struct Entry: Encodable {
      let exportedAt: String
      let exportDigest: String
      let file: String
      let records: [String: Int]
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let entry = Entry(exportedAt: export.exportedAt, exportDigest: digest, file: name, records: export.content.counts)
    return try canonical(entry) + [UInt8(ascii: "\n")]
  }
}
