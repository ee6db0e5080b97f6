import Foundation
import SurveyModel

/// Reads what a command is given as a file or, as `-`, on its standard input.
enum AnswerInput {
  /// The most that is read: an answer file has a few hundred bytes, and a wrong name may be a film.
  static let byteLimit = 4 << 20

  /// The bytes; more than ``byteLimit`` are cut, which is long past what an answer file may have.
  static func read(_ path: String) throws -> Data {
    do {
      let handle = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { if path != "-" { try? handle.close() } }
      var data = Data()
      while data.count < byteLimit, let more = try handle.read(upToCount: byteLimit - data.count), !more.isEmpty { data += more }
      return data
    } catch {
      throw SurveyError(.fileUnreadable, ["path": path], underlying: error)
    }
  }
}
