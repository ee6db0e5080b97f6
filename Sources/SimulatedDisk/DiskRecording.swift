/// What a disk holds: each file's bytes, by its name.
package typealias DiskImage = [String: [UInt8]]

/// Something that was done to a disk's files.
package struct DiskEvent: Sendable {
  package enum Kind: Sendable {
    case write(offset: Int, bytes: [UInt8])
    case truncate(size: Int)
    /// All that was written to the file is on the disk.
    case sync
    /// The system gave up what was written to the file: no later sync brings it to the disk.
    case syncFailed
    case link(String)
    case unlink(String)
    /// The names that were made and taken away are on the disk.
    case syncFolder
  }

  /// Whose file it is; each machine loses power by itself.
  package let machine: String
  /// Which file, whatever names it has. A name may stand for one file after another.
  package let file: Int
  package let kind: Kind

  /// Whether a sync of the file brings it to the disk.
  var isContent: Bool {
    switch kind {
    case .write, .truncate: true
    default: false
    }
  }
}

/// What was done to a disk, and what was on it before.
package struct DiskRecording: Sendable {
  package let base: DiskImage
  package let events: [DiskEvent]

  /// The disk as it is found when one machine lost power after so many events, while the others kept all that they had written.
  package func image(
    after count: Int, losing machine: String, as loss: PowerLoss, _ random: inout some RandomNumberGenerator
  ) -> DiskImage {
    var found = FilesAndNames(base)
    var pending: [DiskEvent] = []
    for event in events[..<count] {
      guard event.machine == machine else {
        found.apply(event)
        continue
      }
      switch event.kind {
      case .sync:
        for one in pending where one.file == event.file && one.isContent { found.apply(one) }
        pending.removeAll { $0.file == event.file && $0.isContent }
      case .syncFailed:
        for one in loss.survivors(of: pending.filter { $0.file == event.file && $0.isContent }, &random) { found.apply(one) }
        pending.removeAll { $0.file == event.file && $0.isContent }
      case .syncFolder:
        for one in pending where !one.isContent { found.apply(one) }
        pending.removeAll { !$0.isContent }
      default: pending.append(event)
      }
    }
    for event in loss.survivors(of: pending, &random) { found.apply(event) }
    return found.image
  }
}

/// Files by number and the names that stand for them.
private struct FilesAndNames {
  private var files: [Int: [UInt8]] = [:]
  private var names: [String: Int] = [:]

  init(_ image: DiskImage) {
    for (number, name) in image.keys.sorted().enumerated() {
      files[number] = image[name]
      names[name] = number
    }
  }

  mutating func apply(_ event: DiskEvent) {
    switch event.kind {
    case .write(let offset, let bytes):
      let size = files[event.file]?.count ?? 0
      if size < offset + bytes.count {
        files[event.file, default: []].append(contentsOf: repeatElement(0, count: offset + bytes.count - size))
      }
      files[event.file]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    case .truncate(let size):
      let surplus = (files[event.file]?.count ?? 0) - size
      if surplus > 0 { files[event.file]?.removeLast(surplus) }
    case .link(let name): names[name] = event.file
    case .unlink(let name): names[name] = nil
    case .sync, .syncFailed, .syncFolder: break
    }
  }

  var image: DiskImage { names.mapValues { files[$0] ?? [] } }
}
