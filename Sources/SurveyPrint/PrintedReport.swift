public import SurveyModel

/// A report as a PDF on A4: its fonts embedded, its pages numbered, its pictures as vectors.
///
/// ```swift
/// let bytes = try PrintedReport(try survey.report(onDiagnosis: "0193a").paper).pdf()
/// ```
public struct PrintedReport: Sendable {
  private let paper: Paper

  /// A report that is to be printed.
  public init(_ paper: Paper) { self.paper = paper }

  /// The file's bytes. The same report gives the same bytes wherever Cairo, Pango and the fonts are the same.
  ///
  /// Throws ``PrintError``.
  public func pdf() throws(PrintError) -> [UInt8] {
    let compositor = try Compositor()
    return try PDFWriter(compositor).write(paper, Typesetter(paper, compositor).sheets)
  }
}
