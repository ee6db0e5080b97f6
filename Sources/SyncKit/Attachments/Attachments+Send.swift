import SyncBlobs
public import SyncCore

extension Attachments {
  /// Gives the other side the files that it lacks, the smallest first, from wherever an earlier run was cut.
  ///
  /// A file is verified once the other side says that it holds all of it durably and has computed its digest. Now and then it is asked
  /// whether it has lost any of those: then they are queued again, and sent.
  /// - Parameters:
  ///   - store: the other side.
  ///   - peer: the name under which what it says is remembered.
  ///   - link: how the way there is used: when to stop, how to wait, whom to tell.
  /// - Throws: ``TransportError`` when the way there fails again and again; what was verified stays so.
  public func send(to store: some BlobStore, peer: String, over link: AttachmentLink) throws -> AttachmentSummary {
    let memory = PeerMemory(replica, peer)
    let named = try named()
    let here = named.filter(isHere)
    let known = try memory.attachmentStates()
    func state(_ name: BlobName) -> Attachment.State { known[name.scope]?[name.digest] ?? .queued }
    var queue = here.filter { state($0).isOpen }
    let told = try memory.losses()
    let isDue = told.map { replica.configuration.clock() - $0.at >= AttachmentLimits.recheckMilliseconds } ?? !here.isEmpty
    var run = AttachmentRun(link)
    // Nothing to say and nothing to ask: no trip.
    guard !queue.isEmpty || isDue else { return run.summary }
    var answers = try ask(queue, store, memory, &run)
    if answers.losses != told?.told {
      // Something was lost there since, or this side has never asked: what was verified is asked for anew.
      let verified = here.filter { state($0) == .verified }
      // Of what no row names the other side may have let go: its receipt is not to be relied upon once a row names it again.
      try memory.forgetReceipts(except: named)
      let again = try ask(verified, store, memory, &run)
      let lost = verified.filter { again.states[$0] != .held }
      try memory.note(lost.map { ($0, .queued) })
      run.summary.lost = lost.count
      queue += lost
      answers.states.merge(again.states) { $1 }
    }
    for name in queue { try send(name, from: answers.states[name], store, memory, &run) }
    // Last: a run that was cut before has not asked for all.
    try memory.note(losses: answers.losses)
    return run.summary
  }

  private func ask(
    _ names: [BlobName], _ store: some BlobStore, _ memory: PeerMemory, _ run: inout AttachmentRun
  ) throws -> (states: [BlobName: BlobState], losses: [UInt8]) {
    var states: [BlobName: BlobState] = [:]
    var losses: [UInt8]?
    var rest = names[...]
    repeat {
      let some = Array(rest.prefix(Limits.blobNames))
      rest = rest.dropFirst(some.count)
      let answer = try run.persist { try store.states(of: some) }
      guard answer.states.count == some.count else { throw SyncCoreError(.unexpected, "as many states as files") }
      for (name, state) in zip(some, answer.states) { states[name] = state }
      // The first one: what is lost while the others are asked for is told next time.
      losses = losses ?? answer.losses
    } while !rest.isEmpty
    return (states, losses ?? [])
  }

  private func send(
    _ name: BlobName, from first: BlobState?, _ store: some BlobStore, _ memory: PeerMemory, _ run: inout AttachmentRun
  ) throws {
    var state = first
    var isWhole = false
    while true {
      switch state {
      case .held:
        try memory.note([(name, .verified)])
        run.summary.verified += 1
        return
      case .refused(let code):
        let refusal = AttachmentRefusal(name: name, code: try reason(code, name))
        run.summary.refused.append(refusal)
        return try memory.note([(name, .refused(code: refusal.code))])
      case .missing(let received):
        guard received <= name.bytes else { throw SyncCoreError(.unexpected, "more bytes than the file has") }
        if received == name.bytes {
          // All is there and not looked through: it is asked to once.
          try memory.note([(name, .sent)])
          if isWhole { return }
          isWhole = true
        }
        state = try piece(of: name, at: received, store, &run)
      case nil:
        state = try ask([name], store, memory, &run).states[name]
      }
    }
  }

  /// Sends what follows the bytes that have arrived.
  /// - Returns: how the file stands then; nil when that has to be asked for.
  private func piece(of name: BlobName, at offset: Int, _ store: some BlobStore, _ run: inout AttachmentRun) throws -> BlobState? {
    if run.link.isCancelled() { throw TransportError(.cancelled) }
    let piece = try folder.read(name.digest, at: offset, upTo: min(Limits.blobPieceBytes, name.bytes - offset))
    do {
      let state = try store.append(piece, at: offset, of: name)
      if case .missing(let received) = state, received <= offset, !piece.isEmpty { return .refused(code: "no-progress") }
      run.moved(piece.count)
      return state
    } catch let error as TransportError {
      return try asked(name, beyond: offset, error, store, &run)
    }
  }

  private func asked(
    _ name: BlobName, beyond offset: Int, _ error: TransportError, _ store: some BlobStore, _ run: inout AttachmentRun
  ) throws -> BlobState? {
    // Where something else has arrived than was thought, an earlier request of ours was still being written down when this one began.
    try run.pause(after: error)
    let answer = try run.persist { try store.states(of: [name]) }
    if case .missing(let received)? = answer.states.first, received > offset { run.moved(received - offset) }
    return answer.states.first
  }

  /// Why a file is not taken: what is damaged here says so; what was damaged on the way may be sent again.
  private func reason(_ code: String, _ name: BlobName) throws -> String {
    guard code == BlobError.Code.wrongDigest.rawValue, try !folder.isIntact(name.digest) else { return code }
    return AttachmentRefusal.damagedHere
  }
}

extension AttachmentRefusal {
  /// The file on this device does not hold what its name says.
  public static let damagedHere = "damaged-here"
  /// The other side does not have the file: whoever attached it has not sent it yet.
  public static let notThere = "not-there"
  /// What no further attempt changes.
  static let lasting: Set<String> = [damagedHere, "wrong-type", "too-large"]
}

extension Attachment.State {
  /// Whether the file is to be offered to the other side.
  fileprivate var isOpen: Bool {
    switch self {
    case .queued, .sent: true
    case .verified: false
    case .refused(let code): !AttachmentRefusal.lasting.contains(code)
    }
  }
}
