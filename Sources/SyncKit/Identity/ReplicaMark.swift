import Foundation
import SyncCore

/// What this machine remembers of a replica outside of its folder: which file it is, and how much of it may have left. A file that is not
/// the one, or has less, is a copy or was restored, and takes a new life before it writes.
///
/// No more than an early warning. Where it is missing or cannot be written, a copy is recognised at its first contact all the same.
struct ReplicaMark: Codable, Hashable {
  /// Where the file was: for people who look.
  var path: String
  /// What the file system knows it by. The disk's number is left out: it may change with every start of the machine.
  var file: UInt64
  /// How many changesets of the site's had been written when any was last handed out.
  var left: UInt64

  /// Nil when there is no such file.
  init?(of path: String, left: UInt64) {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    self.path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    file = UInt64(information.st_ino)
    self.left = left
  }

  /// Whether a file may be the one that was remembered: moved on its disk, or written over in its place, it is still the same.
  func isOf(_ now: ReplicaMark) -> Bool { file == now.file && left <= now.left }
}

/// What a machine remembers of the replicas on it: a folder outside of theirs, with a file for each site.
public struct ReplicaMarks: Sendable {
  private let folder: URL
  /// Which machine this is; empty where that cannot be told.
  let machine: String

  /// - Parameters:
  ///   - folder: where to remember; it is made when needed.
  ///   - machine: what this machine is known by, for a replica to see that it came to another.
  public init(folder: String, machine: String = ReplicaMarks.thisMachine) {
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    self.machine = machine
  }

  /// What the system calls this machine, where it does.
  public static let thisMachine: String = {
    let text = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? ""
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }()

  private func file(_ site: SiteID) -> URL { folder.appendingPathComponent("\(site).json") }

  func mark(of site: SiteID) -> ReplicaMark? {
    (try? Data(contentsOf: file(site))).flatMap { try? JSONDecoder().decode(ReplicaMark.self, from: $0) }
  }

  /// Remembers a mark.
  /// - Returns: false where it cannot be kept.
  @discardableResult
  func put(_ mark: ReplicaMark, of site: SiteID) -> Bool {
    guard let data = try? JSONEncoder().encode(mark),
      (try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]))
        != nil
    else { return false }
    return (try? data.write(to: file(site), options: .atomic)) != nil
  }
}

extension Engine {
  /// Compares the replica's file with what this machine remembers of it. In a transaction, before anything is written.
  func checkMark(_ marks: ReplicaMarks, path: String) throws {
    guard var now = ReplicaMark(of: path, left: try Snapshot(self).written(by: site)) else { return }
    let known = marks.mark(of: site)
    if let known, known.isOf(now) {
      if known.path == now.path { return }
      now.left = known.left
    } else if try known != nil || isOfAnotherMachine(marks) {
      try beginLife()
      try record(.moved)
      now.left = 0
    } else {
      now.left = 0
    }
    if marks.put(now, of: site) { try connection.setMeta(Self.machineName, .text(Array(marks.machine.utf8))) }
  }

  private func isOfAnotherMachine(_ marks: ReplicaMarks) throws -> Bool {
    guard !marks.machine.isEmpty, case .text(let known)? = try connection.meta(Self.machineName), !known.isEmpty else { return false }
    return known != Array(marks.machine.utf8)
  }

  /// The setting that tells on which machine a mark of the present site is kept.
  private static let machineName = "machine"
}

extension Snapshot {
  /// How many changesets a site has written here, in all scopes together.
  func written(by site: SiteID) throws -> UInt64 {
    guard let number = try catalog.known(site) else { return 0 }
    return try catalog.allScopes().reduce(0) { $0 + (try log.lastSeq(scope: $1.number, site: number)) }
  }
}

extension Replica {
  /// Remembers, before anything is handed out, how much of this replica's writing others may have from now on.
  func noteLeaving() throws {
    guard let marks = configuration.marks else { return }
    let (site, left) = try look { snapshot in
      let site = try snapshot.connection.site()
      return (site, try snapshot.written(by: site))
    }
    guard var mark = marks.mark(of: site), mark.left < left else { return }
    mark.left = left
    marks.put(mark, of: site)
  }
}
