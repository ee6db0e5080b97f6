import Foundation
import SurveyModel
import Testing

@testable import fieldsurvey

@Suite struct OutputTests {
  @Test func aChineseCharacterTakesTwoColumns() {
    #expect(Table.width("abc") == 3)
    #expect(Table.width("企业") == 4)
    #expect(Table.width("１２") == 4)
    let lines = Table(headers: ["名称", "n"], rows: [["鹭岛", "7"], ["a", "10"]], right: [1]).lines
    #expect(lines == ["名称   n", "鹭岛   7", "a     10"])
  }

  @Test func whatSomebodyTypedCannotCommandTheTerminal() {
    #expect(Terminal.plain("a\u{1B}]0;x\u{07}b\u{9B}2J\u{00}\rc") == "a\u{FFFD}]0;x\u{FFFD}b\u{FFFD}2J\u{FFFD}\u{FFFD}c")
    let own = Terminal.Style.bold.opening + "鹭岛 👩‍👩‍👧\tx\n" + Terminal.Style.closing
    #expect(Terminal.plain(own) == own)
  }

  @Test func hundredsOfFaultsAreCountedAndTheFirstOnesTold() {
    let fault = SurveyError(.letterUnknown, ["letter": "Z"])
    let failure = Failure(SurveyError(.answersRefused, ["count": "90000"], problems: [SurveyError](repeating: fault, count: 90_000)))
    #expect(failure.what.zh.hasSuffix("· 还有 89950 处"))
    #expect(failure.what.en.hasSuffix("· and 89950 more"))
    #expect(failure.details.count == 51)
  }

  @Test func theLanguageIsChineseUnlessEnglishIsAskedFor() {
    #expect(Language(arguments: [], environment: [:]) == .zh)
    #expect(Language(arguments: [], environment: ["LANG": "C"]) == .zh)
    #expect(Language(arguments: [], environment: ["LANG": "POSIX"]) == .zh)
    #expect(Language(arguments: [], environment: ["LANG": "en_GB.UTF-8"]) == .en)
    #expect(Language(arguments: [], environment: ["LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"]) == .zh)
    #expect(Language(arguments: ["--lang=zh"], environment: ["LANG": "en"]) == .zh)
    #expect(Language(arguments: ["--lang", "en"], environment: [:]) == .en)
    #expect(Language(arguments: ["--", "--lang", "en"], environment: [:]) == .zh)
  }

  @Test func aScheduleComesNoSoonerThanTheRelayAsked() {
    var schedule = Schedule(interval: 60)
    schedule.noteFailure(notBefore: 200)
    #expect(schedule.delay == 200)
    schedule.noteFailure(notBefore: 1)
    #expect((8...12).contains(schedule.delay))
    schedule.noteFailure(notBefore: 200)
    schedule.noteSuccess()
    #expect((54...66).contains(schedule.delay))
  }

  @Test func aFailingScheduleBacksOffUpToItsInterval() {
    var schedule = Schedule(interval: 60)
    #expect((54...66).contains(schedule.delay))
    var last = 0.0
    for _ in 0..<3 {
      schedule.noteFailure()
      #expect(schedule.delay > last * 0.9)
      last = schedule.delay
    }
    for _ in 0..<40 { schedule.noteFailure() }
    #expect(schedule.delay <= 72)
    schedule.noteSuccess()
    #expect(schedule.failures == 0)
  }

  @Test func everyErrorOfTheSystemSaysWhatToDo() {
    for number in [ENOENT, EACCES, EROFS, ENOSPC, EIO] {
      let failure = Failure(posix: number, path: "/home/li/x")
      #expect(!failure.what.zh.isEmpty && !failure.what.en.isEmpty)
    }
    #expect(Failure(posix: ENOSPC, path: nil).status == .cannotWrite)
    #expect(Failure(posix: ENOENT, path: nil).status == .notFound)
  }
}
