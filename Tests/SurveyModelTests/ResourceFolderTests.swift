import Foundation
import SurveyModel
import Testing

@Suite struct ResourceFolderTests {
  /// A folder of our own, removed by the caller.
  private func makeFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("resources-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func write(_ text: String, to url: URL) throws {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  @Test func thePlacesAreTriedInTheirOrder() throws {
    let root = try makeFolder()
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = ResourceFolder(
      environment: ["FIELDSURVEY_RESOURCES": root.appendingPathComponent("override").path],
      executable: root.appendingPathComponent("bin/fieldsurvey"), packageBundle: root.appendingPathComponent("package"))
    func found() throws -> String { String(decoding: try folder.data(of: "a.json"), as: UTF8.self) }

    try write("package", to: root.appendingPathComponent("package/Resources/a.json"))
    #expect(try found() == "package")
    try write("share", to: root.appendingPathComponent("share/fieldsurvey/a.json"))
    #expect(try found() == "share")
    try write("beside", to: root.appendingPathComponent("bin/fieldsurvey_SurveyModel.resources/Resources/a.json"))
    #expect(try found() == "beside")
    try write("override", to: root.appendingPathComponent("override/a.json"))
    #expect(try found() == "override")
  }

  @Test func aFileThatIsNowhereNamesThePlacesTried() throws {
    let folder = ResourceFolder(environment: [:], executable: URL(fileURLWithPath: "/nowhere/bin/fieldsurvey"))
    let error = #expect(throws: SurveyError.self) { try folder.data(of: "a.json") }
    #expect(error?.code == .resourceMissing)
    #expect(error?.details["name"] == "a.json")
    #expect(error?.details["searched"] == "/nowhere/bin/fieldsurvey_SurveyModel.resources\n/nowhere/share/fieldsurvey")
  }

  @Test func withoutAnyPlaceTheInstrumentIsMissingAndNothingCrashes() {
    let nowhere = ResourceFolder(environment: ["FIELDSURVEY_RESOURCES": ""], executable: nil)
    let error = #expect(throws: SurveyError.self) { try Instrument.bundled(edition: "2024", resources: nowhere) }
    #expect(error?.code == .resourceMissing)
  }

  @Test func aFileOfAnotherEditionUnderTheNameIsRefused() throws {
    let root = try makeFolder()
    defer { try? FileManager.default.removeItem(at: root) }
    let text = String(decoding: try ResourceFolder.standard.data(of: "instrument-2024.json"), as: UTF8.self)
    try write(text, to: root.appendingPathComponent("instrument-2031.json"))
    let folder = ResourceFolder(environment: ["FIELDSURVEY_RESOURCES": root.path], executable: nil)
    let error = #expect(throws: SurveyError.self) { try Instrument.bundled(edition: "2031", resources: folder) }
    #expect(error?.code == .instrumentMalformed)
  }
}
