import Foundation
import SyncBlobs
import SyncCore
import SyncKit

/// A file as it was taken into the replica's folder: named by its digest, its kind known by how it begins, without what the office's policy
/// takes out.
struct AttachedFile {
  let name: String
  let sha256: String
  let bytes: Int
  let type: MediaType
  /// When it was taken, as the camera says; else when the file was last written.
  let takenAt: String?

  /// Takes a file in. It is durable before a row names it.
  ///
  /// Throws ``SurveyError/Code/fileUnreadable``, ``SurveyError/Code/inputTooLarge``, ``SurveyError/Code/mediaTypeUnknown``,
  /// ``SurveyError/Code/pictureMalformed``, ``SurveyError/Code/pictureTooLarge``, ``SurveyError/Code/locationStays``, and `BlobError`
  /// where it cannot be kept.
  init(path: String, _ policy: LocationPolicy, into folder: BlobFolder) throws {
    let url = URL(fileURLWithPath: path)
    let source = try Source(url, path)
    let head = try source.head()
    guard let type = MediaType(head: head) else { throw SurveyError(.mediaTypeUnknown, ["path": path]) }
    let kept: (digest: [UInt8], bytes: Int)
    var taken: String?
    if type.isPicture || policy == .strip && type == .mp4 {
      let bytes = try source.whole(upTo: AttachmentRules.pictureBytes)
      if let header = try PictureHeader(bytes, type), header.pixels > AttachmentRules.pixels {
        throw SurveyError(
          .pictureTooLarge,
          ["width": String(header.width), "height": String(header.height), "limit": String(AttachmentRules.pixels)])
      }
      taken = PictureMetadata.takenAt(bytes, type)
      guard let stripped = policy == .keep ? bytes : try PictureMetadata.stripped(bytes, type) else {
        throw SurveyError(.locationStays, ["path": path, "type": type.rawValue])
      }
      kept = try folder.put(stripped)
    } else {
      kept = try folder.put(copyOf: path, upTo: AttachmentRules.bytes)
    }
    self.type = type
    (sha256, bytes) = (Hex.text(kept.digest), kept.bytes)
    name = AttachmentRules.cleaned(url.lastPathComponent)
    takenAt = taken ?? source.modified
  }

  private struct Source {
    let url: URL
    let path: String
    let modified: String?

    init(_ url: URL, _ path: String) throws(SurveyError) {
      (self.url, self.path) = (url, path)
      do {
        let facts = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard facts[.type] as? FileAttributeType == .typeRegular else { throw SurveyError(.fileUnreadable, ["path": path]) }
        if let size = facts[.size] as? Int, size > AttachmentRules.bytes {
          throw SurveyError(.inputTooLarge, ["bytes": String(size), "limit": String(AttachmentRules.bytes)])
        }
        modified = (facts[.modificationDate] as? Date).map { Moment(milliseconds: Int64($0.timeIntervalSince1970 * 1000)).text }
      } catch let error as SurveyError {
        throw error
      } catch {
        throw SurveyError(.fileUnreadable, ["path": path], underlying: error)
      }
    }

    func head() throws(SurveyError) -> [UInt8] { try read(upTo: MediaType.headBytes) }

    func whole(upTo limit: Int) throws(SurveyError) -> [UInt8] {
      let bytes = try read(upTo: limit + 1)
      guard bytes.count <= limit else { throw SurveyError(.inputTooLarge, ["bytes": String(bytes.count), "limit": String(limit)]) }
      return bytes
    }

    private func read(upTo count: Int) throws(SurveyError) -> [UInt8] {
      do {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        return Array(try file.read(upToCount: count) ?? Data())
      } catch {
        throw SurveyError(.fileUnreadable, ["path": path], underlying: error)
      }
    }
  }
}

extension MediaType {
  /// Whether it is a picture that stands still.
  var isPicture: Bool { [.jpeg, .png, .webp, .heic].contains(self) }
}

/// The bounds of what is attached, in one place.
public enum AttachmentRules {
  /// The largest file, in bytes.
  public static let bytes = 1 << 30
  /// The largest picture, in bytes: it is looked through as a whole.
  public static let pictureBytes = 64 << 20
  /// How many pixels a picture may unfold to: more than any camera takes, and little enough to be decoded.
  public static let pixels = 120_000_000
  /// How long a file's name may be, in bytes of UTF-8.
  public static let nameBytes = 200

  /// A file's name as it may be shown and written: without folders, control characters and such that turn the direction of writing.
  public static func cleaned(_ name: String) -> String {
    let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
    var out = ""
    for scalar in last.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: continue
      default: if out.utf8.count + UTF8.width(scalar) <= nameBytes { out.unicodeScalars.append(scalar) }
      }
    }
    // Names that mean a folder, or that hide a file.
    while out.hasPrefix(".") { out.removeFirst() }
    return out.isEmpty ? "file" : out
  }
}
