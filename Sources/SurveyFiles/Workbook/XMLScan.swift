import CExpat
import SurveyModel

/// Walks an XML part with expat: beginnings, ends and text of elements, by their names without prefixes.
///
/// A document type is refused: a workbook has none, and entities are how a small file becomes a large one.
final class XMLScan {
  /// What happens at an element's beginning: its name and its attributes.
  var onStart: (String, [String: String]) throws -> Void = { _, _ in }
  /// What happens at an element's end.
  var onEnd: (String) throws -> Void = { _ in }
  /// What happens with text between.
  var onText: (String) -> Void = { _ in }

  private let part: String
  private var parser: XML_Parser?
  private var problem: (any Error)?

  init(_ part: String) { self.part = part }

  /// Walks a part of an archive.
  /// - Returns: whether it is there.
  func walk(_ archive: Archive) throws -> Bool {
    guard let parser = XML_ParserCreateNS(nil, XML_Char(Self.separator)) else { throw malformed }
    self.parser = parser
    defer {
      XML_ParserFree(parser)
      self.parser = nil
    }
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser, { data, name, attributes in XMLScan.of(data)?.start(name, attributes) }, { data, name in XMLScan.of(data)?.end(name) })
    XML_SetCharacterDataHandler(parser) { data, text, count in XMLScan.of(data)?.text(text, count) }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in XMLScan.of(data)?.refuseDocumentType() }
    let isThere = try archive.read(part) { bytes in try feed(parser, bytes, isLast: false) }
    if isThere { try feed(parser, UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) }
    return isThere
  }

  private func feed(_ parser: XML_Parser, _ bytes: UnsafeRawBufferPointer, isLast: Bool) throws {
    let status = XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), isLast ? 1 : 0)
    if let problem { throw problem }
    guard status == XML_STATUS_OK else { throw malformed }
  }

  private var malformed: SurveyError { SurveyError(.workbookMalformed, ["part": part]) }

  // MARK: What expat calls

  /// Stands between a name and the name space before it.
  private static let separator = UInt8(ascii: "|")

  private static func of(_ data: UnsafeMutableRawPointer?) -> XMLScan? {
    data.map { Unmanaged<XMLScan>.fromOpaque($0).takeUnretainedValue() }
  }

  private func start(_ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?) {
    guard let name else { return }
    var found: [String: String] = [:]
    var at = 0
    while let attributes, let key = attributes[at], let value = attributes[at + 1] {
      found[Self.local(key)] = String(cString: value)
      at += 2
    }
    attempt { try onStart(Self.local(name), found) }
  }

  private func end(_ name: UnsafePointer<XML_Char>?) {
    guard let name else { return }
    attempt { try onEnd(Self.local(name)) }
  }

  private func text(_ text: UnsafePointer<XML_Char>?, _ count: Int32) {
    guard let text else { return }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
    onText(String(decoding: bytes, as: UTF8.self))
  }

  private func refuseDocumentType() { attempt { throw malformed } }

  /// Nothing may be thrown through C: the error waits until expat has come back.
  private func attempt(_ body: () throws -> Void) {
    guard problem == nil else { return }
    do {
      try body()
    } catch {
      problem = error
      if let parser { XML_StopParser(parser, XML_Bool(0)) }
    }
  }

  private static func local(_ name: UnsafePointer<XML_Char>) -> String {
    let whole = String(cString: name)
    return whole.utf8.lastIndex(of: separator).map { String(whole[whole.index(after: $0)...]) } ?? whole
  }
}
