import CZip
import SurveyModel

/// The parts of a workbook, which is an archive of XML files: read one by one, and never more than a limit in all.
final class Archive {
  private let bytes: UnsafeMutablePointer<UInt8>
  private let archive: OpaquePointer
  private var allowance: Int
  private let limit: Int

  /// How much is unpacked at a time, in bytes.
  private static let portion = 65_536

  /// Opens an archive; the bytes are copied, for they are read until the last part is.
  init(_ source: [UInt8], unpackedBytes limit: Int) throws(SurveyError) {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(source.count, 1))
    copy.initialize(from: source, count: source.count)
    var error = zip_error_t()
    guard let buffer = zip_source_buffer_create(copy, zip_uint64_t(source.count), 0, &error),
      let opened = zip_open_from_source(buffer, ZIP_RDONLY, &error)
    else {
      copy.deallocate()
      throw SurveyError(.workbookMalformed)
    }
    bytes = copy
    archive = opened
    self.limit = limit
    allowance = limit
  }

  deinit {
    zip_discard(archive)
    bytes.deallocate()
  }

  /// Hands a part's bytes to the reader in portions; nothing for a part that is not there.
  /// - Returns: whether it is there.
  func read(_ name: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    let index = zip_name_locate(archive, name, zip_flags_t(ZIP_FL_NOCASE))
    guard index >= 0 else { return false }
    var about = zip_stat_t()
    guard zip_stat_index(archive, zip_uint64_t(index), 0, &about) == 0 else { throw malformed(name) }
    if about.encryption_method != ZIP_EM_NONE { throw SurveyError(.workbookEncrypted) }
    guard let file = zip_fopen_index(archive, zip_uint64_t(index), 0) else { throw malformed(name) }
    defer { zip_fclose(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.portion, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let count = Int(zip_fread(file, buffer.baseAddress, zip_uint64_t(buffer.count)))
      guard count >= 0 else { throw malformed(name) }
      guard count > 0 else { return true }
      allowance -= count
      // What an archive says of its own sizes is not to be believed.
      guard allowance >= 0 else { throw SurveyError(.fileTooLarge, ["what": "unpackedBytes", "limit": String(limit)]) }
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }
  }

  private func malformed(_ part: String) -> SurveyError { SurveyError(.workbookMalformed, ["part": part]) }
}
