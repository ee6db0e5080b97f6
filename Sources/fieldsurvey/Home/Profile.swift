import Foundation
import SurveyModel
import SyncCore

/// Who works in a home, and with which relay: the file `home.json`. It holds no secret.
struct Profile: Codable, Hashable, Sendable {
  /// What a home is for.
  enum Role: String, Codable, Sendable {
    /// The relay's log is here, and the office's replica beside it.
    case office
    /// A specialist's laptop.
    case laptop
    /// All history, kept by the office beside its own replica: to be read, and brought up to date by `compact --archive`.
    case archive
  }

  /// The newest form of the file that this version reads.
  static let supportedFormat = 1

  var format = Profile.supportedFormat
  var role: Role
  /// The author of what is written here.
  var user: String
  /// The user's name for people.
  var name: String
  /// What the user works as, as the office said at enrolment; nil for a specialist's laptop of before.
  var work: WorkRole?
  /// The relay's address; nil at the office, which has the relay in its own home.
  var relay: String?
  /// At the office: the address of the database that holds the relay's log; nil where it stands in the home's `relay.sqlite`.
  var store: String?
  /// How the relay is recognised and reached; nil for the system's own way.
  var connection: ConnectionSettings?
  /// The device, in hexadecimal; the same as in the replica's site.
  var device: String
  /// What the device's changesets cite.
  var certificate: IssuedCertificate
  /// The certificates of the office's devices, as they were at enrolment: for them is encrypted what a laptop hands over.
  var office: [IssuedCertificate]?
}

/// A certificate as files and answers have it, in hexadecimal.
struct IssuedCertificate: Codable, Hashable, Sendable {
  let bytes: String
  let signature: String

  init(bytes: String, signature: String) {
    self.bytes = bytes
    self.signature = signature
  }

  init(_ signed: SignedCertificate) {
    self.init(bytes: Hex.text(signed.bytes), signature: Hex.text(signed.signature))
  }

  /// The certificate with what it says; nil where it cannot be read.
  var read: (signed: SignedCertificate, certificate: Certificate)? {
    guard let bytes = Hex.bytes(bytes), let signature = Hex.bytes(signature), let certificate = try? Certificate(decoding: bytes) else {
      return nil
    }
    return (SignedCertificate(bytes: bytes, signature: signature), certificate)
  }
}

extension Profile {
  /// Reads a home's profile.
  static func read(_ url: URL) throws -> Profile {
    struct Marked: Decodable { let format: Int }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw Failure(error)
    }
    let decoder = JSONDecoder()
    do {
      // The format first: the rest of a newer one may be anything.
      let format = try decoder.decode(Marked.self, from: data).format
      guard format <= supportedFormat else {
        throw Failure(
          "newer-format", .badInput,
          Text("\(url.path) 由更新版本的程序写成(格式 \(format))。", "\(url.path) was written by a newer version (format \(format))."),
          kept: Failure.nothingChanged, next: Failure.upgrade, details: ["path": url.path, "format": String(format)])
      }
      return try decoder.decode(Profile.self, from: data)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw damaged(url)
    }
  }

  static func damaged(_ url: URL) -> Failure {
    Failure(
      "home-damaged", .notConfigured, Text("\(url.path) 无法识别。", "\(url.path) cannot be read."), kept: Failure.allKept,
      next: Text("请重新登记:fieldsurvey enrol URL CODE(数据不会丢失)。", "Enrol again: fieldsurvey enrol URL CODE (no data is lost)."),
      details: ["path": url.path])
  }

  /// Writes the profile, whole or not at all.
  func write(_ url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try PrivateFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: url)
  }
}
