import Foundation
import SyncBlobs
import SyncCore
import SyncKit
import Testing

@testable import SurveyModel

/// Files that belong to enterprises, visits, diagnoses and findings.
@Suite struct AttachmentStoreTests {
  private let cases: TestCase
  private let survey: Survey
  private let enterprise: String

  init() throws {
    cases = try TestCase()
    survey = try cases.laptop("lin")
    enterprise = try survey.addEnterprise(EnterpriseDraft(name: "鹭岛精密电子（虚构）", creditCode: "91350206MAX000015L")).id
  }

  @Test func aFileIsAttachedToWhateverIsNamed() throws {
    let path = try cases.file("车间.jpg", Pictures.jpeg(extra: [Pictures.exif]))
    let visit = try survey.startVisit(to: enterprise, kind: .first, place: nil, note: nil)
    let diagnosis = try survey.startDiagnosis(of: enterprise)
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x"), to: diagnosis.id)
    let toEnterprise = try survey.attach(path, to: "91350206MAX000015L", caption: " 铭牌 ")
    #expect(toEnterprise.enterpriseID == enterprise && toEnterprise.caption == "铭牌" && toEnterprise.attachedBy == "lin")
    #expect(toEnterprise.mediaType == "image/jpeg" && toEnterprise.takenAt == "2026-05-04T02:11:12Z")
    #expect(try survey.attach(path, to: visit.id).visitID == visit.id)
    #expect(try survey.attach(path, to: diagnosis.id).diagnosisID == diagnosis.id)
    let toFinding = try survey.attach(path, to: finding.id)
    #expect(toFinding.findingID == finding.id && toFinding.diagnosisID == diagnosis.id)
    #expect(try survey.attachments(of: enterprise).count == 4 && survey.attachments(of: visit.id).count == 1)
    #expect(try survey.finding(finding.id).evidence.map(\.id) == [toFinding.id])
    #expect(refusal { _ = try survey.attach(path, to: "0000") }?.code == .recordUnknown)
    // One file, however often it is attached, and it is here.
    let digest = try #require(toFinding.sha256.flatMap { Hex.bytes($0) })
    #expect(survey.replica.attachments.folder.digests() == [digest])
    _ = try survey.finalizeDiagnosis(diagnosis.id)
    #expect(refusal { _ = try survey.attach(path, to: finding.id) }?.code == .recordFinalized)
  }

  @Test func theOfficesPolicySaysWhetherPlacesStay() throws {
    let path = try cases.file("a.jpg", Pictures.jpeg(extra: [Pictures.exif]))
    func saysWhere(_ evidence: Evidence) throws -> Bool {
      let digest = try #require(evidence.sha256.flatMap { Hex.bytes($0) })
      let bytes = try survey.replica.attachments.folder.read(digest, at: 0, upTo: 1 << 20)
      return PictureMetadata.facts(try #require(JPEGFile(bytes))).saysWhere
    }
    #expect(try survey.locationPolicy() == .strip)
    #expect(try !saysWhere(try survey.attach(path, to: enterprise)))
    #expect(refusal { try survey.decide(.keep) }?.code == .notAuthorised)
    let office = try cases.laptop("office", as: .office)
    try office.decide(.keep)
    try survey.exchange(with: office)
    #expect(try survey.locationPolicy() == .keep)
    #expect(try saysWhere(try survey.attach(path, to: enterprise)))
    // Out of these it cannot be taken.
    let film = try cases.file("film.mp4", Array("\0\0\0\u{18}ftypisom".utf8) + [1, 2, 3])
    #expect(try survey.attach(film, to: enterprise).mediaType == "video/mp4")
    try office.decide(.strip)
    try survey.exchange(with: office)
    #expect(refusal { _ = try survey.attach(film, to: enterprise) }?.code == .locationStays)
  }

  @Test func whatIsNotTakenLeavesNothing() throws {
    for (name, bytes, code) in [
      ("a.jpg", Array("#!/bin/sh".utf8), SurveyError.Code.mediaTypeUnknown), ("empty.jpg", [], .mediaTypeUnknown),
      ("cut.jpg", Array(Pictures.jpeg().dropLast(3)), .pictureMalformed),
      ("bomb.png", Pictures.png(width: 60_000, height: 60_000), .pictureTooLarge),
    ] as [(String, [UInt8], SurveyError.Code)] {
      let path = try cases.file(name, bytes)
      #expect(refusal { _ = try survey.attach(path, to: enterprise) }?.code == code, "\(name)")
    }
    #expect(refusal { _ = try survey.attach("/nowhere.jpg", to: enterprise) }?.code == .fileUnreadable)
    #expect(refusal { _ = try survey.attach("/dev/zero", to: enterprise) }?.code == .fileUnreadable)
    #expect(try survey.attachments().isEmpty && survey.replica.attachments.folder.digests().isEmpty)
    // At the limit.
    let edge = try cases.file("edge.png", Pictures.png(width: 12_000, height: 10_000))
    #expect(try survey.attach(edge, to: enterprise).mediaType == "image/png")
    let beyond = try cases.file("beyond.png", Pictures.png(width: 12_000, height: 10_001))
    #expect(refusal { _ = try survey.attach(beyond, to: enterprise) }?.code == .pictureTooLarge)
  }
}
