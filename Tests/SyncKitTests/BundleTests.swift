import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

@Suite struct BundleTests {
  private let field: TestField
  private let a: Replica

  init() throws {
    field = try TestField()
    a = try field.replica("a")
    for row in 0..<40 { try a.run("INSERT INTO note VALUES(?, hex(randomblob(20)), 'text', ?)", ["\(row)", row]) }
    try a.run("UPDATE note SET b = 'edited' WHERE c % 3 = 0; DELETE FROM note WHERE c % 7 = 0")
  }

  private func code(_ error: any Error) -> String? {
    (error as? SyncKitError)?.code.description ?? (error as? SyncCoreError)?.code.description
  }

  /// Imports bytes; the code of the error, or nil.
  private func take(_ bytes: [UInt8], _ replica: Replica) throws -> String? {
    let path = field.path("damaged.bundle")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      _ = try replica.importBundle(from: path)
      return nil
    } catch {
      let code = code(error)
      #expect(code != nil, "an error without a code: \(error)")
      return code ?? "?"
    }
  }

  @Test func aBundleCarriesEverything() throws {
    let b = try field.replica("b")
    let written = try a.exportBundle(to: field.path("a.bundle"))
    #expect(written.changesets == 41)
    let read = try b.importBundle(from: field.path("a.bundle"))
    #expect(read.changesets == 41 && read.refused.isEmpty)
    #expect(try a.hex == b.hex)
    #expect(try b.importBundle(from: field.path("a.bundle")).changesets == 0)
    #expect(try a.exchange(with: b).sent == 0)
  }

  @Test func aBundleThatIsCutOrAlteredHarmsNothing() throws {
    _ = try a.exportBundle(to: field.path("a.bundle"))
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: field.path("a.bundle"))))
    let b = try field.replica("b")
    // Short of the last frame, which only says that this is all.
    for count in stride(from: 0, to: bytes.count - 34, by: 97) {
      let code = try take(Array(bytes.prefix(count)), b)
      #expect(code == (count < 8 ? "not-a-bundle" : "bundle-cut"), "cut at \(count)")
    }
    #expect(try b.scopes().isEmpty)
    for at in stride(from: 0, to: bytes.count - 60, by: 31) {
      var altered = bytes
      altered[at] ^= UInt8(1 << (at % 8))
      #expect(try take(altered, b) != nil, "altered at \(at)")
    }
    #expect(try b.scopes().isEmpty)
    // What came before the last frame is whole, and is kept.
    #expect(try take(Array(bytes.dropLast()), b) == "bundle-cut")
    #expect(try a.hex == b.hex)
  }

  @Test func whatFollowsTheEndIsToldAndWhatStoodBeforeItIsKept() throws {
    _ = try a.exportBundle(to: field.path("a.bundle"))
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: field.path("a.bundle"))))
    for (at, longer) in [bytes + Array("x".utf8), bytes + bytes].enumerated() {
      let b = try field.replica("b\(at)")
      #expect(try take(longer, b) == "bundle-altered")
      #expect(try a.hex == b.hex)
    }
  }

  @Test func whatStandsBeforeACutIsKept() throws {
    for row in 100..<106 { try a.run("INSERT INTO note(id, b) VALUES(?, randomblob(500000))", ["\(row)"]) }
    _ = try a.exportBundle(to: field.path("a.bundle"))
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: field.path("a.bundle"))))
    let b = try field.replica("b")
    var last: UInt64 = 0
    for eighth in 1...7 {
      #expect(try take(Array(bytes.prefix(bytes.count * eighth / 8)), b) == "bundle-cut")
      let held = try b.holdings[a.site]
      #expect(held >= last)
      #expect(try b.findings().allSatisfy { !$0.isProblem })
      if held > 41 { #expect(try b.rows("SELECT count(*) FROM note WHERE length(id) = 3") == ["\(held - 41)"]) }
      last = held
    }
    #expect(last > 41 && last < 47)
    #expect(try take(bytes, b) == nil)
    #expect(try a.hex == b.hex)
  }
}
