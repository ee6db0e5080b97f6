import ArgumentParser
import Foundation
import SyncCore
import SyncKit

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: Text("每家企业的摘要;与其他副本比较", "The digest of each scope; compares replicas").here,
    discussion: Text(
      """
      摘要涵盖所有记录、候选值和删除。两个副本收到的变更相同,摘要就相同。
      只比较双方都有的企业:笔记本只持有指派给它的。办公室缺少笔记本上的企业,也算不同。
      退出码:0 一致;2 不一致。
      """,
      """
      A digest covers all records, candidates and deletions: replicas with the same changes have the same digest.
      Scopes are compared that both hold, for a laptop holds only what it was granted; but the office must hold whatever a laptop does.
      Exit codes: 0 the same; 2 different.
      """
    ).here)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(Text("要比较的其他数据目录。", "Other homes to compare with.").here, valueName: "home"), completion: .directory)
  var against: [String] = []

  @Flag(
    help: ArgumentHelp(
      Text(
        "先修复:表与同步状态按变更记录重建,损坏的变更从 --against 的第一个目录取回,没有则从中继取回。",
        "Repair first: tables and sync state are made anew from the changesets, and damaged changesets fetched from the first home of --against, or else from the relay."
      ).here))
  var `repair` = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    if `repair` { try repairHome() }
    let own = try ReplicaDigest(common.openHome())
    let others = try against.map { path in
      try ReplicaDigest(Home(opening: URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL))
    }
    let comparison = try Comparison(own, others)
    try common.printer.show(comparison, text: comparison.tell)
    if !comparison.isSame { throw ExitCode(ExitStatus.differs.rawValue) }
  }

  /// Repairs the home's replica, and tells on the error stream what was done: what is printed stays the comparison.
  private func repairHome() throws {
    let home = try common.openHome()
    let lock = try SyncLock(home, wait: 10)
    defer { withExtendedLifetime(lock) {} }
    let replica = try home.replica()
    let healthy = try against.first.map { path -> any ExchangeTransport in
      LocalTransport(try Home(opening: URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL).replica().exchangeStore)
    }
    let repairs = try replica.repair(from: healthy ?? Exchange(home: home, replica: replica).ways().messages)
    let lost = repairs.flatMap(\.lost)
    for repair in repairs where repair.lost.isEmpty {
      common.printer.note(
        Text(
          "\(repair.scope.name):已修复,取回 \(repair.damaged.count) 条变更\(repair.isRebuilt ? ",表已重建" : "")。",
          "\(repair.scope.name): repaired, \(Format.count(repair.damaged.count, "changeset")) fetched\(repair.isRebuilt ? ", tables made anew" : "")."
        ))
    }
    guard lost.isEmpty else {
      throw Failure(
        "not-repaired", .failure,
        Text("\(lost.count) 条变更已损坏,别处也没有。", "\(Format.count(lost.count, "changeset")) damaged and held by nobody else."),
        kept: Text("这些企业的内容原样未动。", "What concerns them was left as it was."),
        next: Text("请先复制整个数据目录,再联系办公室。", "Copy the whole folder first, then ask the office."),
        details: ["changesets": lost.map(\.description).joined(separator: " ")])
    }
    if repairs.isEmpty { common.printer.note(Text("没有需要修复的内容。", "Nothing needed repair.")) }
  }
}

/// What one replica amounts to.
struct ReplicaDigest: Encodable {
  struct Scope: Encodable, Hashable {
    let scope: String
    let digest: String
    let rows: Int
    let changesets: Int
    let conflicts: Int
  }

  let home: String
  let role: Profile.Role
  let user: String
  /// One digest over all scopes.
  let digest: String
  let scopes: [Scope]
  let replica: Replica

  private enum CodingKeys: CodingKey { case home, role, user, digest, scopes }

