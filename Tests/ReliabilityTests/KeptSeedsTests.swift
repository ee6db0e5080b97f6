import SyncSimulator
import Testing

/// Histories that once failed, shrunk, as `make reproduce` prints them: each is kept for ever.
@Suite struct KeptSeedsTests {
  /// I-8: the first process could not begin a transaction (database is locked): a statement of its last one still held a snapshot.
  @Test func anotherProcessHasWrittenSinceATransactionOverATableWithoutRowids() throws {
    try expectHolds(
      #"""
      {"faultShare":15,"faults":[],"replicas":2,"rows":2,"scopes":2,"seed":37,"steps":100,"tables":[1],"values":4,"writes":60}
      """#,
      #"""
      {"write":{"at":0,"rows":[{"cells":[{"column":4}],"isUndoneFirst":false,"isWhole":false,"row":{"row":1,"scope":1,"table":1},"statement":"upsert"}]}}
      {"meet":{"_2":{"batchBytes":1048576,"faults":[]},"at":1,"with":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":10,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":1,"scope":1,"table":1},"statement":"upsert"}]}}
      {"otherProcess":{"at":1}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":1}}
      {"otherProcess":{"at":1}}
      {"write":{"at":1,"rows":[{"cells":[{"column":2,"value":3}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":1},"statement":"upsert"}]}}
      """#)
  }

  /// I-3: nothing was captured, and the author alone saw NULL.
  @Test func nullOverTheDefaultOfAnAddedColumnIsCaptured() throws {
    try expectHolds(
      #"""
      {"faultShare":5,"faults":["skew"],"replicas":2,"rows":1,"scopes":1,"seed":90,"steps":100,"tables":[6],"values":2,"writes":45}
      """#,
      #"""
      {"write":{"at":1,"rows":[{"cells":[{"column":9,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":6},"statement":"upsert"}]}}
      {"open":{"asText":false,"at":1,"form":11,"row":{"row":0,"scope":0,"table":6}}}
      {"upgrade":{"at":1}}
      {"save":{"_1":{"cells":[{"column":9}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"},"form":11}}
      """#)
  }

  /// I-9: a relay that had lost a whole scope was only told of it an exchange later.
  @Test func aRestoredRelayGetsAScopeBackThatItHasLostInThreeExchanges() throws {
    try expectHolds(
      #"""
      {"faultShare":5,"faults":[],"replicas":2,"rows":1,"scopes":1,"seed":100261,"steps":10,"tables":[1],"values":4,"writes":60}
      """#,
      #"""
      {"write":{"at":0,"rows":[{"cells":[{"column":6}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"backUpRelay":{}}
      {"calm":{}}
      {"withdraw":{"at":0,"scope":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":0,"value":0},{"column":1,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"calm":{}}
      {"restoreRelay":{}}
      """#)
  }

  /// I-9: a new life had begun while the resolution of another scope's fork was cut: the branch under the old name, behind the relay's, was no
  /// fork any more, and each pull of it brought nothing new.
  @Test func aForkIsResolvedThoughItsReplicaHasLeftItsName() throws {
    try expectHolds(
      #"""
      {"faultShare":15,"faults":["lostRequests","cutRequests","lostReplies","cutReplies","skew","withdrawals","relayCrashes","smallBatches","deletions","processes","smallParts","quietEnd","deviceRestores","clones"],"replicas":2,"rows":1,"scopes":2,"seed":53,"steps":100,"tables":[4,6],"values":2,"writes":60}
      """#,
      #"""
      {"clone":{"as":2,"at":0}}
      {"write":{"at":2,"rows":[{"cells":[{"column":7,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":4},"statement":"upsert"}]}}
      {"withdraw":{"at":0,"scope":0}}
      {"clone":{"as":3,"at":2}}
      {"write":{"at":2,"rows":[{"cells":[{"column":10,"value":1},{"column":10,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":4},"statement":"update"},{"cells":[{"column":7,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":4},"statement":"upsert"},{"cells":[{"column":6,"value":1},{"column":10,"value":1},{"column":2,"value":1}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":1,"table":2},"statement":"delete"}]}}
      {"write":{"at":2,"rows":[{"cells":[{"column":9,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":6},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":2}}
      {"write":{"at":3,"rows":[{"cells":[{"column":4,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":4},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[{"none":{}},{"none":{}},{"none":{}},{"none":{}},{"none":{}},{"replyLost":{}}]},"at":3}}
      """#)
  }

  /// I-7: what one exchange had pushed was lost when the relay was set back right after it: the token was older than the push, and showed
  /// nothing.
  @Test func aRelayThatIsSetBackBehindTheLastPushLosesNothing() throws {
    try expectHolds(
      #"""
      {"faultShare":15,"faults":[],"replicas":2,"rows":1,"scopes":1,"seed":1051,"steps":10,"tables":[2],"values":4,"writes":30}
      """#,
      #"""
      {"backUpRelay":{}}
      {"write":{"at":1,"rows":[{"cells":[{"column":6,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":2},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":1}}
      {"restoreRelay":{}}
      """#)
  }

  /// I-9: the resolution of one scope's fork was cut, having resolved the other's: under a new life the branch was no fork any more, so
  /// that what another copy of the same copy had written came in first, and had the branch's new name.
  @Test func aForkIsResolvedInAllScopesOrInNone() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":["cutRequests","crashes","relayCrashes","undone","smallParts","clones"],"replicas":1,"rows":1,"scopes":1,"seed":1235,"steps":100,"tables":[0,5],"values":4,"writes":30}
      """#,
      #"""
      {"write":{"at":0,"rows":[{"cells":[{"column":7,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"write":{"at":0,"rows":[{"cells":[{"column":6,"value":0},{"column":6,"value":2}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"clone":{"as":1,"at":0}}
      {"write":{"at":0,"rows":[{"cells":[{"column":3,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"},{"cells":[{"column":0,"value":0},{"column":9,"value":3}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"update"}]}}
      {"write":{"at":0,"rows":[{"cells":[{"column":2,"value":2}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"},{"cells":[{"column":10},{"column":1,"value":2}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":9,"value":1001},{"column":2,"value":1},{"column":5,"value":2}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"},{"cells":[{"column":11,"value":3},{"column":0,"value":0},{"column":8,"value":1003}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":3},"statement":"update"},{"cells":[{"column":3,"value":2002},{"column":5,"value":1004}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"clone":{"as":2,"at":1}}
      {"write":{"at":1,"rows":[{"cells":[{"column":10,"value":0}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"write":{"at":2,"rows":[{"cells":[{"column":4,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":2}}
      {"write":{"at":0,"rows":[{"cells":[{"column":2,"value":3}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[{"none":{}},{"none":{}},{"none":{}},{"none":{}},{"none":{}},{"none":{}},{"requestCut":{"_0":342}}]},"at":1}}
      """#)
  }

  /// I-12: a replica that had read a branch pushed what it then wrote before the fork was found, and then gave it another name.
  @Test func whatWasReadOfABranchHasOneName() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":["cutRequests","repeated","clocks","forms","skew","settlements","smallBatches","deviceRestores","clones"],"replicas":1,"rows":1,"scopes":2,"seed":1275,"steps":100,"tables":[0],"values":4,"writes":30}
      """#,
      #"""
      {"open":{"asText":false,"at":0,"form":1,"row":{"row":0,"scope":1,"table":0}}}
      {"write":{"at":0,"rows":[{"cells":[{"column":5,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":0},"statement":"upsert"}]}}
      {"clone":{"as":1,"at":0}}
      {"save":{"_1":{"cells":[{"column":6,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":0},"statement":"upsert"},"form":1}}
      {"write":{"at":0,"rows":[{"cells":[{"column":3,"value":1},{"column":9,"value":2},{"column":4,"value":1}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":1,"table":0},"statement":"upsert"},{"cells":[{"column":4,"value":0},{"column":3,"value":2}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"write":{"at":1,"rows":[{"cells":[{"column":0,"value":3}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":0},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":0}}
      {"open":{"asText":false,"at":1,"form":11,"row":{"row":0,"scope":1,"table":0}}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[{"twice":{}},{"none":{}},{"none":{}},{"none":{}},{"requestCut":{"_0":415}},{"twice":{}}]},"at":1}}
      {"save":{"_1":{"cells":[{"column":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"},"form":11}}
      """#)
  }

  /// I-12: a relay had given a copy's branch another name, was set back, and got it under its own from another copy: it counted twice.
  @Test func aBranchThatComesBackUnderItsOldNameIsTheSame() throws {
    try expectHolds(
      #"""
      {"faultShare":5,"faults":["repeated","late","relayRestores","processes","clones"],"replicas":1,"rows":1,"scopes":1,"seed":2395,"steps":60,"tables":[2,6],"values":20,"writes":30}
      """#,
      #"""
      {"backUpRelay":{}}
      {"clone":{"as":1,"at":0}}
      {"write":{"at":0,"rows":[{"cells":[{"column":4,"value":6}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":2},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":3,"value":7}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":6},"statement":"upsert"}]}}
      {"clone":{"as":2,"at":1}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":2}}
      {"restoreRelay":{}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":1}}
      """#)
  }

  /// I-18: a copy had pushed a part of a changeset; the other's of the same name, of as many parts in all, was taken for held, and what
  /// followed it refused as a gap.
  @Test func partsOfAnotherChangesetOfTheSameNameAreNoneOfThisOne() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":["lostRequests","cutRequests","cutReplies","repeated","late","reopening","forms","skew","withdrawals","settlements","smallBatches","deletions","calm","smallParts","quietEnd","clones"],"replicas":2,"rows":1,"scopes":1,"seed":2228,"steps":100,"tables":[0,2],"values":4,"writes":45}
      """#,
      #"""
      {"write":{"at":0,"rows":[{"cells":[{"column":3,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"clone":{"as":2,"at":1}}
      {"calm":{}}
      {"clone":{"as":4,"at":2}}
      {"write":{"at":2,"rows":[{"cells":[{"column":3,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"write":{"at":4,"rows":[{"cells":[{"column":8,"value":3}],"isUndoneFirst":false,"isWhole":true,"row":{"row":0,"scope":0,"table":0},"statement":"delete"},{"cells":[{"column":1,"value":1},{"column":7,"value":3},{"column":11,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":2},"statement":"replace"}]}}
      {"sync":{"_1":{"batchBytes":200,"faults":[{"none":{}},{"none":{}},{"requestCut":{"_0":309}},{"none":{}},{"none":{}},{"none":{}},{"requestCut":{"_0":309}},{"twice":{}}]},"at":4}}
      {"write":{"at":2,"rows":[{"cells":[{"column":0,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":2},"statement":"upsert"}]}}
      """#)
  }

  /// I-9: a relay had acknowledged a changeset, was set back, and got another of its name from a copy; what it had acknowledged was never compared,
  /// and the exchange found the same fork for ever.
  @Test func whatWasAcknowledgedIsComparedOnceItDoesNotFit() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":["cutRequests","cutReplies","late","reopening","bundles","relayRestores","settlements","smallBatches","clones"],"replicas":2,"rows":1,"scopes":1,"seed":73,"steps":40,"tables":[5],"values":2,"writes":45}
      """#,
      #"""
      {"backUpRelay":{}}
      {"write":{"at":1,"rows":[{"cells":[{"column":4,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"write":{"at":1,"rows":[{"cells":[{"column":4,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"clone":{"as":2,"at":0}}
      {"write":{"at":2,"rows":[{"cells":[{"column":5,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":1}}
      {"write":{"at":0,"rows":[{"cells":[{"column":0,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1,"faults":[{"none":{}},{"none":{}},{"none":{}},{"again":{}},{"requestCut":{"_0":666}},{"none":{}},{"none":{}},{"replyCut":{"_0":666}}]},"at":0}}
      {"restoreRelay":{}}
      {"clone":{"as":3,"at":2}}
      {"clone":{"as":4,"at":3}}
      {"write":{"at":4,"rows":[{"cells":[{"column":6,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":1,"table":5},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":4}}
      """#)
  }

  /// I-7: as above, and the trip by which the device would have found it out had not come through either: nothing was ever asked about again.
  @Test func aRelayThatIsSetBackBehindAPushWithoutConfirmationLosesNothing() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":[],"replicas":3,"rows":1,"scopes":1,"seed":51,"steps":40,"tables":[0,3],"values":4,"writes":60}
      """#,
      #"""
      {"backUpRelay":{}}
      {"write":{"at":1,"rows":[{"cells":[{"column":11,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":3},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[{"none":{}},{"none":{}},{"replyLost":{}},{"none":{}},{"replyLost":{}}]},"at":1}}
      {"restoreRelay":{}}
      """#)
  }

  /// I-9: a device had left out as many changesets as the relay, but others, and was not told what lay before the one that it was given.
  @Test func asManyAreLeftOutAndNotTheSame() throws {
    try expectHolds(
      #"""
      {"faultShare":15,"faults":["compaction"],"replicas":3,"rows":1,"scopes":1,"seed":100301,"steps":100,"tables":[0,1,3],"values":20,"writes":60}
      """#,
      #"""
      {"write":{"at":0,"rows":[{"cells":[{"column":4,"value":9}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"write":{"at":0,"rows":[{"cells":[{"column":10,"value":8}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"write":{"at":2,"rows":[{"cells":[{"column":2,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"meet":{"_2":{"batchBytes":1048576,"faults":[]},"at":2,"with":0}}
      {"meet":{"_2":{"batchBytes":1048576,"faults":[]},"at":1,"with":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":7,"value":12}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":3},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":0}}
      {"backUpRelay":{}}
      {"calm":{}}
      {"write":{"at":2,"rows":[{"cells":[{"column":4,"value":8}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":3},"statement":"delete"}]}}
      {"write":{"at":0,"rows":[{"cells":[{"column":10,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"write":{"at":2,"rows":[{"cells":[{"column":8,"value":2}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":3},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":2}}
      {"compact":{"at":2,"isCut":false}}
      {"restoreRelay":{}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":0}}
      {"compact":{"at":0,"isCut":false}}
      {"restoreRelay":{}}
      """#)
  }

  /// I-3: of two writes of one moment, the one that was not shown was told to have been read.
  @Test func ofTwoWritesOfOneMomentTheAuthorHadReadTheOneThatWasShown() throws {
    try expectHolds(
      #"""
      {"faultShare":5,"faults":[],"replicas":2,"rows":1,"scopes":1,"seed":1050049,"steps":60,"tables":[1],"values":2,"writes":45}
      """#,
      #"""
      {"clock":{"_1":{"off":{"_0":1000}},"at":0}}
      {"write":{"at":0,"rows":[{"cells":[{"column":8,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"write":{"at":1,"rows":[{"cells":[{"column":3,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      {"carry":{"choice":391722326,"from":0,"to":1}}
      {"write":{"at":1,"rows":[{"cells":[{"column":0,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":1},"statement":"upsert"}]}}
      """#)
  }

  /// I-9: what a branch has in common with the other had lost its name too, and each exchange failed.
  @Test func aBranchThatIsRenamedTwiceKnowsWhatItHasInCommonByItsNewName() throws {
    try expectHolds(
      #"""
      {"faultShare":40,"faults":["lostRequests","cutRequests","lostReplies","cutReplies","repeated","late","clocks","forms","bundles","damagedBundles","meetings","skew","withdrawals","relayCrashes","relayRestores","settlements","smallBatches","deletions","processes","calm","undone","smallParts","quietEnd","clones"],"replicas":1,"rows":1,"scopes":1,"seed":2000052,"steps":100,"tables":[0],"values":20,"writes":45}
      """#,
      #"""
      {"open":{"asText":false,"at":0,"form":1,"row":{"row":0,"scope":0,"table":0}}}
      {"clone":{"as":1,"at":0}}
      {"write":{"at":1,"rows":[{"cells":[{"column":0,"value":0}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"save":{"_1":{"cells":[{"column":6,"value":-8}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"},"form":1}}
      {"backUpRelay":{}}
      {"clone":{"as":2,"at":1}}
      {"open":{"asText":false,"at":2,"form":4,"row":{"row":0,"scope":0,"table":0}}}
      {"save":{"_1":{"cells":[{"column":9,"value":6}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"},"form":4}}
      {"write":{"at":1,"rows":[{"cells":[{"column":5,"value":1}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":2}}
      {"write":{"at":1,"rows":[{"cells":[{"column":5,"value":-7}],"isUndoneFirst":false,"isWhole":false,"row":{"row":0,"scope":0,"table":0},"statement":"upsert"}]}}
      {"sync":{"_1":{"batchBytes":1048576,"faults":[]},"at":1}}
      {"restoreRelay":{}}
      """#)
  }
}

/// Plays a history and expects that every law holds.
func expectHolds(_ options: String, _ actions: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let story = try Report.story(options: options, actions: actions)
  let failure = Simulation.play(story.options, story.actions).failure
  #expect(failure == nil, sourceLocation: sourceLocation)
}
