import SurveyModel
import Testing

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
}