  init(_ home: Home) throws {
    replica = try home.replica()
    let replica = replica
    self.home = home.folder.path
    role = home.profile.role
    user = home.profile.user
    scopes = try replica.scopes().sorted().map { scope in
      let found = try replica.digest(of: scope)
      return Scope(
        scope: scope.name, digest: found.hex, rows: found.rows,
        changesets: found.holdings.entries.reduce(0) { $0 + Int(clamping: $1.seq) }, conflicts: found.conflicts)
    }
    let all = scopes.map { "\($0.scope) \($0.digest)\n" }.joined()
    digest = Hex.text(Codec.standard.digest(Array(all.utf8)))
  }
}

/// Replicas beside each other.
struct Comparison: Encodable {
  /// How a scope stands in another replica.
  struct Difference: Encodable {
    /// `different`, or `missing`: the office does not hold it.
    let kind: String
    let scope: String
    let home: String
    let other: String
    /// The first changeset that one has and the other has not, or has otherwise; nil where both have the same.
    var first: String?
  }

  let same: Bool
  let replicas: [ReplicaDigest]
  let differences: [Difference]
  var isSame: Bool { same }

  init(_ own: ReplicaDigest, _ others: [ReplicaDigest]) throws {
    replicas = [own] + others
    var found: [Difference] = []
    for other in others {
      let theirs = Dictionary(other.scopes.map { ($0.scope, $0.digest) }, uniquingKeysWith: { first, _ in first })
      let ours = Dictionary(own.scopes.map { ($0.scope, $0.digest) }, uniquingKeysWith: { first, _ in first })
      for scope in Set(ours.keys).union(theirs.keys).sorted() {
        switch (ours[scope], theirs[scope]) {
        case (let a?, let b?):
          guard a != b else { break }
          let first = try ScopeID(scope).flatMap { try own.replica.firstDifference(from: other.replica, in: $0) }
          found.append(
            Difference(kind: "different", scope: scope, home: own.home, other: other.home, first: first?.description))
        case (nil, _?):
          if own.role == .office { found.append(Difference(kind: "missing", scope: scope, home: own.home, other: other.home)) }
        case (_?, nil):
          if other.role == .office { found.append(Difference(kind: "missing", scope: scope, home: other.home, other: own.home)) }
        case (nil, nil): break
        }
      }
      // Two replicas that have nothing in common agree about nothing.
      if Set(ours.keys).isDisjoint(with: theirs.keys), !ours.isEmpty || !theirs.isEmpty {
        found.append(Difference(kind: "nothing-in-common", scope: "", home: own.home, other: other.home))
      }
    }
    differences = found
    same = found.isEmpty
  }

  func tell(_ printer: Printer) {
    for replica in replicas {
      printer.line(printer.style("\(replica.digest)  \(replica.user)  \(replica.home)", .bold))
      for scope in replica.scopes {
        printer.say(
          Text(
            "  \(scope.digest)  \(scope.scope)  \(scope.rows) 条记录,\(scope.changesets) 条变更,\(scope.conflicts) 处冲突",
            "  \(scope.digest)  \(scope.scope)  \(Format.count(scope.rows, "row")), \(Format.count(scope.changesets, "changeset")), \(Format.count(scope.conflicts, "conflict"))"
          ))
      }
    }
    for difference in differences {
      switch difference.kind {
      case "different":
        let first = difference.first
        printer.say(
          Text(
            "不同:\(difference.scope)(\(difference.other)),\(first.map { "从变更 \($0) 起" } ?? "变更相同而结果不同:请运行 verify --repair")",
            "Different: \(difference.scope) (\(difference.other)), \(first.map { "from changeset \($0) on" } ?? "with the same changesets: run verify --repair")"
          ))
      case "missing":
        printer.say(
          Text("办公室还没有:\(difference.scope)(来自 \(difference.other))", "Not at the office yet: \(difference.scope) (of \(difference.other))"))
      default:
        printer.say(Text("与 \(difference.other) 没有共同的企业。", "Nothing in common with \(difference.other)."))
      }
    }
    guard replicas.count > 1 else { return }
    printer.say(
      same
        ? Text("\(replicas.count) 个副本一致。", "All \(replicas.count) replicas are the same.")
        : Text("副本不一致:同步之后再比较。", "The replicas differ: sync, then compare again."))
  }
}
