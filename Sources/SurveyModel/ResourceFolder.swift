public import Foundation

/// Finds the data files that belong to the program: instruments and policies.
///
/// The binary may run from the build folder, from `make install`'s prefix or from a copied folder, so these places are tried in order:
/// 1. the folder that the environment variable `FIELDSURVEY_RESOURCES` names,
/// 2. `fieldsurvey_SurveyModel.resources` beside the executable,
/// 3. `../share/fieldsurvey` relative to the executable,
/// 4. the package's own `Bundle.module`.
///
/// In each of them the file may lie at the top or in a folder `Resources`, which is how the package manager copies it.
///
/// ```swift
/// let bytes = try ResourceFolder.standard.data(of: "instrument-2024.json")
/// ```
public struct ResourceFolder: Sendable {
  /// The environment variable that overrides every other place.
  public static let environmentKey = "FIELDSURVEY_RESOURCES"

  /// The name that the package manager gives the bundle on Linux.
  static let bundleName = "fieldsurvey_SurveyModel.resources"

  /// The places of this process.
  public static let standard = ResourceFolder(
    environment: ProcessInfo.processInfo.environment,
    executable: Bundle.main.executableURL?.resolvingSymlinksInPath(),
    packageBundle: packageBundle)

  /// The folders to try, in order. Whether they exist is found out at each reading.
  public let candidates: [URL]

  /// The places that follow from an environment and an executable's address; `packageBundle` is tried last.
  public init(environment: [String: String], executable: URL?, packageBundle: URL? = nil) {
    var candidates: [URL] = []
    if let path = environment[Self.environmentKey], !path.isEmpty {
      candidates.append(URL(fileURLWithPath: path, isDirectory: true))
    }
    if let folder = executable?.deletingLastPathComponent() {
      candidates.append(folder.appendingPathComponent(Self.bundleName, isDirectory: true))
      candidates.append(folder.deletingLastPathComponent().appendingPathComponent("share/fieldsurvey", isDirectory: true))
    }
    if let packageBundle { candidates.append(packageBundle) }
    self.candidates = candidates
  }

  /// Where the first file of that name lies.
  ///
  /// Throws ``SurveyError/Code/resourceMissing`` when no place has it.
  public func url(of name: String) throws(SurveyError) -> URL {
    for candidate in candidates {
      for folder in [candidate, candidate.appendingPathComponent("Resources", isDirectory: true)] {
        let url = folder.appendingPathComponent(name, isDirectory: false)
        if FileManager.default.fileExists(atPath: url.path) { return url }
      }
    }
    let searched = candidates.map(\.path).joined(separator: "\n")
    throw SurveyError(.resourceMissing, ["name": name, "searched": searched])
  }

  /// The names of all files that begin and end so, in every place, sorted.
  public func names(from prefix: String, to suffix: String) -> [String] {
    var names: Set<String> = []
    for candidate in candidates {
      for folder in [candidate, candidate.appendingPathComponent("Resources", isDirectory: true)] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        names.formUnion(all.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) })
      }
    }
    return names.sorted()
  }

  /// The bytes of the first file of that name.
  ///
  /// Throws ``SurveyError/Code/resourceMissing`` or ``SurveyError/Code/resourceUnreadable``.
  public func data(of name: String) throws(SurveyError) -> Data {
    let url = try url(of: name)
    do {
      return try Data(contentsOf: url)
    } catch {
      throw SurveyError(.resourceUnreadable, ["path": url.path], underlying: error)
    }
  }

  /// The package's bundle, or nil where it is not installed.
  ///
  /// `Bundle.module` ends the process when its folder is missing, so it is touched only after that folder was seen to exist.
  private static var packageBundle: URL? {
    let roots = [Bundle.main.bundleURL, Bundle.main.resourceURL].compactMap { $0 }
    let names = [bundleName, "fieldsurvey_SurveyModel.bundle"]
    let places = roots.flatMap { root in names.map { root.appendingPathComponent($0).path } }
    guard places.contains(where: { FileManager.default.fileExists(atPath: $0) }) else { return nil }
    return Bundle.module.bundleURL
  }
}
