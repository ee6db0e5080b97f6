/// What a file is, by how it begins: its name says nothing.
public enum MediaType: String, Sendable, CaseIterable {
  case jpeg = "image/jpeg"
  case png = "image/png"
  case webp = "image/webp"
  case heic = "image/heic"
  case pdf = "application/pdf"
  case mp4 = "video/mp4"
  /// What office programs write: a ZIP archive.
  case office = "application/zip"

  /// How many bytes of a file are looked at, at the most.
  public static let headBytes = 64

  /// Nil for what is none of them.
  public init?(head: some Collection<UInt8>) {
    let head = Array(head.prefix(Self.headBytes))
    func stands(_ text: String, at: Int) -> Bool { head.dropFirst(at).starts(with: text.utf8) }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if stands("RIFF", at: 0), stands("WEBP", at: 8) {
      self = .webp
    } else if stands("ftyp", at: 4) {
      self = ["heic", "heix", "heim", "heis", "mif1", "msf1"].contains { stands($0, at: 8) } ? .heic : .mp4
    } else if stands("%PDF-", at: 0) {
      self = .pdf
    } else if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      self = .office
    } else {
      return nil
    }
  }
}
