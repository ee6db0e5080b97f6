import Foundation
import SyncBlobs
import SyncKit

/// What it costs that attached files lie encrypted: the same files in a folder in clear and in an encrypted one, by turns, by the clock on the
/// wall.
struct AttachedFilesBenchmark {
  static let fileCount = 16
  static let fileBytes = 4 << 20
  private static let steps = ["attach", "read", "upload", "bytes"]

  /// - Parameters:
  ///   - folder: the laptop's.
  ///   - relay: another, in clear, to which the files go as a relay takes them.
  private static func run(_ folder: BlobFolder, to relay: BlobFolder) throws -> [String: Double] {
    var out: [String: Double] = [:]
    var digests: [[UInt8]] = []
    let files = (0..<fileCount).map { number in (0..<fileBytes).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 >> 9) ^ number) } }
    out["attach"] = try time { for file in files { digests.append(try folder.put(file).digest) } }
    out["read"] = try time { for digest in digests { _ = try folder.read(digest, at: 0, upTo: fileBytes) } }
    out["upload"] = try time {
      for (number, digest) in digests.enumerated() {
        for offset in stride(from: 0, to: fileBytes, by: 1 << 20) {
          try relay.append(try folder.read(digest, at: offset, upTo: 1 << 20), at: offset, to: "upload-\(number)")
        }
        guard try relay.received("upload-\(number)") == fileBytes else { fatalError("not all has arrived") }
        try relay.complete("upload-\(number)", as: digest)
      }
    }
    out["bytes"] = try digests.reduce(0) { sum, digest in
      sum + Double((try FileManager.default.attributesOfItem(atPath: folder.path(of: digest))[.size] as? Int) ?? 0)
    }
    return out
  }

  private static func time(_ body: () throws -> Void) rethrows -> Double {
    let taken = try ContinuousClock().measure(body)
    return Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
  }

  static func printTable(repeats: Int) throws {
    var runs: [Bool: [[String: Double]]] = [:]
    // Neither way is always the first.
    for isSealed in (0..<repeats).flatMap({ $0 % 2 == 0 ? [false, true] : [true, false] }) {
      let place = FileManager.default.temporaryDirectory.appendingPathComponent("files-benchmark-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: place) }
      let folder = Attachments.folder(of: place + "/replica.sqlite", isSealed ? StorageKey() : nil)
      runs[isSealed, default: []].append(try run(folder, to: BlobFolder(place + "/relay")))
    }
    print("\nattached files, \(fileCount) of \(fileBytes >> 20) MiB, encrypted to in clear, median of \(repeats)")
    for step in steps {
      func median(_ isSealed: Bool) -> Double { Measure.median((runs[isSealed] ?? []).compactMap { $0[step] }) }
      print("\(step): " + String(format: step == "bytes" ? "%.5f" : "%.2f", median(true) / median(false)))
    }
  }
}
