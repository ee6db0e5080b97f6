import SyncCore

/// Something that programs do on a disk that fails, step by step. Each step is one call that succeeds or says that it has not.
public struct DiskWorkload: Sendable {
  typealias Step = @Sendable (DiskField) throws -> Void

  public let name: String
  /// Whose disk fails.
  let victim: String
  /// What was done before, on a disk without faults.
  let before: [Step]
  let steps: [Step]

  init(_ name: String, victim: String = DiskField.machine(0), before: [Step] = [], _ steps: [Step]) {
    (self.name, self.victim, self.before, self.steps) = (name, victim, before, steps)
  }

  /// Small enough that little data makes several messages.
  private static let smallBatch = 2000

  private static let someWrites: [Step] = [{ try $0.write(0, rows: 3) }, { try $0.write(0, rows: 6) }, { try $0.write(0, rows: 2) }]
  private static let writesElsewhere: [Step] = [{ try $0.write(1, rows: 4) }, { try $0.write(1, rows: 8) }, { try $0.write(1, rows: 3) }]

  public static let all: [DiskWorkload] = [
    DiskWorkload(
      "local-write",
      someWrites + [{ try $0.checkpoint(0) }, { try $0.write(0, rows: 5) }, { try $0.reopen(0) }, { try $0.write(0, rows: 1) }]),
    DiskWorkload("bulk-import", [{ try $0.write(0, rows: 400) }, { try $0.checkpoint(0) }, { try $0.write(0, rows: 1) }]),
    DiskWorkload(
      "push", before: someWrites,
      [{ try $0.sync(0, batchBytes: smallBatch) }, { try $0.write(0, rows: 2) }, { try $0.sync(0) }, { try $0.checkpoint(0) }]),
    DiskWorkload(
      "pull", before: writesElsewhere + [{ try $0.sync(1) }, { try $0.write(0, rows: 2) }],
      [{ try $0.sync(0, batchBytes: smallBatch) }, { try $0.write(0, rows: 2) }, { try $0.sync(0) }]),
    DiskWorkload(
      "meeting", before: writesElsewhere + [{ try $0.write(0, rows: 2) }],
      [{ try $0.meet(1, 0, batchBytes: smallBatch) }, { try $0.write(0, rows: 1) }, { try $0.meet(0, 1, batchBytes: smallBatch) }]),
    DiskWorkload(
      "bundle-import", before: writesElsewhere + [{ try $0.write(0, rows: 2) }, { try $0.exportBundle(1) }],
      [{ try $0.importBundle(0) }, { try $0.write(0, rows: 2) }, { try $0.importBundle(0) }]),
    DiskWorkload(
      "relay-ingest", victim: DiskField.relayName, before: someWrites + writesElsewhere,
      [
        { try $0.sync(0, batchBytes: smallBatch) }, { try $0.sync(1, batchBytes: smallBatch) }, { try $0.reopenRelay() },
        { try $0.write(0, rows: 2) }, { try $0.sync(0) },
      ]),
    DiskWorkload(
      "migration",
      before: [{ try $0.remove(DiskField.machine(0)) }, { try $0.reopen(0, version: 1) }] + writesElsewhere + [
        { try $0.sync(1) }, { try $0.write(0, rows: 2) }, { try $0.sync(0) },
      ],
      [{ try $0.reopen(0, version: 2) }, { try $0.write(0, rows: 2) }, { try $0.sync(0) }]),
    DiskWorkload(
      "first-open", before: [{ try $0.remove(DiskField.machine(0)) }],
      [{ try $0.reopen(0) }, { try $0.write(0, rows: 2) }, { try $0.sync(0) }]),
    DiskWorkload(
      "relay-opening", victim: DiskField.relayName, before: someWrites + [{ try $0.remove(DiskField.relayName) }],
      [{ try $0.reopenRelay() }, { try $0.sync(0) }, { try $0.sync(1) }]),
  ]
}
