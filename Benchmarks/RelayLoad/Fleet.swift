import Foundation
import SyncCore
import SyncKit
import SyncRelay
import Synchronization

/// The laptops of a load, and how they are made and let exchange.
struct Fleet: Sendable {
  let relay: RelayProcess.Address
  let folder: URL
  let threads: Int

  /// What laptops have to bring.
  enum Work { case nothing, words, wordsAndPhotos }

  /// Makes and enrols laptops, which do their day's work.
  func laptops(_ count: Int, named prefix: String, role: String, grants: [GrantedScope] = [], doing work: Work) throws -> [Laptop] {
    let codes = try relay.open()
    defer { try? codes.close() }
    let made = Mutex<[Laptop]>([])
    let photo = Laptop.photo()
    try onThreads(threads, count) { number in
      let user = "\(prefix)\(number)"
      let code = try codes.createCode(user: user, name: user, role: role, grants: grants)
      let laptop = try Laptop(number: number, user: user, role: role, code: code, url: relay.url, folder: folder)
      if work != .nothing { try laptop.writeDay() }
      if work == .wordsAndPhotos { try laptop.takePhotos(photo) }
      made.withLock { $0.append(laptop) }
    }
    return made.withLock { $0.sorted { $0.number < $1.number } }
  }

  /// Lets each laptop exchange once, at its time or as soon after it as one of so many may.
  ///
  /// - Parameters:
  ///   - atOnce: how many may be at it at the same time.
  ///   - times: when each comes, in seconds from now; nil for one after the other, without a pause.
  func exchange(_ laptops: [Laptop], atOnce: Int, times: [Double]? = nil) throws -> (tally: Tally, seconds: Double) {
    let total = Mutex(Tally())
    let began = ContinuousClock.now
    let order = laptops.indices.sorted { (times?[$0] ?? 0, $0) < (times?[$1] ?? 0, $1) }
    try onThreads(atOnce, laptops.count) { place in
      let number = order[place]
      if let times {
        let wait = Duration.seconds(times[number]) - (ContinuousClock.now - began)
        if wait > .zero { Thread.sleep(forTimeInterval: wait.seconds) }
      }
      let tally = exchange(laptops[number])
      total.withLock { $0.add(tally) }
    }
    return (total.withLock { $0 }, (ContinuousClock.now - began).seconds)
  }

  /// One laptop's exchange, as the program makes it: it waits where the relay says that it has too much to do.
  private func exchange(_ laptop: Laptop) -> Tally {
    var tally = Tally()
    do {
      // Opened before the clock runs: a laptop does not take the others' processor.
      let replica = try laptop.open()
      let transport = try MeasuredTransport(url: relay.url, token: laptop.token)
      let began = ContinuousClock.now
      var waits = 0
      let patient = PatientTransport(over: transport) { (duration) throws(TransportError) in
        waits += 1
        Thread.sleep(forTimeInterval: duration.seconds)
      }
      let packs = RemotePacks(transport.transport, waitingAs: patient)
      let summary = try replica.sync(with: patient, packs: packs, peer: Laptop.peer)
      tally.busy += waits
      if let refused = summary.refused.first { throw LoadError("refused: \(refused.code) \(refused.scope.name)") }
      tally.exchanges.note(ContinuousClock.now - began)
      tally.add(transport.tally)
      if try !replica.attachments.named().isEmpty { try send(replica, transport.transport, &tally) }
    } catch {
      tally.errors.append("\(laptop.user): \(error)")
    }
    return tally
  }
}

extension Fleet {
  /// Brings the photographs, as the daemon does after the words.
  private func send(_ replica: Replica, _ transport: CurlTransport, _ tally: inout Tally) throws {
    let began = ContinuousClock.now
    let link = AttachmentLink { seconds in Thread.sleep(forTimeInterval: Double(seconds) * Double.random(in: 0.2...1)) }
    let summary = try replica.attachments.send(to: RemoteBlobs(transport), peer: Laptop.peer, over: link)
    let status = try replica.attachments.status(peer: Laptop.peer)
    guard status.verified == Laptop.photosPerDay, status.queued + status.refused == 0 else { throw LoadError("files: \(status)") }
    tally.files.note(ContinuousClock.now - began)
    tally.fileBytes += summary.bytesMoved
  }
}

extension Tally {
  mutating func add(_ other: Tally) {
    exchanges.add(other.exchanges)
    files.add(other.files)
    fileBytes += other.fileBytes
    requests.add(other.requests)
    bytesUp += other.bytesUp
    bytesDown += other.bytesDown
    busy += other.busy
    errors += other.errors
  }
}
