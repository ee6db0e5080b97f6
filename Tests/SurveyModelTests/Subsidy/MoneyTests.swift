import Testing

@testable import SurveyModel

@Suite struct MoneyTests {
  @Test(arguments: [
    ("80000", 8_000_000), ("80000元", 8_000_000), ("8.5万", 8_500_000), ("８．５万元", 8_500_000), ("1,200.50", 120_050), ("0", 0),
    ("0.000001万", 1), ("0.01", 1),
  ])
  func moneyIsWholeFen(typed: String, fen: Int) {
    #expect(Money.fen(typed) == fen)
  }

  @Test(arguments: ["", "-5", "1.234", "8.5.1万", "万", "1.", ".5", "10e3", "99999999999999999999", "９千", "0.0000001万"])
  func whatIsNoAmountIsRefused(typed: String) {
    #expect(Money.fen(typed) == nil)
  }

  @Test func peopleReadYuanAndTenThousands() {
    #expect(Money.text(fen: 80_050) == "800.5元")
    #expect(Money.text(fen: 8_500_000) == "8.5万元")
    #expect(Money.text(fen: Int.min).hasPrefix("-"))
    #expect(Money.textEn(fen: 8_500_000) == "CNY 85000")
  }

  @Test(arguments: [
    (0, "0"), (1, "0.01"), (99_900, "999"), (100_000, "1,000"), (123_456_789, "1,234,567.89"), (30_000_050, "300,000.50"),
    (-100_000, "-1,000"),
    (Int.min, "-92,233,720,368,547,758.08"),
  ])
  func derivationsGroupTheYuanAndShowBothDigitsOfTheFen(fen: Int, text: String) {
    #expect(Money.grouped(fen: fen) == text)
  }

  @Test func aShareIsRoundedDownAndFitsWheneverTheAmountDoes() {
    #expect(Money.share(40, of: 4) == (1, false))
    #expect(Money.share(40, of: 5) == (2, true))
    #expect(Money.share(100, of: Int.max) == (Int.max, true))
    #expect(Money.share(99, of: Int.max).fen == Int.max / 100 * 99 + Int.max % 100 * 99 / 100)
    #expect(Money.share(0, of: Int.max) == (0, true))
  }
}
