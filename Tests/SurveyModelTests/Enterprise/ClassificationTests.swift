import Testing

@testable import SurveyModel

@Suite struct ClassificationTests {
  @Test func theDistrictsAreTheSixOfTheCurrentStandard() {
    #expect(District.allCases.map(\.rawValue) == ["350203", "350205", "350206", "350211", "350212", "350213"])
    #expect(District.allCases.map(\.label) == ["思明区", "海沧区", "湖里区", "集美区", "同安区", "翔安区"])
    #expect(District.abolished.keys.allSatisfy { District(rawValue: $0) == nil })
  }

  @Test func thereAreSevenReportingUnitsAndTheTorchZoneIsNoDistrict() {
    #expect(ReportingUnit.allCases.count == 7)
    #expect(ReportingUnit.torch.rawValue == "XM-TORCH")
    #expect(ReportingUnit.torch.district == nil)
    #expect(ReportingUnit.torch.label == "火炬管委会")
    #expect(District.allCases.map { ReportingUnit($0).district } == District.allCases)
  }

  /// GB/T 4754-2017 has the divisions 01 to 97, each of one section.
  @Test(arguments: [
    ("00", nil), ("01", "01"), ("97", "97"), ("98", nil), ("9999", nil), ("3971", "3971"), ("C39", "C39"), ("c３９７", "C397"), ("C43", "C43"),
    ("C44", nil), ("D44", "D44"), ("I6520", "I6520"), ("C6520", nil), ("T97", "T97"), ("U97", nil), ("3", nil), ("39710", nil),
    ("39x4", nil),
    ("", nil),
  ])
  func anIndustryCodeIsOfADivisionOfTheStandard(_ typed: String, _ code: String?) {
    #expect(IndustryCode.typed(typed) == code)
  }

  @Test(arguments: [
    (1000, 40_000, SizeClass.large, ["达到大型的两项下限(1000 人、40000万元)"]),
    (1200, 39_999, .medium, ["达到中型的两项下限(300 人、2000万元)", "营业收入不足 40000万元,未达到大型"]),
    (350, 1500, .small, ["达到小型的两项下限(20 人、300万元)", "营业收入不足 2000万元,未达到中型"]),
    (19, 299, .micro, ["从业人员不足 20 人、营业收入不足 300万元,未达到小型"]),
    (19, 50_000, .micro, ["从业人员不足 20 人,未达到小型"]),
  ])
  func aSizeClassIsDerivedInWords(_ employees: Int, _ wan: Int, _ size: SizeClass, _ words: [String]) {
    let derivation = SizeClass.derivation(employees: employees, revenueFen: wan * 1_000_000)
    #expect(SizeClass(employees: employees, revenueFen: wan * 1_000_000) == size)
    for word in words + ["为\(size.label)(工信部联企业〔2011〕300号,工业)"] { #expect(derivation.zh.contains(word), "\(derivation.zh)") }
    #expect(derivation.zh.contains("不足") == (size != .large))
    #expect(derivation.en.contains(size.labelEn.lowercased()))
  }

  @Test func threeSubSectorsAreOfThePilot() {
    #expect(SubSector.allCases.filter(\.isPilot) == [.electronicDevices, .powerEquipment, .medical])
    #expect(SubSector.allCases.map(\.label) == ["电子器件制造", "输配电及控制设备制造", "医疗仪器设备及耗材制造", "航空维修", "服装食品消费", "其他"])
  }
}
