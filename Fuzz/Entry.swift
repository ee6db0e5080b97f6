import Foundation

/// The law that this process looks for a breach of.
private let law: DecoderLaw = {
  guard let law = ProcessInfo.processInfo.environment["FUZZ_TARGET"].flatMap(DecoderLaw.init) else {
    fatalError("FUZZ_TARGET is one of \(DecoderLaw.allCases.map(\.rawValue))")
  }
  return law
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do { _ = try law.isTaken(Array(UnsafeBufferPointer(start: start, count: count))) } catch { fatalError("\(error)") }
  return 0
}
