import SurveyModel
import Testing

@Suite struct VocabularyTests {
  @Test func thereAreFiveBusinessLinks() {
    #expect(BusinessLink.allCases.map(\.rawValue) == ["rd", "production", "operations", "purchaseSales", "chainCollab"])
    #expect(BusinessLink.allCases.map(\.label) == ["研发设计", "生产制造", "运营管理", "采购销售", "产业链协同"])
  }

  @Test func thereAreSixObjectives() {
    #expect(Objective.allCases.map(\.rawValue) == ["quality", "efficiency", "cost", "inventory", "green", "safety"])
    #expect(Objective.allCases.map(\.label) == ["提质", "增效", "降本", "减存", "绿色", "安全"])
  }

  @Test func aRequirementIsCommonOrIndividual() {
    #expect(RequirementScope.allCases.map(\.rawValue) == ["common", "individual"])
    #expect(RequirementScope.allCases.map(\.label) == ["共性", "个性"])
  }
}
