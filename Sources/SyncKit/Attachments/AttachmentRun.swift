import SyncBlobs
public import SyncCore

/// What a run over the attachments has done.
public struct AttachmentSummary: Hashable, Sendable {
  /// Files of which the other side gave its receipt.
  public var verified = 0
  /// Files that were fetched.
  public var fetched = 0
  /// Bytes of files that went either way, those that were sent again included.
  public var bytesMoved = 0
  /// Files that the other side had lost and was given again, or is to be.
  public var lost = 0
  /// Files that the other side does not take, or does not give, and why.
  public var refused: [AttachmentRefusal] = []
  /// Files that were left where they are because this disk would become too full.
  public var withoutRoom = 0
  /// Bytes of files that this device has let go of because its disk had become too full.
  public var released: Int64 = 0

  public init() {}
}

/// A file that the other side does not take, or does not give.
public struct AttachmentRefusal: Hashable, Sendable {
  public let name: BlobName
  public let code: String
}

/// How a run goes about its link.
public struct AttachmentLink {
  /// Told after each piece.
  public var progress: (AttachmentSummary) -> Void = { _ in }
  /// Asked before each piece whether to stop; what has been moved by then is kept.
  public var isCancelled: () -> Bool = { false }
  /// Returns after so many seconds, or throws where they are not to be waited for.
  public var wait: (_ seconds: Int) throws -> Void

  public init(wait: @escaping (_ seconds: Int) throws -> Void) { self.wait = wait }
}

/// One run over the attachments: goes on after a cut from what has arrived, as long as something does.
struct AttachmentRun {
  let link: AttachmentLink
  var summary = AttachmentSummary()
  private var cutsInVain = 0

  init(_ link: AttachmentLink) { self.link = link }

  /// Does something that may be repeated, until it is done or nothing moves any more.
  mutating func persist<T>(_ body: () throws -> T) throws -> T {
    while true {
      if link.isCancelled() { throw TransportError(.cancelled) }
      do {
        return try body()
      } catch let error as TransportError {
        try pause(after: error)
      }
    }
  }

  /// Waits after a failure that may pass, longer with each in vain.
  mutating func pause(after error: TransportError) throws {
    cutsInVain += 1
    guard cutsInVain <= AttachmentLimits.cutsInVain else { throw error }
    if error.code == .tooMany, let seconds = error.retryAfterSeconds, seconds <= TransportLimits.longestWaitSeconds {
      return try link.wait(seconds)
    }
    let isPassing = error.isCut || error.serverCode == BlobError.Code.otherOffset.rawValue || error.code == .unreachable && cutsInVain > 1
    guard isPassing else { throw error }
    // The first time at once: it was a cut, and not yet a link that is down.
    if cutsInVain > 1 { try link.wait(min(AttachmentLimits.longestPause, 1 << (cutsInVain - 2))) }
  }

  /// Notes that bytes have arrived.
  mutating func moved(_ bytes: Int) {
    summary.bytesMoved += bytes
    cutsInVain = 0
    link.progress(summary)
  }
}
