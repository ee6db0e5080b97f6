import Foundation
import GRDB
import SyncBlobs
import SyncCore
import SyncRelay
import Synchronization
import Testing

@testable import SyncKit

/// I-1, I-9, I-13: who begins with packs comes to hold what a pull would have brought, and nothing else (docs/decisions/0028).
@Suite struct PackTests {
  private static let tables = [SyncedTable("note", scope: .column("plant"))]
  private static let schema = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, plant TEXT NOT NULL, a TEXT, b TEXT)"]

  /// Everything is worth packing, and packs are small.
  private static func field(packBytes: Int = 4000, least: Int64 = 1) throws -> RelayField {
    var limits = RelayLimits()
    (limits.packChangesets, limits.packBytes) = (least, packBytes)
    (limits.historyMilliseconds, limits.leaseMilliseconds) = (0, 1 << 40)
    return try RelayField(limits, tables: tables, schema: schema)
  }

  /// A way to a relay that counts what is asked for, and may break or lie.
  private final class Watched: PackSource {
    let source: any PackSource
    let state = Mutex((questions: 0, bytes: 0, packs: 0))
    /// After how many bytes of packs the link is gone.
    var cutAfter = Int.max
    /// How many bytes come before each cut; the next goes on from there.
    var pieceBytes = Int.max
    var alter: ([UInt8]) -> [UInt8] = { $0 }
    var sign: (Pack) -> Pack = { $0 }

    init(_ source: any PackSource) { self.source = source }

    func packs(of scopes: [ScopeID]) throws -> [Pack] {
      state.withLock { $0.questions += 1 }
      return try source.packs(of: scopes).map(sign)
    }

    func read(pack digest: [UInt8], at offset: Int) throws -> BlobPiece {
      let done = state.withLock { $0.bytes }
      guard done < cutAfter else { throw TransportError(.cutShort) }
      let piece = try source.read(pack: digest, at: offset)
      let bytes = Array(alter(piece.bytes).prefix(min(pieceBytes, cutAfter - done)))
      state.withLock { state in
        state.bytes += bytes.count
        if offset + bytes.count == piece.total { state.packs += 1 }
      }
      return BlobPiece(bytes: bytes, total: piece.total)
    }
  }

  /// Counts the changesets that pulls bring.
  private final class PullCounter: ExchangeTransport {
    let line: LocalTransport<RelayAccess>
    var pulled = 0

    init(_ access: RelayAccess) { line = LocalTransport(access) }

    func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
      let answer = try line.roundTrip(path: path, body: body)
      if case .changes(let fragments, _, _, _, _)? = try? ExchangeResponse(decoding: answer, codec: .standard) { pulled += fragments.count }
      return answer
    }
  }

  /// Exchanges by packs.
  /// - Returns: what came by packs, and how many changesets were pulled all the same.
  @discardableResult
  private func begin(
    _ replica: Replica, _ field: RelayField, least: Int = 1, _ prepare: (Watched) -> Void = { _ in }
  ) throws -> (packs: Int, bytes: Int, pulled: Int, summary: ExchangeSummary) {
    let access = try field.access(replica)
    let (source, line) = (Watched(access), PullCounter(access))
    prepare(source)
    let fetch = PackFetch(source, leastScopes: least)
    let summary = try replica.sync(with: line, packs: fetch, peer: "relay", batchBytes: Limits.batchBytes)
    return source.state.withLock { ($0.packs, $0.bytes, line.pulled, summary) }
  }

  private func write(_ replica: Replica, plants: Range<Int>, _ text: String = "geschrieben") throws {
    for plant in plants {
      try replica.run("INSERT INTO note VALUES(?, ?, ?, NULL)", ["n\(plant)", "plant-\(plant)", "\(text) \(plant)"])
    }
  }

  /// That replicas hold the same of every scope, show the same, and are sound.
  private func expectSame(_ replicas: [Replica], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let first = try #require(replicas.first)
    for replica in replicas {
      #expect(try replica.scopes() == first.scopes(), sourceLocation: sourceLocation)
      for scope in try first.scopes() {
        #expect(try replica.digest(of: scope) == first.digest(of: scope), "\(scope.name)", sourceLocation: sourceLocation)
      }
      #expect(try replica.bits("note") == first.bits("note"), sourceLocation: sourceLocation)
      #expect(try replica.findings().allSatisfy { !$0.isProblem }, sourceLocation: sourceLocation)
      #expect(try replica.conflicts().count == first.conflicts().count, sourceLocation: sourceLocation)
    }
  }

  /// Values side by side, a deletion, a branch under another name, work that was rejected before and after others had it, and what was left out.
  private func eventful(_ field: RelayField) throws -> (li: Replica, wang: Replica) {
    let (li, wang) = (try field.replica("li"), try field.replica("wang"))
    try write(li, plants: 0..<12)
    for _ in 0..<2 { for replica in [li, wang] { try field.sync(replica) } }
    for (replica, text) in [(li, "of li"), (wang, "of wang")] { try replica.run("UPDATE note SET a = ? WHERE id < 'n2'", [text]) }
    try wang.run("DELETE FROM note WHERE id = 'n3'")
    for at in 0..<6 {
      for replica in [li, wang] {
        try field.sync(replica)
        try replica.run("UPDATE note SET b = ? WHERE id = 'n4'", ["edit \(at)"])
        try field.sync(replica)
      }
    }
    let copy = try field.copy("li", as: "li-copy")
    try li.run("UPDATE note SET a = 'of the original' WHERE id = 'n5'")
    try copy.run("UPDATE note SET a = 'of the copy' WHERE id = 'n5'")
    for _ in 0..<3 { for replica in [li, wang, copy] { try field.sync(replica) } }
    let rejected = try #require(ScopeID("plant-6"))
    try wang.run("UPDATE note SET a = 'unwanted' WHERE id = 'n6'")
    try field.sync(wang)
    _ = try field.relay.reject(
      try #require(wang.digest(of: rejected).holdings.entries.first { $0.site == wang.site }), of: rejected, reason: "wrong plant")
    for _ in 0..<3 { for replica in [li, wang, copy] { try field.sync(replica) } }
    var gone = 0
    for held in try field.relay.acknowledgedByAll() {
      let all = try field.relay.officeAccess().holdings(of: held.scope)
      gone += try field.relay.leaveOut(li.compact(held.scope, acknowledged: held.holdings.vector, held: all))
    }
    #expect(gone > 0)
    for _ in 0..<2 { for replica in [li, wang] { try field.sync(replica) } }
    #expect(try li.conflicts().count > 1)
    #expect(try copy.incidents().contains { $0.restamp != nil })
    return (li, wang)
  }

  @Test(arguments: [600, 4000, 1 << 20])
  func whoBeginsWithPacksHoldsWhatAPullWouldHaveBrought(packBytes: Int) throws {
    let field = try Self.field(packBytes: packBytes)
    let (li, wang) = try eventful(field)
    let report = try #require(try field.relay.pack())
    #expect(report.scopes == 12 && report.unbelieved == 0)
    let (byPack, byPull) = (try field.replica("pack"), try field.replica("pull"))
    let (packs, _, pulled, summary) = try begin(byPack, field)
    #expect(packs == report.packs && pulled == 0)
    #expect(packBytes > 4000 ? packs == 1 : packs > 2)
    #expect(summary.received > 12)
    try field.sync(byPull)
    try expectSame([li, wang, byPack, byPull])
    // What they write from then on is as anybody's.
    try byPack.run("UPDATE note SET b = 'on and on'")
    for _ in 0..<2 { for replica in [byPack, byPull, li, wang] { try field.sync(replica) } }
    try expectSame([li, wang, byPack, byPull])
    #expect(try li.texts("SELECT DISTINCT b FROM note") == ["on and on"])
  }

  @Test func whatHasComeSinceIsPulledAndNobodyPacksForAHandful() throws {
    let field = try Self.field(least: 8)
    let li = try field.replica("li")
    try write(li, plants: 0..<7)
    try field.sync(li)
    #expect(try field.relay.pack() == PackReport())
    try write(li, plants: 7..<8)
    try field.sync(li)
    #expect(try field.relay.pack()?.scopes == 8)
    // Nothing is made anew for nothing.
    #expect(try field.relay.pack() == PackReport())
    try write(li, plants: 8..<12)
    try li.run("UPDATE note SET b = 'since' WHERE id = 'n1'")
    try field.sync(li)
    let newcomer = try field.replica("chen")
    let (packs, _, pulled, _) = try begin(newcomer, field)
    #expect(packs > 0 && pulled == 5)
    try expectSame([li, newcomer])
    // A quarter more: those that have grown are made anew, with what has come beside them.
    try li.run("UPDATE note SET b = 'much'")
    try field.sync(li)
    let again = try #require(try field.relay.pack())
    #expect(again.scopes == 12 && again.replaced > 0)
    let late = try field.replica("late")
    #expect(try begin(late, field).pulled == 0)
    try expectSame([li, late])
  }

  @Test func aFewScopesArePulledAsEver() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    try write(li, plants: 0..<5)
    try field.sync(li)
    try field.relay.pack()
    let (few, many) = (try field.replica("few"), try field.replica("many"))
    #expect(try begin(few, field, least: 6).packs == 0)
    #expect(try begin(many, field, least: 5).packs > 0)
    try expectSame([li, few, many])
  }

  @Test func notAByteIsGivenOfAPackThatHoldsAnythingWhichTheAskerMayNotRead() throws {
    let field = try Self.field(packBytes: 1 << 20)
    let li = try field.replica("li")
    let mine = Limits.scopesForPacks
    try write(li, plants: 0..<mine + 10)
    try field.sync(li)
    let scopes = try li.scopes()
    for scope in scopes.prefix(mine) { try field.relay.grant(user: "zhao", scope: .one(scope)) }
    try field.relay.grant(user: "qian", scope: .one(scopes[0]))
    try field.relay.pack()
    // One audience has packs of its own; whose cases are few gets none, whatever they ask for.
    let zhao = try field.replica("zhao", grants: [.one(scopes[1])])
    let offered = try field.access(zhao).packs(of: scopes)
    #expect(offered.isEmpty, "one of them has another reader beside, so that it is packed with others")
    try field.relay.revoke(user: "qian", scope: .one(scopes[0]))
    try li.run("UPDATE note SET b = 'more'")
    try field.sync(li)
    try field.relay.pack()
    let own = try field.access(zhao).packs(of: scopes)
    #expect(own.count == 1)
    let all = try field.relay.officeAccess().packs(of: scopes)
    #expect(all.count == 2)
    let other = try #require(all.first { $0 != own[0] })
    #expect(throws: RelayError.self) { try field.access(zhao).read(pack: other.digest, at: 0) }
    #expect(try begin(zhao, field).pulled == 0)
    #expect(try zhao.scopes() == Array(scopes.prefix(mine)))
    // What is withdrawn is given no more, from that request on.
    #expect(try field.access(zhao).read(pack: own[0].digest, at: 0).total == own[0].bytes)
    try field.relay.revoke(user: "zhao", scope: .one(scopes[3]))
    #expect(throws: RelayError.self) { try field.access(zhao).read(pack: own[0].digest, at: 0) }
    #expect(try field.access(zhao).packs(of: scopes).isEmpty)
    // What comes with a grant that is given later comes with the next exchange, by packs too.
    let qian = try field.replica("qian", grants: [])
    try field.sync(qian)
    #expect(try qian.scopes().isEmpty)
    try field.relay.grant(user: "qian", scope: .all)
    #expect(try begin(qian, field, least: Limits.scopesForPacks).packs == 2)
    try expectSame([li, qian])
  }

  @Test func whatIsNotThePackThatWasNamedCountsForNothing() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    try write(li, plants: 0..<30)
    try field.sync(li)
    try field.relay.pack()
    let newcomer = try field.replica("chen")
    let outcome = try begin(newcomer, field) { source in
      source.alter = { bytes in
        var bytes = bytes
        bytes[bytes.count / 2] ^= 1
        return bytes
      }
    }
    #expect(outcome.packs > 1 && outcome.pulled == 30)
    try expectSame([li, newcomer])
  }

  /// A changeset as its author did not write it, with their seal.
  private static func altered(_ fragment: Fragment) throws -> Fragment {
    let old = try ChangesetHeader(decoding: fragment.header)
    let header = ChangesetHeader(
      scope: old.scope, dot: old.dot, time: old.time, wallClock: old.wallClock, author: old.author, transaction: old.transaction,
      schema: old.schema, certificate: old.certificate, previous: old.previous, needs: old.needs, note: "made up", parts: old.parts)
    return Fragment(header: header.encoded, signature: fragment.signature, firstPart: 0, parts: fragment.parts)
  }

  /// A relay that was broken into can make packs, and cannot have anybody believe what is in them: that takes the issuer's key, which could
  /// certify anything.
  @Test func aPackWithoutTheIssuersWordIsJudgedChangesetByChangeset() throws {
    let field = try Self.field()
    let author = try field.replica("li")
    try write(author, plants: 0..<6)
    var limits = RelayLimits()
    limits.packChangesets = 1
    let captured = try Relay(
      path: field.field.path("captured.sqlite"), codec: .standard, limits: limits, issuer: nil, clock: { 1 },
      random: { [UInt8](repeating: 7, count: $0) })
    for (at, scope) in try author.scopes().enumerated() {
      let genuine = try author.fragments(of: scope)
      #expect(try captured.officeAccess().store(at < 3 ? genuine.map(Self.altered) : genuine).refused.isEmpty)
    }
    #expect(try captured.pack()?.scopes == 6)
    func read(_ name: String, signedBy key: String?) throws -> (rows: [String], code: SyncKitError.Code?, replica: Replica) {
      let reader = try field.replica(name)
      let source = Watched(captured.officeAccess())
      if let key { source.sign = { (try? Pack(digest: $0.digest, bytes: $0.bytes, by: SigningKey.test(key).signer)) ?? $0 } }
      var code: SyncKitError.Code?
      do {
        _ = try reader.sync(
          with: LocalTransport(captured.officeAccess()), packs: PackFetch(source, leastScopes: 1), peer: "captured", batchBytes: 1 << 20)
      } catch let error as SyncKitError { code = error.code }
      #expect(source.state.withLock { $0.packs } > 0)
      return (try reader.texts("SELECT id FROM note ORDER BY id"), code, reader)
    }
    for (name, key) in [("unsigned", nil), ("strange", "stranger"), ("self-signed", "li")] {
      let (rows, code, _) = try read(name, signedBy: key)
      #expect(rows == ["n3", "n4", "n5"] && code == .notTaken, "\(name)")
    }
    // With the issuer's word nothing is judged, and nothing is hidden either: the seals are here for whoever looks through the log.
    let (rows, code, replica) = try read("believing", signedBy: "issuer")
    #expect(rows.count == 6 && code == nil)
    #expect(try replica.findings().contains { $0.code == "seals" && $0.isProblem })
  }

  /// What the relay took before it asked for seals is packed by nobody: each replica says for itself that it does not believe it.
  @Test func whatCannotBeBelievedIsNotPacked() throws {
    let field = try Self.field()
    let unsealed = try Relay(
      path: field.field.path("relay.sqlite"), codec: .standard, clock: { 1 }, random: { [UInt8](repeating: 7, count: $0) })
    let intruder = try field.field.replica("intruder", tables: Self.tables, schema: Self.schema, author: "li")
    try write(intruder, plants: 5..<7, "unsigned")
    for scope in try intruder.scopes() { _ = try unsealed.officeAccess().store(try intruder.fragments(of: scope)) }
    let li = try field.replica("li")
    try write(li, plants: 0..<3)
    _ = try? field.sync(li)
    let report = try #require(try field.relay.pack())
    #expect(report.scopes == 3 && report.unbelieved == 2)
    #expect(try field.relay.officeAccess().packs(of: intruder.scopes()).isEmpty)
  }

  /// In another process: what had come lies on the disk.
  @Test func aPackThatWasCutGoesOnWhereItWasInTheNextProcessAndLeavesNothingBehind() throws {
    let field = try Self.field(packBytes: 1 << 20)
    let li = try field.replica("li")
    try write(li, plants: 0..<60)
    try field.sync(li)
    let total = try #require(try field.relay.pack())
    #expect(total.packs == 1)
    let cuts = [total.bytes / 3, total.bytes / 4]
    for bytes in cuts {
      let newcomer = try field.replica("chen")
      #expect(throws: TransportError.self) { try begin(newcomer, field) { $0.cutAfter = bytes } }
      #expect(try newcomer.scopes().isEmpty)
    }
    let newcomer = try field.replica("chen")
    let outcome = try begin(newcomer, field)
    #expect(outcome.packs == 1 && outcome.bytes == total.bytes - cuts.reduce(0, +) && outcome.pulled == 0)
    try expectSame([li, newcomer])
    let left = FileManager.default.subpaths(atPath: newcomer.attachments.folder.path) ?? []
    #expect(left == ["incoming"], "\(left)")
  }

  /// What lies there may be another pack's by then, or damaged.
  @Test func whatLiesThereOfAPackThatIsNoneAnyMoreIsNotTaken() throws {
    let field = try Self.field(packBytes: 1 << 20)
    let li = try field.replica("li")
    try write(li, plants: 0..<60)
    try field.sync(li)
    let first = try #require(try field.relay.pack())
    let newcomer = try field.replica("chen")
    #expect(throws: TransportError.self) { try begin(newcomer, field) { $0.cutAfter = first.bytes / 2 } }
    try li.run("UPDATE note SET b = 'anew'")
    try field.sync(li)
    let second = try #require(try field.relay.pack())
    #expect(second.replaced == 1)
    #expect(throws: TransportError.self) { try begin(newcomer, field) { $0.cutAfter = second.bytes / 2 } }
    let place = newcomer.attachments.folder.path + "/incoming/pack"
    var kept = try Data(contentsOf: URL(fileURLWithPath: place))
    #expect(kept.count == 32 + second.bytes / 2)
    kept[kept.count - 1] ^= 1
    try kept.write(to: URL(fileURLWithPath: place))
    // It comes by being pulled, as when a pack is altered on its way.
    #expect(try begin(newcomer, field).pulled == 60 * 2)
    try expectSame([li, newcomer])
  }

  @Test func aCutGoesOnWhereItWas() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    try write(li, plants: 0..<60)
    try field.sync(li)
    let total = try #require(try field.relay.pack())
    let newcomer = try field.replica("chen")
    // The link is gone in the middle of the third pack; what came whole has been committed.
    let code = try #require(throws: TransportError.self) {
      try begin(newcomer, field) { $0.cutAfter = total.bytes / total.packs * 5 / 2 }
    }
    #expect(code.code == .cutShort)
    let here = try newcomer.scopes().count
    #expect(here > 0 && here < 60)
    // Another life of the process goes on with what is missing, over a link that breaks in each pack, and begins none of them anew.
    let rest = try begin(newcomer, field) { $0.pieceBytes = 100 }
    #expect(rest.packs < total.packs && rest.pulled < 60)
    #expect(rest.bytes <= total.bytes)
    try expectSame([li, newcomer])
  }

  @Test func whatIsLeftOutOrRejectedTakesItsPacksWithIt() throws {
    let field = try Self.field()
    let (li, wang) = try eventful(field)
    try field.relay.pack()
    let scopes = try li.scopes()
    let folder = BlobFolder(field.field.path("relay.sqlite-blobs-packs"))
    let all = try field.relay.officeAccess().packs(of: scopes)
    #expect(Set(folder.digests()) == Set(all.map(\.digest)) && !all.isEmpty)
    let scope = scopes[0]
    let unwanted = try #require(li.digest(of: scope).holdings.entries.first)
    let holding = try field.relay.officeAccess().packs(of: [scope])
    _ = try field.relay.reject(unwanted, of: scope, reason: "wrong")
    let left = try field.relay.officeAccess().packs(of: scopes)
    #expect(left.count < all.count && Set(left).isDisjoint(with: holding))
    #expect(try field.relay.officeAccess().packs(of: [scope]).isEmpty)
    // What is written over, and left out, is in no file any more.
    try li.run("UPDATE note SET a = NULL, b = NULL WHERE id = 'n4'")
    for _ in 0..<3 { for replica in [li, wang] { try field.sync(replica) } }
    let erased = try #require(ScopeID("plant-4"))
    let held = try #require(try field.relay.acknowledgedByAll().first { $0.scope == erased })
    let before = try field.relay.officeAccess().packs(of: [erased]).map(\.digest)
    let gone = try field.relay.leaveOut(
      li.compact(erased, acknowledged: held.holdings.vector, held: field.relay.officeAccess().holdings(of: erased)))
    #expect(gone > 0)
    #expect(try field.relay.officeAccess().packs(of: [erased]).isEmpty)
    #expect(before.allSatisfy { folder.size(of: $0) == nil })
    // The next round packs them again, without.
    try field.relay.pack()
    let newcomer = try field.replica("chen")
    let come = try begin(newcomer, field)
    #expect(come.pulled == 0, "\(come)")
    for _ in 0..<2 { for replica in [li, wang] { try field.sync(replica) } }
    try expectSame([li, wang, newcomer])
  }

  @Test func packsWhoseFilesAreGoneAreMadeAnew() throws {
    let field = try Self.field()
    let li = try field.replica("li")
    try write(li, plants: 0..<20)
    try field.sync(li)
    let report = try #require(try field.relay.pack())
    try FileManager.default.removeItem(atPath: field.field.path("relay.sqlite-blobs-packs"))
    #expect(try field.relay.officeAccess().packs(of: li.scopes()).isEmpty)
    #expect(try field.relay.pack()?.packs == report.packs)
    #expect(try begin(try field.replica("chen"), field).pulled == 0)
  }
}
