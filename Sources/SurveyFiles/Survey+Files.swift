import Foundation
public import SurveyModel
import SyncCore
import SyncKit

/// Files that were written, with what they hold.
public struct ExportedFiles: Encodable, Sendable {
  /// A file.
  public struct File: Encodable, Sendable {
    public let path: String
    /// Its size, in bytes.
    public let bytes: Int
    /// Its SHA-256, in hexadecimal.
    public let sha256: String
  }

  /// The files.
  public let files: [File]
  /// How many records of each kind, by the kind's name.
  public let records: [String: Int]
  /// The digest of the platform's content; nil for other files.
  public var exportDigest: String?
  /// When the platform's content was taken, in UTC; nil for other files.
  public var exportedAt: String?

  init(_ paths: [String], _ records: [String: Int]) throws {
    self.records = records
    files = try paths.map { path in
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      return File(path: path, bytes: bytes.count, sha256: Hex.text(Codec.standard.digest(bytes)))
    }
  }
}

extension Survey {
  /// Writes the kinds to a workbook, a sheet each.
  ///
  /// - Parameter replacing: whether a file that is there is replaced; else it is ``SurveyError/Code/fileExists``.
  public func writeWorkbook(_ kinds: [ExportKind], to path: String, withContacts: Bool = false, replacing: Bool = false) throws
    -> ExportedFiles
  {
    var records: [String: Int] = [:]
    try OutputFile.write(to: path, replacing: replacing) { temporary in
      let writer = try WorkbookWriter(path: temporary)
      try export(kinds, withContacts: withContacts) { table in
        try writer.add(table)
        records[table.name] = table.rows.count
      }
      try writer.close()
    }
    return try ExportedFiles([path], records)
  }

  /// Writes the kinds as CSV into a folder, a file each, named by the kind.
  public func writeCSV(_ kinds: [ExportKind], into folder: String, withContacts: Bool = false, replacing: Bool = false) throws
    -> ExportedFiles
  {
    var records: [String: Int] = [:]
    var tables: [String: [UInt8]] = [:]
    try export(kinds, withContacts: withContacts) { table in
      records[table.name] = table.rows.count
      tables["\(table.name).csv"] = CSVWriter.bytes(table)
    }
    let paths = try OutputFile.write(tables.keys.sorted(), into: folder, replacing: replacing) { name, path in
      try OutputFile.put(tables[name] ?? [], to: path)
    }
    return try ExportedFiles(paths, records)
  }

  /// Writes the sites that have coordinates as GeoJSON (RFC 7946).
  public func writeMap(to path: String, replacing: Bool = false) throws -> ExportedFiles {
    let sites = try mappedSites()
    try OutputFile.write(to: path, replacing: replacing) { temporary in try OutputFile.put(GeoJSON.bytes(sites), to: temporary) }
    return try ExportedFiles([path], ["site": sites.count])
  }

  /// Writes what the national platform takes, and notes it in the trail beside the file, `PATH.trail.jsonl`.
  ///
  /// The file holds no time: the same state makes the same file. When it was made stands in the trail, a line for each export.
  public func writePlatform(_ database: ServiceDatabase? = nil, to path: String, withContacts: Bool = false, replacing: Bool = false) throws
    -> ExportedFiles
  {
    let export = try platformExport(database, withContacts: withContacts)
    let document = try PlatformDocument(export)
    try OutputFile.write(to: path, replacing: replacing) { temporary in try OutputFile.put(document.bytes, to: temporary) }
    try OutputFile.append(document.trail(path), to: path + ".trail.jsonl")
    var files = try ExportedFiles([path], export.content.counts)
    files.exportDigest = document.digest
    files.exportedAt = export.exportedAt
    return files
  }
}
