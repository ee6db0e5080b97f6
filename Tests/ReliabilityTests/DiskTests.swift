import SyncKit
import SyncSimulator
import Testing

/// Real replicas and a real relay on a disk that loses power, fails and is full (docs/disk-faults.md).
@Suite struct DiskTests {
  /// I-7, I-8, I-12: fifty losses of power in each workload.
  @Test(arguments: DiskWorkload.all.indices)
  func whatWasCommittedSurvivesALossOfPower(workload: Int) throws {
    let trials = try DiskTrials()
    for number in workload * 50..<workload * 50 + 50 { expect(trials.play(.powerLoss, number)) }
  }

  /// The same with files that are encrypted: a unit that was torn is what SQLite takes for torn, and nothing more is lost.
  @Test(arguments: DiskWorkload.all.indices)
  func whatWasCommittedToAnEncryptedFileSurvivesALossOfPower(workload: Int) throws {
    let trials = try DiskTrials(storageKey: StorageKey())
    for number in workload * 50..<workload * 50 + 50 { expect(trials.play(.powerLoss, number)) }
  }

  @Test func aCallThatFailsDoesNoHarmToAnEncryptedFile() throws {
    let trials = try DiskTrials(storageKey: StorageKey())
    for number in try stride(from: 0, to: #require(try trials.count(.ioError)), by: 331) { expect(trials.play(.ioError, number)) }
    for number in stride(from: 0, to: 500, by: 25) { expect(trials.play(.diskFull, number)) }
  }

  @Test func aCallThatFailsIsSaidToHaveFailedAndDoesNoHarm() throws {
    let trials = try DiskTrials()
    for number in try stride(from: 0, to: #require(try trials.count(.ioError)), by: 331) { expect(trials.play(.ioError, number)) }
  }

  /// I-7: a first page that could not be written was taken for written; the file had no write-ahead log, and lost its last commits with the power.
  @Test(arguments: ["relay-opening", "first-open"]) func whatIsOpenedAfterAFailureIsDurable(name: String) throws {
    let trials = try DiskTrials(DiskWorkload.all.filter { $0.name == name })
    for number in try stride(from: 0, to: #require(try trials.count(.ioError)), by: 24) { expect(trials.play(.ioError, number)) }
  }

  @Test func aFullDiskIsSaidToBeFullAndWorkGoesOnWhenThereIsRoom() throws {
    let trials = try DiskTrials()
    for number in stride(from: 0, to: 500, by: 25) { expect(trials.play(.diskFull, number)) }
  }

  // MARK: Tests of the tests

  @Test func replicasThatDoNotWaitForTheDiskAreFoundOut() throws {
    let trials = try DiskTrials(isDurable: false)
    let found = (0..<40).compactMap { trials.play(.powerLoss, $0)?.invariant }
    #expect(found.contains("I-7"))
  }

  @Test func encryptedReplicasThatDoNotWaitForTheDiskAreFoundOut() throws {
    let trials = try DiskTrials(isDurable: false, storageKey: StorageKey())
    let found = (0..<40).compactMap { trials.play(.powerLoss, $0)?.invariant }
    #expect(found.contains("I-7"))
  }

  @Test func aDiskThatLiesAboutSyncsIsFoundOut() throws {
    let trials = try DiskTrials(lie: 3)
    #expect((0..<60).contains { trials.play(.powerLoss, $0) != nil })
  }

  private func expect(_ failure: WorldFailure?, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(failure == nil, sourceLocation: sourceLocation)
  }
}
