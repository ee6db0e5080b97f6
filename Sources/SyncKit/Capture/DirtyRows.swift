import CSQLite
import SyncCore

/// The rows of one table that the running transaction may have changed, with what they were before it.
///
/// A hint, not a record: the hook that fills it also sees what a rolled-back savepoint or a failed statement undoes. What was written
/// is decided when the transaction commits, by comparing each row as it then stands with what it was at first touch.
final class DirtyRows {
  /// A row that existed before, and where its values stand among those that were kept.
  struct Touched {
    let rowid: Int64
    let key: [UInt8]
    /// Nil for a row of a table without rowids that was not there before.
    let before: Int?
  }

  /// Rowids that were inserted, as runs.
  private(set) var inserted: [ClosedRange<Int64>] = []
  private(set) var touched: [Touched] = []
  private var touchedRowids: Set<Int64> = []
  private var touchedKeys: Set<[UInt8]> = []
  let before = BeforeImages()

  var isEmpty: Bool { inserted.isEmpty && touched.isEmpty }

  func removeAll() {
    inserted.removeAll(keepingCapacity: true)
    touched.removeAll()
    touchedRowids.removeAll()
    touchedKeys.removeAll()
    before.removeAll()
  }

  func noteInsert(_ rowid: Int64) {
    if let last = inserted.last {
      if last.upperBound < rowid, last.upperBound == rowid &- 1 {
        inserted[inserted.count - 1] = last.lowerBound...rowid
        return
      }
      if last.contains(rowid) { return }
    }
    if !touchedRowids.isEmpty, touchedRowids.contains(rowid) { return }
    if inserted.count > 1, inserted.contains(where: { $0.contains(rowid) }) { return }
    inserted.append(rowid...rowid)
  }

  func noteInserts(_ rowids: ClosedRange<Int64>) { inserted.append(rowids) }

  /// The inserted rowids, each once: a run may have grown over another that was used again, or over rows that were there before.
  func insertedRuns() -> [ClosedRange<Int64>] {
    guard inserted.count > 1 else { return inserted }
    var out: [ClosedRange<Int64>] = []
    for run in inserted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = out.last, run.lowerBound <= last.upperBound {
        out[out.count - 1] = last.lowerBound...max(last.upperBound, run.upperBound)
      } else {
        out.append(run)
      }
    }
    return out
  }

  /// Whether a row among the inserted ones is looked at as one that was there before.
  func isTouched(_ rowid: Int64) -> Bool { !touchedRowids.isEmpty && touchedRowids.contains(rowid) }

  /// Whether this is the first touch of a row that existed before the transaction, so that its values must be kept.
  func isFirstTouch(_ rowid: Int64) -> Bool {
    for run in inserted.reversed() where run.contains(rowid) { return false }
    return touchedRowids.insert(rowid).inserted
  }

  func isFirstTouch(_ key: [UInt8]) -> Bool { touchedKeys.insert(key).inserted }

  func noteTouch(rowid: Int64, key: [UInt8], before: Int?) {
    touched.append(Touched(rowid: rowid, key: key, before: before))
  }
}
