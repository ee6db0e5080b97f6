/// Reads the text format 0.0.4 of Prometheus as strictly as it is written down, and stricter than most who read it.
struct PrometheusText {
  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  struct Failure: Error {
    let line: String
    let reason: String
  }

  private(set) var types: [String: String] = [:]
  private(set) var samples: [Sample] = []

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Failure(line: "", reason: "no line end at the end") }
    var family = ""
    var helped: Set<String> = []
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      func fail(_ reason: String) -> Failure { Failure(line: line, reason: reason) }
      if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
        guard helped.insert(String(match.output.1)).inserted else { throw fail("told twice") }
        family = String(match.output.1)
      } else if let match = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/) {
        guard match.output.1 == family, types.updateValue(String(match.output.2), forKey: family) == nil else { throw fail("out of place") }
        if match.output.2 == "counter", !family.hasSuffix("_total") { throw fail("a counter's name") }
      } else {
        let sample = try Self.sample(line)
        let base = types[family] == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family]
        guard base.contains(sample.name) else { throw fail("of another family") }
        guard !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else { throw fail("twice") }
        samples.append(sample)
      }
    }
    try checkHistograms()
  }

  private static func sample(_ line: String) throws -> Sample {
    guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/), let value = Double(match.output.3) else {
      throw Failure(line: line, reason: "no sample")
    }
    var labels: [String: String] = [:]
    var rest = match.output.2 ?? ""
    while !rest.isEmpty {
      guard let label = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,(?!$)|$)/),
        labels.updateValue(String(label.output.2), forKey: String(label.output.1)) == nil
      else { throw Failure(line: line, reason: "labels") }
      rest = rest[label.range.upperBound...]
    }
    return Sample(name: String(match.output.1), labels: labels, value: value)
  }

  /// Classes grow with their bounds, and the last of them is the count.
  private func checkHistograms() throws {
    for name in types.filter({ $0.value == "histogram" }).keys {
      func without(_ labels: [String: String]) -> [String: String] { labels.filter { $0.key != "le" } }
      for labels in Set(samples.filter { $0.name == name + "_bucket" }.map { without($0.labels) }) {
        let classes = samples.filter { $0.name == name + "_bucket" && without($0.labels) == labels }
        let bounds = classes.map { $0.labels["le"] == "+Inf" ? .infinity : Double($0.labels["le"] ?? "") ?? .nan }
        guard bounds == bounds.sorted(), Set(bounds).count == bounds.count, bounds.last == .infinity,
          classes.map(\.value) == classes.map(\.value).sorted(), classes.last?.value == value(name + "_count", labels),
          value(name + "_sum", labels) != nil
        else { throw Failure(line: name, reason: "\(labels)") }
      }
    }
  }
}
