/// A row of a world, by numbers, so that a history can be written down.
public struct RowID: Codable, Hashable, Sendable {
  /// The place of its table in ``FieldTable/all``.
  public var table: Int
  public var scope: Int
  public var row: Int
}

/// The statement that a form or a program writes a row by.
public enum Statement: String, Codable, Hashable, Sendable, CaseIterable { case update, upsert, replace, delete }

/// What one statement writes to one row.
public struct RowWrite: Codable, Hashable, Sendable {
  /// One column, by its place in its table; a value as ``FieldTable/value(_:)`` reads it.
  public struct Cell: Codable, Hashable, Sendable {
    public var column: Int
    public var value: Int64?
  }

  public var row: RowID
  public var statement: Statement
  public var cells: [Cell]
  /// Whether all of the row is saved, as a form does, and not only what was changed.
  public var isWhole: Bool
  /// Whether the row is written before and that is taken back, by a savepoint.
  public var isUndoneFirst: Bool
}

/// What befalls one message of an exchange. A share says where it is cut, in thousandths of its length.
public enum MessageFault: Codable, Hashable, Sendable {
  case none
  case requestLost
  case requestCut(Int)
  /// The request was carried out, and its answer is lost.
  case replyLost
  case replyCut(Int)
  /// The request arrives twice.
  case twice
  /// The request arrives now, and once more whenever ``Action/late(_:)`` says.
  case again
  /// The asking device loses its power now.
  case crash
  /// The asking device loses its power when its clock is read for the nth time from now on, within a transaction.
  case crashWithin(Int)
  /// While the request is on its way something else happens: a write, or another device's exchange.
  case meanwhile(Action)
}

/// The line that an exchange takes.
public struct Line: Codable, Hashable, Sendable {
  /// What befalls the messages, from the first on; none befalls those after the last.
  public var faults: [MessageFault] = []
  /// How large a batch is, in bytes.
  public var batchBytes: Int

  /// Whether something else happens during the exchange.
  var hasMeanwhile: Bool {
    faults.contains { fault in
      if case .meanwhile = fault { true } else { false }
    }
  }
}

/// What a device's clock shows.
public enum ClockFault: Codable, Hashable, Sendable {
  /// Wrong by so many milliseconds.
  case off(Int64)
  /// Stands still.
  case frozen
  case right
}

/// One step of a history: a value that says all there is to it, drawn from the seed alone and meant so that it can follow any other. What
/// has no meaning where it comes to stand, since a shrunk history lacks what it builds on, does nothing.
public enum Action: Codable, Hashable, Sendable {
  case write(at: Int, rows: [RowWrite])
  /// A transaction that its author takes back.
  case takeBack(at: Int, write: RowWrite)
  /// A form opens and stays open; its token may have been through text.
  case open(form: Int, at: Int, row: RowID, asText: Bool)
  /// A form is saved; the row of the write is the form's.
  case save(form: Int, RowWrite)
  /// The office settles some of what is open there.
  case settle(at: Int, choice: Int)
  case sync(at: Int, Line)
  /// Two laptops exchange directly.
  case meet(at: Int, with: Int, Line)
  /// Some of one author's changesets reach a replica, with gaps and in any order.
  case carry(from: Int, to: Int, choice: Int)
  case export(bundle: Int, at: Int)
  /// A bundle is read, whole, or cut or altered at a thousandth of its length.
  case importing(bundle: Int, at: Int, cut: Int?, altered: Int?)
  /// A request that was kept on the way arrives at the relay.
  case late(Int)
  /// Power fails within a transaction; the file is opened again as it lay on the disk.
  case crash(at: Int, write: RowWrite)
  case reopen(at: Int)
  /// From now on another process of the device reads and writes; the one before stays open.
  case otherProcess(at: Int)
  /// The newer version of the application is installed.
  case upgrade(at: Int)
  case clock(at: Int, ClockFault)
  /// A quiet day: each device exchanges with the relay twice, and nothing befalls that.
  case calm
  case withdraw(at: Int, scope: Int)
  /// A device's enrolment is ended: the relay refuses its next request.
  case revoke(at: Int)
  /// A device is enrolled anew, as the replica that it is.
  case enrol(at: Int)
  /// So many days go by on which nobody does anything.
  case silence(days: Int)
  case grant(at: Int, scope: Int)
  /// A device's files are copied as they lie, and the copy lives on beside the original, as another device of the same user's.
  case clone(at: Int, as: Int)
  case backUpDevice(at: Int)
  /// A device's files are replaced by those of its last backup.
  case restoreDevice(at: Int)
  /// A device that looks after the relay's log leaves out what has no effect any more; cut short, the relay is not told.
  case compact(at: Int, isCut: Bool)
  case crashRelay
  case backUpRelay
  /// The relay is restored from the last backup.
  case restoreRelay

  /// The action's kind, for counting.
  public var kind: String {
    let text = String(describing: self)
    return String(text.prefix { $0 != "(" })
  }
}
