import Foundation

extension Bundle {
  /// The package manager makes this for a module with resources, of which the fuzzer needs none.
  static var module: Bundle { .main }
}
