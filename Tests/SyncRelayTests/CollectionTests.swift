import Foundation
import SyncBlobs
import SyncCore
import SyncKit
import Testing

@testable import SyncRelay

/// Files that no record names any more (docs/attachments.md), over both stores: nothing goes that anybody named, whoever comes in between.
@Suite("Collecting files", .bothStores, .namingStore)
struct CollectionTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice
  private let grace = RelayLimits().unnamedMilliseconds

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private struct Stopped: Error {}

  private func name(_ photo: [UInt8]) throws -> BlobName {
    try #require(BlobName(scope: scope, digest: Codec.standard.digest(photo), bytes: photo.count))
  }

  @discardableResult
  private func bring(_ photo: [UInt8]) throws -> BlobName {
    let name = try name(photo)
    #expect(try device.access().append(photo, at: 0, of: name) == .held)
    return name
  }

  @discardableResult
  private func collect(
    named: [BlobName] = [], dryRun: Bool = false, onStep: (CollectionStep) throws -> Void = { _ in }
  ) throws -> FileCollection? {
    try world.relay.collectFiles(
      world.relay.fileQuestion(), named: Set(named.map(\.digest)), dryRun: dryRun, onStep: onStep)
  }

  private func state(_ name: BlobName) throws -> BlobState? { try device.access().states(of: [name]).states.first }

  /// Asks whether a file is there, as whoever is about to attach it does.
  private func ask(_ name: BlobName) throws {
    let state = try state(name)
    #expect(state == .held)
  }

  /// Whether the relay says that it has a file, and has it.
  private func isThere(_ name: BlobName) throws -> Bool {
    let held = try world.relay.heldFiles().contains { $0.digest == name.digest }
    let whole = try world.relay.blobs.isIntact(name.digest)
    #expect(held == whole)
    return held && whole
  }

  @Test("go once their time is over and not before, with what is written down of them; brought again they are held again")
  func timeRuns() throws {
    let (photo, other) = (BlobTests.photo(5000), BlobTests.photo(6000, seed: 2))
    let (gone, kept) = (try bring(photo), try bring(other))
    let losses = try device.access().states(of: []).losses
    #expect(try collect(named: [kept])?.unnamed == 1)
    world.now += grace - 1
    #expect(try collect(named: [kept])?.released == [])
    #expect(try isThere(gone))
    world.now += 1
    let round = try #require(try collect(named: [kept]))
    #expect(round.files == 2 && round.released == [gone.digest] && round.releasedBytes == 5000 && round.unnamed == 0)
    #expect(try !isThere(gone) && isThere(kept))
    #expect(throws: RelayError.self) { try device.access().read(gone.digest, at: 0) }
    #expect(try world.relay.audit(limit: 1).first.map { [$0.event, $0.detail] } == ["collected", "1 files, 5000 bytes"])
    #expect(try world.relay.releasedFiles() == [gone.digest: world.now])
    // Whoever had a receipt is to ask before relying on it.
    #expect(try device.access().states(of: []).losses != losses)
    #expect(try state(gone) == .missing(received: 0))
    try bring(photo)
    #expect(try isThere(gone) && world.relay.releasedFiles().isEmpty)
    // Its time begins anew.
    #expect(try collect(named: [kept])?.released == [])
  }

  @Test("begin their time anew when a record names them again, when somebody asks in order to attach them, and after a restore")
  func timeBeginsAnew() throws {
    let name = try bring(BlobTests.photo(5000))
    for again in [
      { _ = try collect(named: [name]) }, { try ask(name) }, { try world.relay.renewEpoch() },
    ] as [() throws -> Void] {
      try collect()
      world.now += grace / 2
      try again()
      try collect()
      world.now += grace - 1
      #expect(try collect()?.released == [])
    }
    #expect(try isThere(name))
    world.now += 1
    #expect(try collect()?.released == [name.digest])
  }

  @Test("are only told of in a dry run: nothing is marked, erased or written down")
  func dryRun() throws {
    let name = try bring(BlobTests.photo(5000))
    try collect(dryRun: true)
    world.now += grace
    #expect(try collect(dryRun: true)?.released == [])
    try collect()
    world.now += grace
    let told = try #require(try collect(dryRun: true))
    #expect(told.released == [name.digest] && told.releasedBytes == 5000)
    #expect(try isThere(name) && world.relay.releasedFiles().isEmpty && world.relay.audit(limit: 1).first?.event != "collected")
  }

  @Test("are not judged by an answer that is older than the log")
  func arrivals() throws {
    let name = try bring(BlobTests.photo(5000))
    try collect()
    world.now += grace
    var author = device.author(in: scope)
    // A row that names it comes in while the office is asked.
    let round = try collect { step in if step == .answered { _ = try device.access().store(author.write(count: 1)) } }
    #expect(round == nil)
    #expect(try isThere(name))
    let question = try world.relay.fileQuestion()
    #expect(question.holdings.map(\.scope) == [scope] && question.holdings[0].holdings.vector[device.site] == 1)
  }

  @Test("survive whoever attaches or brings them while they are being let go of, at every step")
  func named() throws {
    let photo = BlobTests.photo(5000)
    let name = try bring(photo)
    try collect()
    world.now += grace
    // Asked for before it is decided: it is held, and stays.
    let first = try collect { step in if step == .answered { try ask(name) } }
    #expect(try first?.released == [] && isThere(name))
    world.now += grace
    // Asked for after it was decided: its bytes are asked for and, once they have come, they stay.
    let round = try collect { step in
      guard step == .released else { return }
      #expect(try state(name) == .missing(received: 0))
      try bring(photo)
    }
    #expect(try round?.released == [name.digest] && isThere(name))
    // Begun before it was decided: what is under way holds it.
    world.now += grace
    try collect()
    world.now += grace
    let other = try world.device(2, user: "wang", grants: [.one(scope)])
    #expect(try other.access().append(Array(photo[..<100]), at: 0, of: name) == .missing(received: 100))
    #expect(try collect()?.released == [])
    #expect(try isThere(name))
  }

  @Test("whose bytes were removed while they were being written down are brought once more")
  func heldTooLate() throws {
    let photo = BlobTests.photo(5000)
    let name = try name(photo)
    let upload = try device.access().upload(name, at: 0)
    var bringing = upload
    try bringing.append(photo)
    // Looked through and in its place, and not yet written down when it goes.
    try world.relay.blobs.complete(Relay.partial(device.id.bytes, name.digest), as: name.digest)
    try world.relay.blobs.remove(name.digest)
    let principal = try #require(try world.relay.authenticate(device.token))
    let isHeld = try world.relay.store.write { db in
      try BlobLedger(db: db, principal: principal, limits: world.relay.limits, now: world.now).hold(name, in: world.relay.blobs)
    }
    #expect(try !isHeld && state(name) == .missing(received: 0))
    try bring(photo)
    #expect(try isThere(name))
  }

  @Test(
    "that were being let go of when the relay was killed, go with the next round, and no others",
    arguments: [CollectionStep.answered, .released, .erased])
  func killed(_ at: CollectionStep) throws {
    let names = try (1...4).map { try bring(BlobTests.photo(1000 * Int($0), seed: $0)) }
    let named = Array(names.prefix(2))
    try collect(named: named)
    world.now += grace
    #expect(throws: Stopped.self) {
      try collect(named: named) { step in if step == at { throw Stopped() } }
    }
    for name in named { #expect(try world.relay.blobs.isIntact(name.digest) && state(name) == .held) }
    // What is said to be held is there.
    for file in try world.relay.heldFiles() { #expect(try world.relay.blobs.isIntact(file.digest)) }
    // Attached once more after the kill, one of them is asked for and comes back.
    if try state(names[3]) != .held { try bring(BlobTests.photo(4000, seed: 4)) }
    try collect(named: named + [names[3]])
    #expect(try Set(world.relay.heldFiles().map(\.digest)) == Set((named + [names[3]]).map(\.digest)))
    for name in named + [names[3]] { #expect(try isThere(name)) }
    #expect(world.relay.blobs.digests().count == 3)
  }

  @Test("of which nothing is written down are judged as the others; what never arrived whole is given up")
  func straysAndPartials() throws {
    let stray = try world.relay.blobs.put(BlobTests.photo(3000)).digest
    let name = try name(BlobTests.photo(5000, seed: 2))
    #expect(try device.access().append(Array(BlobTests.photo(5000, seed: 2)[..<100]), at: 0, of: name) == .missing(received: 100))
    #expect(try collect()?.unnamed == 1)
    world.now += grace
    // As a crash leaves it: the system's clock says when.
    let crashed = world.relay.blobs.path + "/incoming/put-XXXXXX"
    try Data([1]).write(to: URL(fileURLWithPath: crashed))
    let then = Date(timeIntervalSince1970: Double((world.now - world.relay.limits.uploadMilliseconds) / 1000 - 1))
    try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: crashed)
    let fresh = world.relay.blobs.path + "/incoming/put-YYYYYY"
    try Data([1]).write(to: URL(fileURLWithPath: fresh))
    try FileManager.default.setAttributes([.modificationDate: then.addingTimeInterval(1)], ofItemAtPath: fresh)
    let round = try #require(try collect())
    #expect(round.released == [stray] && world.relay.blobs.digests().isEmpty)
    #expect(round.abandoned == 1 && FileManager.default.fileExists(atPath: fresh))
    #expect(try world.relay.blobStatistics().arriving == 0)
  }
}
