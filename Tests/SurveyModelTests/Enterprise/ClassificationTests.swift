import SurveyModel
import Testing

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

  @Test func threeSubSectorsAreOfThePilot() {
    #expect(SubSector.allCases.filter(\.isPilot) == [.electronicDevices, .powerEquipment, .medical])
    #expect(SubSector.allCases.map(\.label) == ["电子器件制造", "输配电及控制设备制造", "医疗仪器设备及耗材制造", "航空维修", "服装食品消费", "其他"])
  }
}
